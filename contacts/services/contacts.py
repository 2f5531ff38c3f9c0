"""Making personal contacts by hand, and the duplicates a person may be told of (product.md §4, last paragraph)."""

from __future__ import annotations

from collections.abc import Iterable

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower

from contacts import policy
from contacts.models import Contact, ContactEmail, ContactPhone, ContactTag, ContactUserObjectPermission, Kind, Note
from contacts.signals import addresses_added
from contacts_project.accounts import grants
from contacts_project.accounts.models import User
from contacts_project.core.errors import Refused

from . import rows, tagging
from .editing import NAMES, NEEDS, Invalid
from .holding import all_active
from .merging import Changes, RowChange, RowPlan
from .states import ROW_KINDS, RowKind

MOST_HINTS = 5
SWITCHED_OFF = "This sign-in has been switched off."


def create_contact(actor: User, changes: Changes, *, note: str = "") -> Contact:
    """Make a personal contact of `actor`, who becomes its owner with Admin. Raises `Invalid`.

    Refused for somebody who is being deactivated. About 15 queries. `note` becomes a public note.
    """
    plans = {kind.name: RowPlan(added=_rows_to_add(kind, changes)) for kind in ROW_KINDS.values()}
    for plan in plans.values():
        _take_primary(plan)
    contact = Contact(account=actor.account, kind=Kind.PERSONAL, owner=actor, created_by=actor, **changes.attributes)
    _validate(contact, plans)
    with transaction.atomic(), pghistory.context(user=actor.pk):
        if not all_active([actor.pk]):
            raise Refused(SWITCHED_OFF)
        contact.save()
        for name, plan in plans.items():
            rows.write(ROW_KINDS[name], contact, plan)
        if changes.tags and actor.account:
            tags = tagging.tags_named(actor.account, changes.tags)
            ContactTag.objects.bulk_create([ContactTag(contact=contact, tag=tag) for tag in tags])
        grants.set_level(ContactUserObjectPermission, [contact], [actor], grants.Level.ADMIN, by=actor)
        if note:
            Note.objects.create(contact=contact, author=actor, body=note)
        if any(rows.adds_addresses(ROW_KINDS[name], plan) for name, plan in plans.items()):
            addresses_added.send(sender=None, contact_ids=[contact.pk])
    return contact


def _rows_to_add(kind: RowKind, changes: Changes) -> list[RowChange]:
    """Rows of the form; one with an id, which a new contact cannot have yet, counts only if it brings a value."""
    return [row for row in changes.rows.get(kind.name, []) if row.pk is None or row.values.get(kind.value)]


def _take_primary(plan: RowPlan) -> None:
    plan.marked = [row for row in plan.added if row.primary]
    plan.primary = plan.marked[0] if plan.marked else None


def _validate(contact: Contact, plans: dict[str, RowPlan]) -> None:
    errors: list[tuple[str, str]] = []
    try:
        contact.validate_constraints()
    except ValidationError as error:
        errors = [("", message) for message in error.messages]
    for name, plan in plans.items():
        found, _ = rows.check(ROW_KINDS[name], plan, {})
        errors += found
    named = any(getattr(contact, name) for name in NAMES)
    if not named and not plans["emails"].added and not plans["phones"].added:
        errors.append(("", NEEDS))
    if errors:
        raise Invalid(errors)


def find_duplicates(user: User, emails: Iterable[str], numbers: Iterable[str]) -> list[Contact]:
    """Live contacts that `user` sees and that hold one of these emails or numbers (E.164) now; the first few by name.

    One query, and one for each of their emails and phones.
    """
    holding = _holding(user, [email.lower() for email in emails], list(numbers))
    if holding is None:
        return []
    found = policy.visible_to(user).filter(pk__in=holding, archived=False).select_related("owner")
    return list(found.prefetch_related("emails", "phones").order_by("sort_key", "pk")[:MOST_HINTS])


def _holding(user: User, emails: list[str], numbers: list[str]) -> QuerySet | None:
    """Ids of the account's contacts with one of these, read from the indexes on addresses and numbers."""
    live = {"former_at": None, "contact__account": user.account_id}
    by_email = ContactEmail.objects.annotate(low=Lower("address")).filter(low__in=emails, **live)
    by_phone = ContactPhone.objects.filter(number__in=numbers, **live)
    parts = [
        part.order_by().values_list("contact_id") for part, asked in ((by_email, emails), (by_phone, numbers)) if asked
    ]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else parts[0].union(parts[1])
