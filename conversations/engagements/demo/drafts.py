"""Contacts as drafts, and writing many of them at once: rows, grants, photos, and when it all happened."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

import pghistory
from django.db import connection
from django.db.models import F, OuterRef, Subquery

from contacts.models import (
    Contact,
    ContactAddress,
    ContactEmail,
    ContactOtherField,
    ContactPhone,
    ContactPhoto,
    ContactTag,
    ContactUserObjectPermission,
    ContactWebsite,
    Note,
)
from contacts.services.tagging import tags_named
from contacts_project.accounts import grants
from contacts_project.accounts.grants import GrantLine, Level
from contacts_project.accounts.models import User

from . import photos
from .world import World, event_models

# A draft's field -> the model of its rows.
PARTS = {
    "phones": ContactPhone,
    "emails": ContactEmail,
    "addresses": ContactAddress,
    "websites": ContactWebsite,
    "other_fields": ContactOtherField,
}


@dataclass(frozen=True)
class Share:
    """A grant beside the owner's own: to whom, what, how long after the contact was made, and until which day."""

    email: str
    level: str
    after: datetime.timedelta = datetime.timedelta(days=2)
    until: datetime.date | None = None


@dataclass
class Draft:
    """One contact to be. Rows are the columns of their models; `photo` draws one; `key` lets other areas name it."""

    owner: User
    created_at: datetime.datetime
    attributes: dict = field(default_factory=dict)
    phones: list[dict] = field(default_factory=list)
    emails: list[dict] = field(default_factory=list)
    addresses: list[dict] = field(default_factory=list)
    websites: list[dict] = field(default_factory=list)
    other_fields: list[dict] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    shares: list[Share] = field(default_factory=list)
    photo: bool = False
    key: str = ""


def write(world: World, drafts: list[Draft]) -> list[Contact]:
    """Write the drafts, oldest first, because ids tell the order of creation; one history context for each owner.

    About 25 queries for each owner, whatever the number of contacts. Returns the contacts in that order.
    """
    ordered = sorted(drafts, key=lambda draft: draft.created_at)
    contacts = _contacts(ordered)
    for draft, contact in zip(ordered, contacts, strict=True):
        if draft.key:
            world.contacts[draft.key] = contact
    pairs = list(zip(ordered, contacts, strict=True))
    for owner, own in groupby(sorted(pairs, key=lambda pair: pair[0].owner.pk), key=lambda pair: pair[0].owner):
        mine = list(own)
        with pghistory.context(user=owner.pk, source="page"):
            _write_parts(mine)
            _write_tags(owner, mine)
            _write_grants(world, owner, mine)
    date_inserts([contact.pk for contact in contacts])
    with connection.cursor() as cursor:  # the planner knows nothing yet of tables that were empty a moment ago
        cursor.execute("ANALYZE contacts_contact, contacts_contactuserobjectpermission, contacts_contactsearch")
    return contacts


def _contacts(ordered: list[Draft]) -> list[Contact]:
    contacts = []
    for owner, run in groupby(ordered, key=lambda draft: draft.owner):
        with pghistory.context(user=owner.pk, source="page"):
            contacts += Contact.objects.bulk_create(
                [
                    Contact(
                        account=owner.account,
                        owner=owner,
                        created_by=owner,
                        created_at=draft.created_at,
                        photo_digest=photos.digest(draft.key) if draft.photo else "",
                        **draft.attributes,
                    )
                    for draft in run
                ]
            )
    return contacts


def _write_parts(pairs: list[tuple[Draft, Contact]]) -> None:
    for name, model in PARTS.items():
        model._default_manager.bulk_create(
            [model(contact=contact, **row) for draft, contact in pairs for row in getattr(draft, name)]
        )
    ContactPhoto.objects.bulk_create(
        [ContactPhoto(contact=contact, image=photos.draw(draft.key)) for draft, contact in pairs if draft.photo]
    )


def _write_tags(owner: User, pairs: list[tuple[Draft, Contact]]) -> None:
    assert owner.account is not None
    names = list(dict.fromkeys(name for draft, _ in pairs for name in draft.tags))
    tags = {tag.name: tag for tag in tags_named(owner.account, names)} if names else {}
    ContactTag.objects.bulk_create(
        [ContactTag(contact=contact, tag=tags[name]) for draft, contact in pairs for name in dict.fromkeys(draft.tags)]
    )


def _write_grants(world: World, owner: User, pairs: list[tuple[Draft, Contact]]) -> None:
    """The owner's Admin and the shares, with the dates on which they were given."""
    lines: dict[str, dict[int, GrantLine | None]] = {}
    for draft, contact in pairs:
        line = GrantLine(owner, Level.ADMIN, owner, draft.created_at, None, True)
        lines.setdefault(owner.email, {})[contact.pk] = line
        for share in draft.shares:
            given_at = min(draft.created_at + share.after, world.moment(1))
            line = GrantLine(world.users[share.email], Level(share.level), owner, given_at, share.until, False)
            lines.setdefault(share.email, {})[contact.pk] = line
    for email, wanted in lines.items():
        grants.put_back(ContactUserObjectPermission, world.users[email], wanted)


# Rows that carry the time of their own creation; the others are as old as their contact.
OWN_TIME = {Contact: "created_at", ContactUserObjectPermission: "granted_at", Note: "created_at"}


def date_inserts(ids: Iterable[int]) -> None:
    """Let what was inserted have been inserted when its rows say so."""
    created = Contact.objects.filter(pk=OuterRef("contact_id")).values("created_at")
    for model in event_models():
        fields = {one.attname for one in model._meta.fields}
        inserts = model.objects.filter(pgh_label="insert")
        if model.pgh_tracked_model in OWN_TIME:
            link = {"Contact": "pgh_obj_id", "Note": "contact_id"}.get(
                model.pgh_tracked_model.__name__, "content_object_id"
            )
            own = OWN_TIME[model.pgh_tracked_model]
            inserts.filter(**{f"{link}__any_of": list(ids)}).update(pgh_created_at=F(own))
        elif "contact_id" in fields:
            inserts.filter(contact_id__any_of=list(ids)).update(pgh_created_at=Subquery(created))
