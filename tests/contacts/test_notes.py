"""The Notes tab (product.md §2a, Notes): who reads, writes, switches and deletes which note."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import Contact, Note
from contacts.services.undoing import CannotUndo
from tests.factories_contacts import NoteFactory, share

from .crew import Crew, make_crew, undo_last

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew() -> Crew:
    return make_crew()


def add(crew: Crew, who: str, body: str = "Rings at noon", **more: str):
    return crew.client(who).post(crew.url("notes/"), {"body": body, **more})


def note_by(crew: Crew, who: str, visibility: str = "public", body: str = "First words") -> Note:
    return NoteFactory(contact=crew.contact, author=getattr(crew, who), visibility=visibility, body=body)


def archive(crew: Crew) -> None:
    Contact.objects.filter(pk=crew.contact.pk).update(archived_at=timezone.now())


@pytest.mark.parametrize(
    ("who", "status"),
    [("owner", 303), ("manager", 303), ("writer", 303), ("reader", 403), ("outsider", 404), ("stranger", 404)],
)
def test_write_and_admin_add_notes(crew: Crew, who: str, status: int):
    assert add(crew, who).status_code == status
    assert Note.objects.count() == (status == 303)


@pytest.mark.parametrize(("who", "status"), [("reader", 200), ("writer", 200), ("outsider", 404), ("stranger", 404)])
def test_everybody_with_access_reads_public_notes(crew: Crew, who: str, status: int):
    note_by(crew, "owner", body="Prefers a call")
    answer = crew.client(who).get(crew.url("notes/"))
    assert answer.status_code == status
    assert (b"Prefers a call" in answer.content) == (status == 200)


def test_anonymous_visitors_sign_in_first(crew: Crew, client):
    assert client.get(crew.url("notes/")).status_code == 302


def test_a_reader_gets_no_form(crew: Crew):
    assert b'data-action="add-note"' in crew.client("writer").get(crew.url("notes/")).content
    assert b'data-action="add-note"' not in crew.client("reader").get(crew.url("notes/")).content


def test_a_note_is_public_unless_said_otherwise(crew: Crew):
    add(crew, "writer")
    add(crew, "writer", visibility="private")
    assert list(Note.objects.order_by("pk").values_list("visibility", flat=True)) == ["public", "private"]


@pytest.mark.parametrize("body", ["", "   ", "x" * 10_001, "a\0b"])
def test_an_unusable_note_is_refused_with_the_form(crew: Crew, body: str):
    answer = add(crew, "writer", body)
    assert answer.status_code == 422
    assert b'data-action="add-note"' in answer.content
    assert not Note.objects.exists()


def test_an_unknown_visibility_is_refused(crew: Crew):
    assert add(crew, "writer", visibility="secret").status_code == 422


@pytest.mark.usefixtures("still_clock")
def test_a_private_note_changes_no_byte_for_others(crew: Crew):
    def page(who: str) -> bytes:
        content = crew.client(who).get(crew.url("notes/")).content
        return b"\n".join(line for line in content.splitlines() if b"csrf" not in line and b"once" not in line)

    before = {who: page(who) for who in ("owner", "manager", "reader")}
    note_by(crew, "writer", "private", "Secret words")
    assert {who: page(who) for who in ("owner", "manager", "reader")} == before
    assert b"Secret words" in page("writer")


@pytest.mark.parametrize("what", ["edit", "delete"])
@pytest.mark.parametrize("who", ["owner", "manager", "reader"])
def test_somebody_elses_private_note_does_not_exist(crew: Crew, who: str, what: str):
    note = note_by(crew, "writer", "private")
    assert crew.client(who).post(crew.url(f"notes/{note.pk}/{what}/"), {"body": "Mine"}).status_code == 404
    note.refresh_from_db()
    assert note.body == "First words"


def test_its_author_edits_and_deletes_a_private_note_at_read(crew: Crew):
    note = note_by(crew, "writer", "private")
    share(crew.contact, crew.writer, "read")
    client = crew.client("writer")
    assert client.post(crew.url(f"notes/{note.pk}/edit/"), {"body": "New words"}).status_code == 303
    assert Note.objects.get().body == "New words"
    assert client.post(crew.url(f"notes/{note.pk}/delete/")).status_code == 303
    assert not Note.objects.exists()


def test_a_private_note_is_gone_for_its_author_without_access(crew: Crew):
    note = note_by(crew, "writer", "private")
    share(crew.contact, crew.writer, None)
    assert crew.client("writer").post(crew.url(f"notes/{note.pk}/delete/")).status_code == 404


@pytest.mark.parametrize(("who", "status"), [("writer", 303), ("owner", 303), ("reader", 403), ("outsider", 404)])
def test_write_edits_any_public_note(crew: Crew, who: str, status: int):
    note = note_by(crew, "manager")
    answer = crew.client(who).post(crew.url(f"notes/{note.pk}/edit/"), {"body": "New words"})
    assert answer.status_code == status
    note.refresh_from_db()
    assert note.author == crew.manager
    assert (note.body == "New words") == (status == 303)


def test_the_first_author_and_the_editor_both_stand_there(crew: Crew):
    note = note_by(crew, "manager")
    crew.client("writer").post(crew.url(f"notes/{note.pk}/edit/"), {"body": "New words"})
    page = crew.client("reader").get(crew.url("notes/")).content.decode()
    assert "Manager Person" in page
    assert "edited by" in page
    assert "Writer Person" in page


@pytest.mark.parametrize(
    ("author", "who", "status"),
    [
        ("writer", "writer", 303),
        ("writer", "manager", 303),
        ("manager", "writer", 403),
        ("reader", "reader", 403),
        ("writer", "outsider", 404),
    ],
)
def test_its_author_with_write_or_an_admin_deletes_a_public_note(crew: Crew, author: str, who: str, status: int):
    note = note_by(crew, author)
    assert crew.client(who).post(crew.url(f"notes/{note.pk}/delete/")).status_code == status
    assert Note.objects.filter(pk=note.pk).exists() == (status != 303)


@pytest.mark.parametrize(("who", "status"), [("writer", 303), ("manager", 403), ("owner", 403)])
def test_only_its_author_switches_a_note(crew: Crew, who: str, status: int):
    note = note_by(crew, "writer")
    answer = crew.client(who).post(crew.url(f"notes/{note.pk}/edit/"), {"body": note.body, "visibility": "private"})
    assert answer.status_code == status
    assert Note.objects.get().visibility == ("private" if status == 303 else "public")


def test_an_author_without_write_does_not_switch(crew: Crew):
    note = note_by(crew, "writer", "private")
    share(crew.contact, crew.writer, "read")
    answer = crew.client("writer").post(crew.url(f"notes/{note.pk}/edit/"), {"body": "x", "visibility": "public"})
    assert answer.status_code == 403
    assert Note.objects.get().visibility == "private"


def test_undo_brings_the_same_note_back(crew: Crew):
    note = note_by(crew, "writer", "private")
    client = crew.client("writer")
    client.post(crew.url(f"notes/{note.pk}/delete/"))
    undo_last(crew.writer)
    back = Note.objects.get()
    assert (back.pk, back.body, back.author, back.visibility) == (note.pk, note.body, note.author, "private")
    assert back.created_at == note.created_at


def test_undo_needs_the_access_of_now(crew: Crew):
    note = note_by(crew, "writer")
    crew.client("writer").post(crew.url(f"notes/{note.pk}/delete/"))
    share(crew.contact, crew.writer, "read")
    with pytest.raises(CannotUndo):
        undo_last(crew.writer)
    assert not Note.objects.exists()


@pytest.mark.parametrize("what", ["", "{note}/edit/", "{note}/delete/"])
def test_an_archived_contact_takes_no_writing(crew: Crew, what: str):
    note = note_by(crew, "writer", "private")
    archive(crew)
    answer = crew.client("writer").post(crew.url("notes/" + what.format(note=note.pk)), {"body": "New"})
    assert answer.status_code == 403
    assert b"unarchive it first" in answer.content
    assert crew.client("writer").get(crew.url("notes/")).status_code == 200


def test_words_saved_meanwhile_are_not_lost(crew: Crew):
    note = note_by(crew, "manager")
    url = crew.url(f"notes/{note.pk}/edit/")
    crew.client("owner").post(url, {"body": "Theirs", "seen": ""})
    answer = crew.client("writer").post(url, {"body": "Mine", "seen": ""})
    assert answer.status_code == 409
    assert b"Theirs" in answer.content
    assert b"Mine" in answer.content
    assert Note.objects.get().body == "Theirs"


def test_a_form_sent_twice_makes_one_note(crew: Crew):
    data = {"body": "Once", "once": str(uuid.uuid4())}
    client = crew.client("writer")
    assert [client.post(crew.url("notes/"), data).status_code for _ in range(2)] == [303, 303]
    assert Note.objects.count() == 1


def test_htmx_gets_the_fragment(crew: Crew):
    answer = crew.client("writer").post(
        crew.url("notes/"), {"body": "Fresh"}, headers={"HX-Request": "true", "HX-Target": "contact-notes"}
    )
    assert answer.status_code == 200
    assert b"Fresh" in answer.content
    assert b"<html" not in answer.content


def test_older_notes_follow_by_keyset(crew: Crew):
    for number in range(52):
        note_by(crew, "owner", body=f"Number {number}.")
    first = crew.client("reader").get(crew.url("notes/")).content.decode()
    assert "Number 51." in first
    assert "Number 1." not in first
    older = first.split("?after=")[1].split('"')[0]
    second = crew.client("reader").get(crew.url(f"notes/?after={older}")).content.decode()
    assert "Number 1." in second
    assert "Number 2." not in second


def test_the_segment_shows_one_kind(crew: Crew):
    note_by(crew, "writer", "public", "Open words")
    note_by(crew, "writer", "private", "Own words")
    private = crew.client("writer").get(crew.url("notes/?v=private")).content
    assert b"Own words" in private
    assert b"Open words" not in private


@pytest.mark.parametrize("query", ["?after=x", "?after=99999999999999999999", "?v=%00", "?after=-1"])
def test_nonsense_in_the_address_is_ignored(crew: Crew, query: str):
    assert crew.client("reader").get(crew.url("notes/" + query)).status_code == 200


def test_the_number_of_queries_does_not_grow(crew: Crew):
    client = crew.client("writer")
    note_by(crew, "owner")
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(crew.url("notes/"))
        counts.append(len(queries))
        for who in ("owner", "manager", "writer"):
            note_by(crew, who)
    assert counts[0] == counts[1]
    assert counts[0] <= 18


@pytest.mark.parametrize("rest", ["notes/{note}/delete/"])
def test_deleting_is_a_post(crew: Crew, rest: str):
    note = note_by(crew, "writer")
    assert crew.client("writer").get(crew.url(rest.format(note=note.pk))).status_code == 405
    assert crew.client("writer").put(crew.url("notes/")).status_code == 405
