"""What a row adds to a contact that is already here: filling what is missing, or replacing with the file.

Nothing is ever taken away: emails, phones, addresses and so on are only added, one that was removed stays former.
"""

import datetime
from typing import Any

from django.db import models

from contacts.imports.rows import WORDS, Draft
from contacts.imports.writing import photo_of
from contacts.models import (
    Contact,
    ContactAddress,
    ContactEmail,
    ContactOtherField,
    ContactPhone,
    ContactPhoto,
    ContactRemark,
    ContactTag,
    ContactWebsite,
    Note,
)
from contacts.services.editing import locked
from contacts.services.tagging import tags_named
from contacts_project.accounts.models import User

ATTRIBUTES = (
    "prefix", "given_name", "middle_name", "family_name", "suffix", "nickname", "company", "job_title", "birthday",
    "language", "time_zone",
)  # fmt: skip
NAME = ("prefix", "given_name", "middle_name", "family_name", "suffix")


def update_contact(actor: User, contact_id: int, draft: Draft, *, replace: bool, source: str) -> bool:
    """Bring a row's values to a contact, in the caller's transaction; returns whether anything changed.

    Raises Http404 and Refused as `policy.require`: rights are judged now. `replace` lets the file's attributes win.
    """
    contact = locked(actor, contact_id)
    changed = _set_attributes(contact, draft, replace, source)
    added = _add_rows(contact, draft)
    photo = _set_photo(contact, draft, replace)
    tagged = _add_tags(contact, draft)
    beside = _add_notes_and_remarks(contact, actor, draft)
    if changed or added or photo or tagged:
        contact.version += 1
        contact.save(update_fields=[*changed, *photo, "version"])
    return bool(changed or added or photo or tagged or beside)


def _set_attributes(contact: Contact, draft: Draft, replace: bool, source: str) -> list[str]:
    changed = []
    named = any(getattr(contact, name) for name in NAME)
    for name in ATTRIBUTES:
        value, present = getattr(draft, name), getattr(contact, name)
        # A name is one thing: parts of another person's spelling never fill the gaps of a name that is there.
        is_missing = not present and not (name in NAME and named)
        if value and value != present and (replace or is_missing):
            setattr(contact, name, value)
            changed.append(name)
    if draft.outside_id and not contact.outside_id:
        contact.outside_id, contact.outside_source = draft.outside_id, source
        changed += ["outside_id", "outside_source"]
    return changed


def _add_rows(contact: Contact, draft: Draft) -> bool:
    emails = {"address": str.lower}
    wanted: list[tuple[type[models.Model], tuple[str, ...], list[dict[str, Any]], dict]] = [
        (ContactEmail, ("address",), [{"address": e.address, "label": e.label} for e in draft.emails], emails),
        (
            ContactPhone,
            ("number", "extension"),
            [{"number": p.e164, "extension": p.extension, "label": p.label} for p in draft.phones],
            {},
        ),
        (ContactAddress, ("street", "city", "postal_code", "country"), [vars(a) for a in draft.addresses], {}),
        (ContactWebsite, ("url",), [{"url": url, "label": label} for url, label in draft.websites], {}),
        (ContactOtherField, ("label", "value"), [{"label": n, "value": v} for n, v in draft.other_fields], {}),
    ]
    added = [_add_missing(contact, *kind) for kind in wanted]
    return any(added)


def _add_missing(contact: Contact, model: type[models.Model], identity: tuple, rows: list[dict], fold: dict) -> bool:
    """Add rows whose identity is not on the contact yet, neither current nor former."""

    def name(values: tuple) -> tuple:
        return tuple(fold.get(column, str)(value) for column, value in zip(identity, values, strict=True))

    if not rows:
        return False
    manager = model._default_manager
    there = {name(values) for values in manager.filter(contact=contact).values_list(*identity)}
    new = [row for row in rows if name(tuple(row[column] for column in identity)) not in there]
    manager.bulk_create([model(contact=contact, **row) for row in new])
    return bool(new)


def _set_photo(contact: Contact, draft: Draft, replace: bool) -> list[str]:
    if draft.photo is None or (contact.photo_digest and not replace):
        return []
    image, digest, remarks = photo_of(draft)
    draft.remarks, draft.photo = remarks, None
    if not image or digest == contact.photo_digest:
        return []
    ContactPhoto.objects.update_or_create(contact=contact, defaults={"image": image, "content_type": "image/webp"})
    contact.photo_digest = digest
    return ["photo_digest"]


def _add_tags(contact: Contact, draft: Draft) -> bool:
    if not draft.tags:
        return False
    there = set(ContactTag.objects.filter(contact=contact).values_list("tag_id", flat=True))
    new = [tag for tag in tags_named(contact.account, draft.tags) if tag.pk not in there]
    ContactTag.objects.bulk_create([ContactTag(contact=contact, tag=tag) for tag in new], ignore_conflicts=True)
    return bool(new)


def _add_notes_and_remarks(contact: Contact, actor: User, draft: Draft) -> bool:
    """Public notes and remarks that do not stand on the contact in the same words."""
    public = Note.Visibility.PUBLIC
    there = set(
        Note.objects.filter(contact=contact, visibility=public, body__in=draft.notes).values_list("body", flat=True)
    )
    notes = [Note(contact=contact, author=actor, body=body) for body in draft.notes if body not in there]
    Note.objects.bulk_create(notes)
    known = set(ContactRemark.objects.filter(contact=contact).values_list("field", "value"))
    remarks = [
        ContactRemark(contact=contact, field=r.field, value=r.value, reason=r.reason)
        for r in draft.remarks
        if (r.field, r.value) not in known
    ]
    ContactRemark.objects.bulk_create(remarks)
    return bool(notes or remarks)


def differences(contact: Contact, draft: Draft) -> list[tuple[str, str, str]]:
    """(field, what stands here, what the file says) where both say something and differ, for the check page."""
    found = []
    for name in ATTRIBUTES:
        value, present = getattr(draft, name), getattr(contact, name)
        if value and value != present:
            found.append((WORDS[name], _text(present), _text(value)))
    return found


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime.date) else str(value or "")
