"""Archive and unarchive of one contact (product.md §5): deleting sets ARCHIVED, and nothing is destroyed."""

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from contacts.models import Contact
from contacts.services.undoing import CannotUndo

from .crew import Crew, make_crew, undo_last

pytestmark = pytest.mark.django_db
LADDER = [("owner", 303), ("manager", 303), ("writer", 303), ("reader", 403), ("outsider", 404), ("stranger", 404)]


@pytest.fixture
def crew() -> Crew:
    return make_crew()


def is_archived(crew: Crew) -> bool:
    return Contact.objects.get(pk=crew.contact.pk).archived


def archive(crew: Crew) -> None:
    Contact.objects.filter(pk=crew.contact.pk).update(archived_at=timezone.now())


@pytest.mark.parametrize(("who", "status"), LADDER)
def test_write_and_admin_archive(crew: Crew, who: str, status: int):
    assert crew.client(who).post(crew.url("archive/")).status_code == status
    assert is_archived(crew) == (status == 303)


@pytest.mark.parametrize(("who", "status"), LADDER)
def test_write_and_admin_unarchive(crew: Crew, who: str, status: int):
    archive(crew)
    assert crew.client(who).post(crew.url("unarchive/")).status_code == status
    assert is_archived(crew) == (status != 303)


@pytest.mark.parametrize("action", ["archive/", "unarchive/"])
def test_only_by_post_and_signed_in(crew: Crew, client, action: str):
    assert crew.client("owner").get(crew.url(action)).status_code == 405
    assert client.post(crew.url(action)).status_code == 302


def test_archiving_twice_changes_nothing_and_says_nothing(crew: Crew):
    client = crew.client("owner")
    client.post(crew.url("archive/"))
    first = Contact.objects.get(pk=crew.contact.pk)
    answer = client.post(crew.url("archive/"))
    assert answer.status_code == 303
    assert Contact.objects.get(pk=crew.contact.pk).archived_at == first.archived_at
    assert len(list(get_messages(answer.wsgi_request))) == 1


def test_the_message_offers_undo_both_ways(crew: Crew):
    crew.client("writer").post(crew.url("archive/"))
    message, address = undo_last(crew.writer)
    assert (message, address) == ("Renee Martinez unarchived", crew.url())
    assert not is_archived(crew)
    archive(crew)
    crew.client("writer").post(crew.url("unarchive/"))
    undo_last(crew.writer)
    assert is_archived(crew)


def test_undo_needs_the_right_at_that_time(crew: Crew):
    from tests.factories_contacts import share

    crew.client("writer").post(crew.url("archive/"))
    share(crew.contact, crew.writer, "read")
    with pytest.raises(CannotUndo):
        undo_last(crew.writer)
    assert is_archived(crew)


@pytest.mark.parametrize(
    ("wanted", "to"),
    [
        ("/contacts/?archived=1", "/contacts/?archived=1"),
        ("https://evil.example/", None),
        ("//evil.example/contacts/", None),
        ("/contacts/nonsense/", None),
        ("/admin/", None),
        ("/contacts/\0", None),
    ],
)
def test_it_leads_back_to_pages_of_ours_only(crew: Crew, wanted: str, to: str | None):
    answer = crew.client("owner").post(crew.url("archive/"), {"next": wanted})
    assert answer["Location"] == (to or crew.url())


@pytest.mark.parametrize("address", ["edit/", "notes/", "follow-ups/"])
def test_every_other_write_is_refused_while_archived(crew: Crew, address: str):
    archive(crew)
    answer = crew.client("owner").post(
        crew.url(address), {"nickname": "Ren", "body": "x", "text": "x", "due": "2030-01-01"}
    )
    assert answer.status_code == 403
    assert "Archived: unarchive it first" in answer.content.decode()
