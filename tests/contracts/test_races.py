"""Writes that arrive while a contact is being archived, unshared or handed over: the lock decides, not the clock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from contacts import policy
from contacts.imports.running import GONE
from contacts.imports.steps import start_check, start_run
from contacts.imports.uploads import store_upload
from contacts.models import Contact, FollowUp, Note
from contacts.services import archiving, follow_ups, notes, sharing
from contacts.services.contacts import create_contact
from contacts.services.merging import Changes
from contacts.services.succession import hand_over
from contacts_project.accounts.services import deactivate_user, reactivate_user
from contacts_project.core.errors import Refused
from tests.contacts.crew import Crew, make_crew
from tests.factories_contacts import NoteFactory, share

pytestmark = pytest.mark.django_db(transaction=True)
LONG_ENOUGH = 0.4  # seconds in which an unlocked write is done


def meanwhile(first: Callable[[], Any], second: Callable[[], Any]) -> Any:
    """Run `second` in another session after `first`, which has not been committed yet: what it returned or raised."""
    found: list[Any] = []

    def other() -> None:
        try:
            found.append(second())
        except Exception as error:  # handed to the test, whatever it is
            found.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    with transaction.atomic():
        first()
        thread.start()
        thread.join(LONG_ENOUGH)
    thread.join(10)
    return found[0]


WRITES: dict[str, Callable[[Crew], Any]] = {
    "note": lambda crew: notes.create_note(crew.writer, crew.contact, body="Late", visibility="public"),
    "follow-up": lambda crew: follow_ups.create_follow_up(
        crew.writer, crew.contact, due=timezone.localdate(), text="Late", user=crew.writer
    ),
    "edit": lambda crew: notes.edit_note(crew.writer, Note.objects.get(body="Old"), body="Late"),
    "delete": lambda crew: notes.delete_note(crew.owner, Note.objects.get(body="Old")),
    "share": lambda crew: refusal(sharing.set_access(crew.owner, [crew.contact.pk], crew.outsider, "read")),
}


def refusal(outcomes: list) -> Any:
    return Refused(outcomes[0].reason) if outcomes[0].reason else outcomes


@pytest.mark.parametrize("write", WRITES)
def test_nothing_is_written_on_a_contact_that_is_being_archived(write: str) -> None:
    crew = make_crew()
    NoteFactory(contact=crew.contact, body="Old")
    late = meanwhile(lambda: archiving.archive(crew.owner, [crew.contact.pk]), lambda: WRITES[write](crew))
    assert isinstance(late, Refused)
    assert late.rule == policy.ARCHIVED
    assert list(Note.objects.values_list("body", flat=True)) == ["Old"]
    assert not FollowUp.objects.exists()
    archiving.unarchive(crew.owner, [crew.contact.pk])
    assert not isinstance(WRITES[write](crew), Exception)


def test_a_note_that_becomes_private_is_not_deleted_by_somebody_else() -> None:
    crew = make_crew()
    note = NoteFactory(contact=crew.contact, author=crew.writer, body="Mine")
    late = meanwhile(
        lambda: notes.edit_note(crew.writer, note, body="Mine alone", visibility="private"),
        lambda: notes.delete_note(crew.manager, Note.objects.get(pk=note.pk)),
    )
    assert isinstance(late, Refused)
    assert Note.objects.get().body == "Mine alone"


@pytest.mark.parametrize("way", ["form", "import"])
def test_nobody_is_given_a_contact_while_being_deactivated(way: str) -> None:
    crew = make_crew()
    made = store_upload(crew.owner, name="a.csv", stream=BytesIO(b"First name,Phone\nAnn,202 555 0143\n"))
    start_check(made)
    steps = {
        "form": lambda: create_contact(crew.owner, Changes(attributes={"given_name": "Ann"})),
        "import": lambda: start_run(made),
    }
    meanwhile(lambda: deactivate_user(crew.manager, user=crew.owner, successor=crew.writer), steps[way])
    assert not Contact.objects.filter(owner=crew.owner).exists()
    assert list(made.rows.exclude(outcome="pending").values_list("reason", flat=True)) in ([], [GONE])
    reactivate_user(crew.manager, user=crew.owner)
    crew.owner.refresh_from_db()
    create_contact(crew.owner, Changes(attributes={"given_name": "Ann"}))
    assert Contact.objects.filter(owner=crew.owner).count() == 1


def test_a_successor_is_not_unshared_half_way() -> None:
    crew = make_crew()
    share(crew.contact, crew.outsider, "read")
    late = meanwhile(
        lambda: sharing.remove_access(crew.manager, [crew.contact.pk], crew.outsider),
        lambda: hand_over(crew.owner, crew.outsider, by=None),
    )
    assert late is None
    holder = policy.explain(crew.outsider, crew.contact)
    assert holder is not None
    assert holder.roles == {"read", "write", "admin", "owner"}
