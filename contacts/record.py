"""What stands around every tab of a contact's record: header facts, tabs and possible actions, for one viewer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, prefetch_related_objects
from django.urls import reverse

from contacts_project.accounts.models import User

from . import policy
from .models import Contact, Note
from .record_facts import record_facts

TABS = (
    ("overview", "Overview", "contacts:contact-overview"),
    ("details", "Details", "contacts:contact-details"),
    ("history", "History", "engagements:contact-history"),
    ("conversations", "Conversations", "conversations:contact-conversations"),
    ("notes", "Notes", "contacts:contact-notes"),
    ("collaborators", "Collaborators", "contacts:contact-collaborators"),
)


@dataclass(frozen=True)
class Tab:
    key: str
    label: str
    url: str
    count: int | None = None


def readable_notes(user: User, contact: Contact):
    """Notes on `contact` that this user may read: public ones, and his or her own private ones (product.md §2a).

    The contact must have been fetched through `policy`.
    """
    return Note.objects.filter(Q(visibility=Note.Visibility.PUBLIC) | Q(author=user), contact=contact)


def record_context(user: User, contact: Contact, tab: str, **more: Any) -> dict[str, Any]:
    """Context of `contacts/record.html` and its tabs.

    Three queries, four where the contact does not come from `policy.get_visible`: emails, phones (unless prefetched),
    and `record_facts`, which may ask a second one.
    """
    actions = policy.actions_seen(user, contact)
    prefetch_related_objects([contact], "emails", "phones")
    facts = record_facts(user, contact, readable_notes(user, contact), may_archive="archive" in actions)
    tabs = [
        Tab(key, label, reverse(name, args=[contact.pk]), facts.notes if key == "notes" else None)
        for key, label, name in TABS
        if key != "collaborators" or "grant" in actions or "revoke" in actions
    ]
    emails = [email for email in contact.emails.all() if email.former_at is None]
    phones = [phone for phone in contact.phones.all() if phone.former_at is None]
    return {
        "contact": contact,
        "actions": actions,
        "tabs": tabs,
        "tab": tab,
        "primary_email": emails[0] if emails else None,
        "primary_phone": phones[0] if phones else None,
        "tags": facts.labels,
        "departments": facts.departments,
        "removals": [
            (one, ", ".join(other.name for other in facts.departments if other != one)) for one in facts.removable_from
        ],
        "twins": facts.twins,
        "is_blocked": facts.is_blocked,
        "is_callable": facts.is_callable,
        **facts.further,
        **more,
    }
