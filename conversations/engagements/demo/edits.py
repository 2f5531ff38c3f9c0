"""What happened to the contacts since: edits by several people, and archived ones.

Edits go through the service that the page uses, so that history holds what it would hold; only their time is set.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from contacts.models import Contact
from contacts.services import editing
from contacts.services.merging import Changes, RowChange
from contacts_project.accounts.models import User

from .named import ARCHIE, RENEE
from .world import World, acting


@dataclass(frozen=True)
class Edit:
    """One saving of one person."""

    user: str
    days_ago: int
    changes: Callable[[Contact], Changes]


def _attributes(**values: str) -> Callable[[Contact], Changes]:
    return lambda contact: Changes(attributes=dict(values))


def _new_mobile(contact: Contact) -> Changes:
    """The old mobile number is removed, and so becomes former; the new one takes its place."""
    old = contact.phones.get(number="+12025550124")
    removed = RowChange(0, old.pk, {}, delete=True)
    added = RowChange(1, None, {"number": "+12025550142", "extension": "", "label": "Mobile"}, primary=True)
    return Changes(rows={"phones": [removed, added]})


def _billing(contact: Contact) -> Changes:
    values = {"address": "accounts@harborbakery.example", "label": "Billing"}
    return Changes(rows={"emails": [RowChange(0, None, values)]})


def _suite(contact: Contact) -> Changes:
    row = contact.addresses.get(street="Pier 3")
    return Changes(rows={"addresses": [RowChange(0, row.pk, {"street": "Pier 3, Suite 210"})]})


def _spanish(contact: Contact) -> Changes:
    return Changes(tags=["Key account", "Spanish-speaking"])


RENEE_EDITS = (
    Edit("owner", 80, _suite),
    Edit("manager", 40, _attributes(job_title="Owner, Harbor Bakery")),
    Edit("writer", 21, _spanish),
    Edit("owner", 9, _billing),
    Edit("owner", 5, _new_mobile),
    Edit("seller", 2, _attributes(job_title="Owner, Harbor Bakery & Café (Pier and Mission locations)")),
)
# Everyday corrections on other contacts, in turn.
CORRECTIONS: tuple[dict[str, str], ...] = (
    {"job_title": "Managing director"},
    {"company": "Lumen Works & Daughters"},
    {"nickname": "Mac"},
    {"middle_name": "Rose"},
    {"job_title": "Head of facilities", "company": "Northgate School District"},
    {"prefix": "Dr."},
)
CORRECTED, CORRECTED_BY_OTHERS, ARCHIVED = 18, 5, 9


def load(world: World) -> None:
    for edit in RENEE_EDITS:
        _save(world, world.contacts[RENEE], edit)
    for i, contact in enumerate(_some_of(world, "owner", CORRECTED)):
        _save(world, contact, Edit("owner", 60 - 3 * i, _attributes(**CORRECTIONS[i % len(CORRECTIONS)])))
    for i, contact in enumerate(_some_of(world, "writer", CORRECTED_BY_OTHERS)):
        _save(world, contact, Edit("writer", 10 - i, _attributes(**CORRECTIONS[i])))
    _archive(world)


def _save(world: World, contact: Contact, edit: Edit) -> None:
    at = max(world.moment(edit.days_ago, 8, 12), contact.created_at + datetime.timedelta(hours=2))
    with acting(world.acme(edit.user), at):
        editing.save_edit(world.acme(edit.user), contact.pk, edit.changes(contact))


def _some_of(world: World, mailbox: str, number: int) -> list[Contact]:
    """Every fifth of a person's own contacts that have a name, oldest first; not the named ones."""
    named = [contact.pk for contact in (world.contacts[RENEE], world.contacts[ARCHIE])]
    own = Contact.objects.filter(owner=world.acme(mailbox), archived=False).exclude(pk__in=named)
    return list(own.exclude(family_name="").order_by("created_at", "pk")[2::5][:number])


def _archive(world: World) -> None:
    """Some were archived one after the other, as one tidies up; Archie Vault a month ago."""
    owner = world.acme("owner")
    own = Contact.objects.filter(owner=owner, archived=False, family_name__gt="").order_by("created_at", "pk")
    tidied = list(own.exclude(pk=world.contacts[RENEE].pk).exclude(pk=world.contacts[ARCHIE].pk)[4::9][:ARCHIVED])
    for i, contact in enumerate([world.contacts[ARCHIE], *tidied]):
        _archive_one(owner, contact, world.moment(31 - i * 3, 17, 30))
    manager = world.acme("manager")
    for contact in Contact.objects.filter(owner=manager).order_by("created_at", "pk")[1:3]:
        _archive_one(manager, contact, world.moment(7, 11))


def _archive_one(user: User, contact: Contact, at: datetime.datetime) -> None:
    # Written here, not by the service, whose archiving is now: history would show a second change, of the date.
    at = max(at, contact.created_at + datetime.timedelta(days=1))
    with acting(user, at):
        Contact.objects.filter(pk=contact.pk).update(archived_at=at)
