"""Who shares a list: giving, changing, taking away, leaving, asking for it, a successor, joined records, and who learns
of a contact through a list."""

from __future__ import annotations

import datetime

import pytest

from contacts.list_policy import level_on
from contacts.models import AccessRequest, List, ListItem, ListUserObjectPermission
from contacts.services import access_requests, converting
from contacts.services.list_joining import move_items, move_items_back
from contacts_project.accounts import grants
from contacts_project.accounts.services import deactivate_user
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory, share
from tests.factories_departments import DepartmentFactory, department_contact, operate, shared_contact
from tests.factories_engagements import ListFactory, put_on_list, share_list

from .crew import undo_last
from .lists_room import Room, make_room, texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Room:
    return make_room()


def level(room: Room, who: str) -> str | None:
    return level_on(getattr(room, who), room.list)


def give(room: Room, who: str, access: str, by: str = "owner", **more: str):
    return room.client(by).post(
        room.url("collaborators/"), {"user": getattr(room, who).email, "access": access, **more}
    )


def change(room: Room, who: str, rest: str = "", by: str = "owner", **data: str):
    return room.client(by).post(room.url(f"collaborators/{getattr(room, who).pk}/{rest}"), data)


def test_an_admin_gives_changes_and_takes_access_with_undo(room: Room) -> None:
    assert give(room, "outsider", "write").status_code == 303
    assert level(room, "outsider") == "write"
    assert change(room, "outsider", access="admin").status_code == 303
    assert level(room, "outsider") == "admin"
    assert change(room, "outsider", "remove/").status_code == 303
    assert level(room, "outsider") is None
    undo_last(room.owner)
    assert level(room, "outsider") == "admin"
    assert room.client("outsider").get(room.url("collaborators/")).status_code == 200


@pytest.mark.parametrize("by", ["reader", "writer"])
def test_only_admins_share(room: Room, by: str) -> None:
    assert give(room, "outsider", "read", by).status_code == 403
    assert change(room, "owner", "remove/", by).status_code == 403
    assert room.client(by).get(room.url("collaborators/")).status_code == 403
    assert level(room, "outsider") is None


def test_the_owner_keeps_admin_and_hands_on_by_leaving(room: Room) -> None:
    assert b"You are the only Admin" in change(room, "owner", "remove/").content
    give(room, "writer", "admin")
    assert change(room, "owner", access="read", by="writer").status_code == 422
    assert change(room, "owner", "remove/", by="writer").status_code == 403
    assert texts(change(room, "owner", "remove/")) == ["You have left Bakeries"]
    room.list.refresh_from_db()
    assert (room.list.owner, level(room, "owner")) == (room.writer, None)


def test_everybody_may_leave(room: Room) -> None:
    assert change(room, "reader", "remove/", by="reader")["Location"] == "/lists/"
    assert level(room, "reader") is None
    assert change(room, "outsider", "remove/", by="outsider").status_code == 404


def test_nobody_gives_more_than_they_have_and_a_day_that_passed_ends_it(room: Room) -> None:
    today = room.list.account.today()
    soon, later = today + datetime.timedelta(days=3), today + datetime.timedelta(days=30)
    give(room, "writer", "admin", until=soon.isoformat())
    assert give(room, "outsider", "read", "writer", until=later.isoformat()).status_code == 422
    assert give(room, "outsider", "read", "writer", until=soon.isoformat()).status_code == 303
    ListUserObjectPermission.objects.filter(user=room.outsider).update(until=today - datetime.timedelta(days=1))
    assert room.client("outsider").get(room.url()).status_code == 404
    assert give(room, "outsider", "read").status_code == 303
    assert room.client("outsider").get(room.url()).status_code == 200


def test_a_person_of_another_account_is_nobody(room: Room) -> None:
    assert give(room, "stranger", "read").status_code == 422
    assert change(room, "stranger", access="read").status_code == 404
    gone = UserFactory(account=room.list.account, is_active=False, name="Gone")
    answer = room.client("owner").post(room.url("collaborators/"), {"user": str(gone.pk), "access": "read"})
    assert answer.status_code == 422


@pytest.mark.parametrize("data", [{"access": "owner"}, {"access": ""}, {"access": "read", "until": "2020-01-01"}])
def test_bad_input_comes_back_in_the_form(room: Room, data: dict) -> None:
    assert change(room, "reader", **data).status_code == 422
    assert level(room, "reader") == "read"


def test_sharing_works_on_an_archived_list(room: Room) -> None:
    room.client("owner").post(room.url("archive/"))
    assert give(room, "outsider", "read").status_code == 303
    assert room.client("outsider").get(room.url()).status_code == 200


# Asking for a list (product.md §2d).


def ask(room: Room, who: str, access: str = "read", path: str = "") -> AccessRequest:
    room.client(who).post("/access-requests/", {"path": path or room.url("collaborators/"), "access": access})
    return AccessRequest.objects.get(user=getattr(room, who))


def test_a_request_for_a_list_reaches_its_admins_who_give_it(room: Room) -> None:
    request = ask(room, "outsider")
    assert (request.path, request.about) == (room.url(), [f"list:{room.list.pk}"])
    assert "Bakeries" in room.client("owner").get("/access-requests/").content.decode()
    assert not access_requests.answerable(room.writer).exists()
    answer = room.client("owner").post(f"/access-requests/{request.pk}/", {"answer": "write"})
    assert answer.status_code == 303
    assert level(room, "outsider") == "write"


def test_a_request_by_a_stranger_or_by_a_reader_reaches_nobody(room: Room) -> None:
    assert ask(room, "stranger").about == []
    assert ask(room, "reader").about == []
    assert ask(room, "outsider", path="/lists/999999/").about == []
    assert ask(room, "keeper", "write").about == [f"list:{room.list.pk}"]
    room.list.refresh_from_db()
    assert "Bakeries" not in room.client("outsider").get("/access-requests/?v=mine").content.decode()


# Succession, joined records, and the line of "Your access".


def test_a_successor_takes_over_lists_and_grants(room: Room) -> None:
    admin = UserFactory(account=room.list.account, admin=True)
    mine = ListFactory(owner=room.reader, name="Mine")
    deactivate_user(admin, user=room.owner, successor=room.reader)
    room.list.refresh_from_db()
    assert (room.list.owner, level(room, "reader")) == (room.reader, "admin")
    deactivate_user(admin, user=room.reader, successor=room.outsider)
    assert set(List.objects.values_list("owner", flat=True)) == {room.outsider.pk}
    assert level_on(room.outsider, mine) == "admin"
    assert grants.lines(ListUserObjectPermission, user=room.reader) == {}


def test_a_joined_record_gives_its_places_on_lists_to_the_kept_one_and_gets_them_back(room: Room) -> None:
    sales = DepartmentFactory(account=room.list.account)
    operate(sales, room.owner, admin=True)
    kept = department_contact(sales, phone="+12025550188")
    source = shared_contact(room.owner, sales, phone="+12025550188")
    both = ListFactory(owner=room.owner, name="Both")
    put_on_list(room.list, source)
    put_on_list(both, source, is_subscribed=False)
    put_on_list(both, kept)
    outcome = converting.give(room.owner, [source.pk], existing="join")[0]
    assert outcome.status == "done", outcome.reason
    places = ListItem.objects.filter(contact=kept).order_by("list").values_list("list", "is_subscribed")
    assert list(places) == [(room.list.pk, True), (both.pk, False)]
    assert not ListItem.objects.filter(contact=source).exists()


def test_parting_keeps_what_was_changed_since(room: Room) -> None:
    other = ContactFactory(owner=room.owner)
    both, left = ListFactory(owner=room.owner), ListFactory(owner=room.owner)
    put_on_list(both, room.contact, is_subscribed=False)
    put_on_list(both, other)
    put_on_list(left, room.contact)
    moved = move_items(room.contact, other)
    ListItem.objects.filter(list=left).delete()
    move_items_back(room.contact, other, moved)
    rows = ListItem.objects.filter(list__in=[both, left, room.list]).exclude(contact=room.hidden)
    assert set(rows.values_list("list", "contact", "is_subscribed")) == {
        (both.pk, room.contact.pk, False), (both.pk, other.pk, True), (room.list.pk, room.contact.pk, True),
    }  # fmt: skip


def test_your_access_counts_who_knows_a_contact_through_a_list_only(room: Room) -> None:
    share(room.hidden, room.reader, "read")
    share_list(ListFactory(owner=room.keeper, name="Never on it"), room.outsider, "read")
    text = room.client("keeper").get(f"/contacts/{room.hidden.pk}/access/").content.decode()
    assert "2 people through a list: name, phone and email only" in text  # owner and writer of the list
    assert "Bakeries" not in text
    share_list(room.list, room.keeper, "read")
    assert "Bakeries" in room.client("keeper").get(f"/contacts/{room.hidden.pk}/access/").content.decode()
    assert "through a list" not in room.client("reader").get(f"/contacts/{room.hidden.pk}/access/").content.decode()
