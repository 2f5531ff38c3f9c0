"""Steps of the tests about the edit history: savings of their own, edits by form, and what the panel says."""

from __future__ import annotations

import html
import re

import pghistory
from django.test import Client

from contacts.models import Contact, Note
from contacts.services.notes import create_note, delete_note, edit_note
from contacts_project.accounts.models import User

from .crew import Crew

PANEL = {"HX-Request": "true", "HX-Target": "panel"}


def saving(user: User | None = None, **more: object) -> pghistory.context:
    """What is recorded with a saving: all of a test is one transaction, so that each needs its own."""
    return pghistory.context(**({"user": user.pk, "source": "page"} if user else {"source": "command"}), **more)


def text_of(response) -> str:
    """What the panel says, in one line."""
    panel = response.content.decode().partition('id="edit-history"')[2].partition("</dialog>")[0]
    body = panel.partition("</select><button")[2]  # behind the filter
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def panel(crew: Crew, who: str) -> str:
    return crew.client(who).get(crew.url("edit-history/"), headers=PANEL).content.decode()


def read(crew: Crew, who: str, query: str = "") -> str:
    response = crew.client(who).get(crew.url(f"edit-history/{query}"), headers=PANEL)
    assert response.status_code == 200
    return text_of(response)


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def edit(crew: Crew, who: str, **data: object) -> None:
    version = Contact.objects.get(pk=crew.contact.pk).version
    assert crew.client(who).post(crew.url("edit/"), {"version": version, **data}).status_code == 303


def rows(name: str, **row: object) -> dict[str, object]:
    """The form fields of one row of a formset."""
    fields = {f"{name}-0-{field}": value for field, value in row.items()}
    return {f"{name}-TOTAL_FORMS": 1, f"{name}-INITIAL_FORMS": 1, **fields}


def noted(crew: Crew, who: str, body: str, visibility: str = "public") -> Note:
    with saving(getattr(crew, who)):
        return create_note(getattr(crew, who), crew.contact, body=body, visibility=visibility)


def reworded(crew: Crew, note: Note, body: str, visibility: str | None = None) -> Note:
    with saving(note.author):
        return edit_note(note.author, note, body=body, visibility=visibility)


def unmade(note: Note) -> None:
    with saving(note.author):
        delete_note(note.author, Note.objects.get(pk=note.pk))
