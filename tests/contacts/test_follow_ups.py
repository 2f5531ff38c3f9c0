"""Follow-ups on a contact (product.md §4): for oneself, or for a colleague who can see it; done, with Undo."""

import datetime
import uuid

import pytest
from django.utils import timezone

from contacts.models import Contact, FollowUp
from contacts.services.undoing import CannotUndo
from tests.factories_contacts import share

from .crew import Crew, make_crew, undo_last

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 11, 30)


@pytest.fixture
def crew() -> Crew:
    return make_crew()


def add(crew: Crew, who: str, **data):
    return crew.client(who).post(crew.url("follow-ups/"), {"due": DAY, "text": "Send the quote", **data})


def follow_up(crew: Crew, who: str, by: str = "owner", text: str = "Ring her") -> FollowUp:
    return FollowUp.objects.create(
        contact=crew.contact, user=getattr(crew, who), created_by=getattr(crew, by), due=DAY, text=text
    )


@pytest.mark.parametrize(
    ("who", "status"),
    [("owner", 303), ("manager", 303), ("writer", 303), ("reader", 303), ("outsider", 404), ("stranger", 404)],
)
def test_everybody_who_sees_the_contact_sets_follow_ups(crew: Crew, who: str, status: int):
    assert add(crew, who).status_code == status
    assert FollowUp.objects.filter(user=getattr(crew, who), created_by=getattr(crew, who)).count() == (status == 303)


@pytest.mark.parametrize("named", ["pk", "email", "name"])
def test_it_may_be_for_a_colleague_who_sees_the_contact(crew: Crew, named: str):
    assert add(crew, "reader", user=getattr(crew.writer, named)).status_code == 303
    row = FollowUp.objects.get()
    assert (row.user, row.created_by, row.due, row.text) == (crew.writer, crew.reader, DAY, "Send the quote")


@pytest.mark.parametrize("who", ["outsider", "stranger"])
def test_nobody_else_can_be_given_one(crew: Crew, who: str):
    answer = add(crew, "owner", user=getattr(crew, who).email)
    assert answer.status_code == 422
    assert b"Send the quote" in answer.content
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        {"due": ""},
        {"due": "soon"},
        {"due": "0000-00-00"},
        {"text": ""},
        {"text": "x" * 201},
        {"text": "a\0"},
        {"user": "?"},
    ],
)
def test_an_unusable_form_comes_back(crew: Crew, data: dict):
    answer = add(crew, "owner", **data)
    assert answer.status_code == 422
    assert b'data-action="follow-up"' in answer.content
    assert not FollowUp.objects.exists()


def test_a_form_sent_twice_makes_one(crew: Crew):
    token = str(uuid.uuid4())
    assert [add(crew, "owner", once=token).status_code for _ in range(1)] == [303]
    second = add(crew, "owner", once=token)
    assert (second.status_code, second["Location"]) == (303, crew.url())
    assert FollowUp.objects.count() == 1


def test_an_archived_contact_takes_none(crew: Crew):
    row = follow_up(crew, "owner")
    Contact.objects.filter(pk=crew.contact.pk).update(archived_at=timezone.now())
    for answer in (add(crew, "owner"), crew.client("owner").post(f"/follow-ups/{row.pk}/done/")):
        assert answer.status_code == 403
        assert b"unarchive it first" in answer.content


@pytest.mark.parametrize(
    ("who", "status"), [("writer", 303), ("owner", 303), ("manager", 404), ("outsider", 404), ("stranger", 404)]
)
def test_it_is_done_by_whom_it_is_for_or_who_gave_it(crew: Crew, who: str, status: int):
    row = follow_up(crew, "writer", by="owner")
    assert crew.client(who).post(f"/follow-ups/{row.pk}/done/").status_code == status
    row.refresh_from_db()
    assert (row.done_at is not None) == (status == 303)


def test_it_is_out_of_reach_without_access_to_the_contact(crew: Crew):
    row = follow_up(crew, "writer")
    share(crew.contact, crew.writer, None)
    assert crew.client("writer").post(f"/follow-ups/{row.pk}/done/").status_code == 404


def test_done_twice_is_harmless(crew: Crew):
    row = follow_up(crew, "owner")
    client = crew.client("owner")
    assert [client.post(f"/follow-ups/{row.pk}/done/").status_code for _ in range(2)] == [303, 303]


def test_undo_opens_it_again_while_the_contact_is_seen(crew: Crew):
    row = follow_up(crew, "writer")
    crew.client("writer").post(f"/follow-ups/{row.pk}/done/")
    undo_last(crew.writer)
    row.refresh_from_db()
    assert row.done_at is None
    crew.client("writer").post(f"/follow-ups/{row.pk}/done/")
    share(crew.contact, crew.writer, None)
    with pytest.raises(CannotUndo):
        undo_last(crew.writer)


def test_done_leads_back_to_where_it_was_pressed(crew: Crew):
    first, second = follow_up(crew, "owner"), follow_up(crew, "owner")
    client = crew.client("owner")
    assert client.post(f"/follow-ups/{first.pk}/done/")["Location"] == "/today/"
    assert client.post(f"/follow-ups/{second.pk}/done/", {"from": "contact"})["Location"] == crew.url()


def test_both_addresses_take_posts_only(crew: Crew):
    row = follow_up(crew, "owner")
    assert crew.client("owner").get(crew.url("follow-ups/")).status_code == 405
    assert crew.client("owner").get(f"/follow-ups/{row.pk}/done/").status_code == 405
    assert crew.client("owner").post("/follow-ups/99999999999999999999/done/").status_code == 404
