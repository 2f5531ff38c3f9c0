"""What stands on the Details tab: every attribute as a line, the rows with their states, where the record came from."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects

from contacts_project.accounts.models import User
from contacts_project.core import phones

from .models import Contact, ContactPhone
from .record import record_context
from .templatetags.contacts import zone_city, zone_of

CARDS = ("name", "phones", "emails", "addresses", "tags", "other", "record")


@dataclass(frozen=True)
class Line:
    """One attribute: the name for ?field=, its label, its value ("" when not set)."""

    field: str
    label: str
    value: str


def prefetch(contact: Contact) -> Contact:
    """Read all rows of the contact: six queries."""
    prefetch_related_objects([contact], "emails", "phones", "addresses", "websites", "other_fields", "tags")
    return contact


def details_context(user: User, contact: Contact, **more: Any) -> dict[str, Any]:
    """Context of the Details tab. The contact must be prefetched; five queries beside `record_context`."""
    context = record_context(user, contact, "details")
    return {
        **context,
        "lines": attribute_lines(contact, context["primary_phone"]),
        "phone_hints": phone_hints(contact.phones.all()),
        "remarks": list(contact.remarks.all()[:50]) if contact.source_import_id else [],
        "last_edit": last_edit(contact),
        "editing": "",
        **more,
    }


def attribute_lines(contact: Contact, primary_phone: ContactPhone | None) -> list[Line]:
    """Names and work, in the order of the card."""
    name = " ".join(
        filter(None, (contact.prefix, contact.given_name, contact.middle_name, contact.family_name, contact.suffix))
    )
    zone, derived = zone_of(contact, primary_phone)
    place = f"{zone_city(zone)} ({zone})" if zone else ""
    birthday = f"{contact.birthday.day} {contact.birthday:%b} {contact.birthday.year}" if contact.birthday else ""
    return [
        Line("name", "Name", name),
        Line("nickname", "Nickname", contact.nickname),
        Line("company", "Company", contact.company),
        Line("job_title", "Job title", contact.job_title),
        Line("language", "Language", contact.language),
        Line("time_zone", "Time zone", f"{place}, from the primary phone" if derived else place),
        Line("birthday", "Birthday", birthday),
    ]


def phone_hints(numbers: Any) -> dict[int, str]:
    """By id: what is unlikely about a number that was saved all the same (product.md §3)."""
    hints = {}
    for phone in numbers:
        try:
            hints[phone.pk] = phones.parse_phone(phone.number).hint
        except phones.PhoneImpossible as error:
            hints[phone.pk] = str(error)
    return hints


@dataclass(frozen=True)
class LastEdit:
    """When the contact reached its version, and by whom (None: not known, or nobody of this account)."""

    at: datetime.datetime
    by: User | None


def last_edit(contact: Contact) -> LastEdit | None:
    """From the history. Two queries."""
    events = contact.pgh_event_model.objects.filter(pgh_obj_id=contact.pk, version=contact.version)  # type: ignore[attr-defined]
    event = events.select_related("pgh_context").order_by("pgh_id").first()
    if event is None:
        return None
    pk = event.pgh_context.metadata.get("user") if event.pgh_context else None
    by = User.objects.filter(pk=pk, account=contact.account_id).first() if pk else None
    return LastEdit(event.pgh_created_at, by)
