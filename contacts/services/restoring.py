"""Putting back what the edit history shows: a value, or a removed row (product.md §12). Restoring is itself a change.

A reference names an event and, where one event has several columns, the column: "phones:119", "contact:45:job_title".
Everything is written by the services that write such a thing anyway, so that their rules, versions and search hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import pghistory
from django.db import transaction
from django.urls import reverse

from contacts import policy
from contacts.histories.changes import Change, changes_of
from contacts.histories.logs import LOGS, Reader
from contacts.histories.reading import LARGEST_ID, Event, events_of, keys_of_saving, numbered
from contacts.models import Contact, Note, Tag
from contacts_project.accounts.models import User
from contacts_project.core.errors import Refused

from . import editing, notes
from .merging import Changes
from .restoring_changes import MEANT, Elsewhere, Wanted, restoring_changes
from .states import state_now
from .undoing import CannotUndo, remember, undoes

MOST = 500  # references of one restore
REFERENCE = re.compile(r"([a-z_]{1,20}):([0-9]{1,10})(?::([a-z_]{1,20}))?", re.ASCII)


class EventMissing(LookupError):
    """A reference names no event of this contact that the actor may know of."""


class CannotRestore(Exception):
    """A rule stands against it; the text is a sentence for people."""


class WordsChanged(notes.NoteChanged):
    """Other words were saved since those that the events made; `body` are the old ones that were to come back."""

    def __init__(self, note: Note, body: str) -> None:
        super().__init__(note)
        self.body = body


class Reference(NamedTuple):
    log: str
    pk: int
    column: str


def read_references(values: Iterable[str]) -> list[Reference]:
    """What a form names. Raises EventMissing for anything that cannot be a reference, and where there is none."""
    found = []
    for value in list(dict.fromkeys(" ".join(values).split()))[: MOST + 1]:
        match = REFERENCE.fullmatch(value)
        log = LOGS.get(match[1]) if match else None
        if not match or log is None or not log.restorable or not 0 < int(match[2]) <= LARGEST_ID:
            raise EventMissing
        found.append(Reference(match[1], int(match[2]), match[3] or ""))
    if not found or len(found) > MOST:
        raise EventMissing
    return found


def restore(actor: User, contact: Contact, references: list[Reference], *, version: int | None = None) -> str:
    """Put back what stood before these events; returns the token of its undo, "" where everything stands so already.

    `version` is the one that the actor has seen (contract.md); without it, the one that the events themselves made.
    Raises EventMissing, CannotRestore, Refused, `editing.Stale` and WordsChanged where it was changed since.
    The contact must come from `policy`. One transaction; about 20 queries.
    """
    with transaction.atomic(), pghistory.context(user=actor.pk) as saving:
        reader = Reader(actor, contact, frozenset(policy.allowed_actions(actor, contact)))
        events = _events(reader, references)
        changes = changes_of(events)
        if not changes:
            return ""
        if any(change.log.name != "notes" for change in changes):
            policy.require(actor, "edit", contact)
        _refuse_elsewhere(changes)
        for change in changes:
            if change.log.name == "notes":
                _restore_note(actor, contact, change)
        _restore_rest(actor, reader, changes, references, events, version)
        made = [f"{numbered()[key.number].name}:{key.pk}" for key in keys_of_saving(reader, saving.id)]
        if not made:
            return ""
        now = Contact.objects.values_list("version", flat=True).get(pk=contact.pk)
        return remember(actor, "restore", contact=contact.pk, refs=made, version=now)


def _events(reader: Reader, references: list[Reference]) -> list[Event]:
    wanted = {(numbered().index(LOGS[one.log]), one.pk) for one in references}
    events = events_of(reader, wanted)
    if len(events) < len(wanted):
        raise EventMissing
    return events


def _refuse_elsewhere(changes: list[Change]) -> None:
    """What has an act of its own to go back is not put back from here."""
    for change in changes:
        sentence = MEANT.get(change.log.name)
        if sentence:
            raise CannotRestore(sentence)
        if change.log.name == "contact" and change.old is None:
            raise CannotRestore("Nothing stood before the contact was made.")


def _restore_rest(
    actor: User,
    reader: Reader,
    changes: list[Change],
    references: list[Reference],
    events: list[Event],
    version: int | None,
) -> None:
    """Attributes, rows and tags, as one edit of the contact."""
    changes = [change for change in changes if change.log.name != "notes"]
    if not changes:
        return
    columns: dict[str, set[str]] = {}
    for one in references:
        columns.setdefault(f"{one.log}:{one.pk}", set()).add(one.column)
    contact = reader.contact
    contact.refresh_from_db(fields=["version"])
    seen = min(_version_after(contact, events) if version is None else version, contact.version)
    state = state_now(Contact.objects.get(pk=contact.pk))
    ids = [change.row["tag_id"] for change in changes if change.log.name == "tags"]
    tags = dict(Tag.objects.filter(account=contact.account_id, pk__in=ids).values_list("pk", "name"))
    wanted = Wanted(changes, columns, state, tags, lambda event: _saving(reader, event))
    try:
        edit: Changes = restoring_changes(wanted, seen)
        editing.save_edit(actor, contact.pk, edit)
    except Elsewhere as error:
        raise CannotRestore(str(error)) from error
    except editing.Invalid as error:
        raise CannotRestore(" ".join(dict.fromkeys(message for _, message in error.errors))) from error


def _version_after(contact: Contact, events: list[Event]) -> int:
    """The contact's version when the newest of these events had been written: that of its saving, if it has one."""
    newest = max(events, key=lambda event: event.key.at).key
    versions = contact.pgh_event_model.objects.filter(pgh_obj_id=contact.pk).order_by("-version")  # type: ignore[attr-defined]
    own = versions.filter(pgh_context=newest.context) if newest.context else versions.none()
    earlier = versions.filter(pgh_created_at__lte=newest.at)
    found = own.values_list("version", flat=True).first() or earlier.values_list("version", flat=True).first()
    return found or 1


def _saving(reader: Reader, event: Event) -> list[Change]:
    """Everything that was changed together with this event."""
    keys = keys_of_saving(reader, *event.key.saving)
    return changes_of(events_of(reader, ((key.number, key.pk) for key in keys)))


def _restore_note(actor: User, contact: Contact, change: Change) -> None:
    """Old words, or the whole note, by those who may do that on the Notes tab."""
    note = Note.objects.select_related("contact__account").filter(pk=change.obj, contact=contact).first()
    if change.new is None and change.old:
        if note is None:
            _put_note_back(actor, contact, change.obj, change.old)
    elif note is None:
        raise CannotRestore("This note has been deleted since. Put it back first.")
    elif change.old is None:
        notes.delete_note(actor, note)
    else:
        if change.changed("body") and note.body not in (change.old["body"], (change.new or {})["body"]):
            policy.require_note(actor, "edit", note, contact)
            raise WordsChanged(note, change.old["body"])
        body = change.old["body"] if change.changed("body") else note.body
        visibility = change.old["visibility"] if change.changed("visibility") else None
        notes.edit_note(actor, note, body=body, visibility=visibility)


def _put_note_back(actor: User, contact: Contact, pk: int, row: dict[str, Any]) -> None:
    kept = {name: row[name] for name in ("body", "visibility", "created_at", "edited_at")}
    kept |= {"id": pk, "contact": contact.pk, "author": row["author_id"], "edited_by": row["edited_by_id"]}
    try:
        notes.put_note_back(actor, kept)
    except CannotUndo as error:
        if isinstance(error.__cause__, Refused):
            raise error.__cause__ from None
        raise CannotRestore(str(error)) from error


@undoes("restore")
def undo_restore(user: User, data: dict[str, Any]) -> tuple[str, str]:
    """Put back what stood before the restore, unless it was changed again since."""
    contact = policy.visible_to(user).select_related("account", "owner").filter(pk=data["contact"]).first()
    if contact is None:
        raise CannotUndo("You do not see this contact any more.")
    try:
        restore(user, contact, read_references(data["refs"]), version=data["version"])
    except (editing.Stale, WordsChanged) as error:
        raise CannotUndo("This was changed again since. The edit history has what stood before.") from error
    except EventMissing as error:
        raise CannotUndo("You do not see this any more.") from error
    except CannotRestore as error:
        raise CannotUndo(str(error)) from error
    except Refused as refusal:
        raise CannotUndo(refusal.rule) from refusal
    return "Put back as it was", reverse("contacts:contact-edit-history", args=[contact.pk])
