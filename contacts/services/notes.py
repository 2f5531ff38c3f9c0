"""Customer notes: write, edit, switch between public and private, delete and put back (product.md §2a, Notes)."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from contacts import policy
from contacts.models import Contact, Note
from contacts_project.accounts.models import User
from contacts_project.core.errors import Refused

from .holding import hold
from .undoing import CannotUndo, remember, undoes


class NoteChanged(Exception):
    """Somebody saved other words since the form was opened; `note` is what stands now."""

    def __init__(self, note: Note) -> None:
        super().__init__("The note has been changed since.")
        self.note = note


@transaction.atomic
def create_note(author: User, contact: Contact, *, body: str, visibility: str) -> Note:
    """Add a note; Refused without Write, and on an archived contact, which stays as it is by a lock meanwhile.

    Operators of a shared contact write public notes only (product.md §2b).
    """
    contact = hold(contact)
    policy.require(author, "note" if visibility == Note.Visibility.PUBLIC else "note_write_private", contact)
    return Note.objects.create(contact=contact, author=author, body=body, visibility=visibility)


def version_of(note: Note) -> str:
    """What an edit form carries, to find out whether the words were changed meanwhile."""
    return note.edited_at.isoformat() if note.edited_at else ""


@transaction.atomic
def edit_note(editor: User, note: Note, *, body: str, visibility: str | None = None, seen: str | None = None) -> Note:
    """Change the words, and for its author who may read it; Refused where a rule forbids either.

    `seen` is the `version_of` the words that were edited: raises NoteChanged if others were saved since. The first
    author stays; the editor is kept beside. Locks the contact, then the note.
    """
    contact = hold(note.contact)
    note = Note.objects.select_for_update(no_key=True, of=("self",)).select_related("edited_by").get(pk=note.pk)
    policy.require_note(editor, "edit", note, contact)
    if visibility and visibility != note.visibility:
        policy.require_note(editor, "switch", note, contact)
        note.visibility = visibility
    if body != note.body:
        if seen is not None and seen != version_of(note):
            raise NoteChanged(note)
        note.body, note.edited_at, note.edited_by = body, timezone.now(), editor
    note.save(update_fields=["body", "visibility", "edited_at", "edited_by"])
    return note


@transaction.atomic
def delete_note(actor: User, note: Note) -> str:
    """Delete a note where the rules allow it, else Refused; returns the token by which it can be put back.

    Locks the contact, then the note: what is kept for putting back is what stood there last. Http404 if it is gone.
    """
    contact = hold(note.contact)
    found = Note.objects.select_for_update(no_key=True).filter(pk=note.pk).first()
    if found is None:
        raise Http404
    note = found
    policy.require_note(actor, "delete", note, contact)
    kept = {
        "id": note.pk,
        "contact": note.contact_id,
        "author": note.author_id,
        "body": note.body,
        "visibility": note.visibility,
        "created_at": note.created_at.isoformat(),
        "edited_at": note.edited_at and note.edited_at.isoformat(),
        "edited_by": note.edited_by_id,
    }
    note.delete()
    return remember(actor, "delete-note", **kept)


@undoes("delete-note")
def put_note_back(actor: User, data: dict[str, Any]) -> tuple[str, str]:
    """The same note with its id, author and dates, where `actor` might delete it now as well."""
    contact = policy.visible_to(actor).filter(pk=data["contact"]).first()
    if contact is None:
        raise CannotUndo("You no longer have access to this contact.")
    contact = hold(contact)
    if Note.objects.filter(pk=data["id"]).exists():
        raise CannotUndo("The note is back already.")
    note = Note(
        pk=data["id"],
        contact=contact,
        author_id=_still(data["author"]),
        body=data["body"],
        visibility=data["visibility"],
        created_at=datetime.datetime.fromisoformat(data["created_at"]),
        edited_at=data["edited_at"] and datetime.datetime.fromisoformat(data["edited_at"]),
        edited_by_id=_still(data["edited_by"]),
    )
    try:
        policy.require_note(actor, "delete", note, contact)
    except Refused as refusal:
        raise CannotUndo(refusal.rule) from refusal
    note.save(force_insert=True)
    return "Note is back", reverse("contacts:contact-notes", args=[contact.pk]) + f"#note-{note.pk}"


def _still(user_id: int | None) -> int | None:
    """The id, or None where the person has been erased meanwhile."""
    return user_id if user_id and User.objects.filter(pk=user_id).exists() else None
