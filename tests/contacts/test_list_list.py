"""The page of lists: which ones, in which order, what stands in each line; making, renaming and archiving one."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.utils import timezone

from contacts import list_facts
from contacts.list_policy import level_on
from contacts.list_rows import PAGE, counts_of, lists_page
from contacts.models import List, ListItem
from contacts.paging import COUNT_CAP
from tests.factories import UserFactory
from tests.factories_engagements import ListFactory, share_list

from .crew import undo_last
from .lists_room import Room, make_room, texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Room:
    return make_room()


def names(user, **wanted) -> list[str]:
    return [row.found.name for row in lists_page(user, **wanted).rows]


def test_it_shows_readable_lists_by_name_with_counts_access_and_owner(room: Room) -> None:
    room.hidden_item.is_subscribed = False
    room.hidden_item.save()
    ListFactory(owner=room.keeper, name="Somebody else's")
    share_list(ListFactory(owner=room.keeper, name="apples"), room.reader, "admin")
    page = lists_page(room.reader)
    assert [row.found.name for row in page.rows] == ["apples", "Bakeries"]
    row = page.rows[1]
    assert (row.counts.people, row.counts.subscribed, row.counts.unsubscribed) == (2, 1, 1)
    assert (row.level, "fill" in row.actions, page.total) == ("read", False, 2)
    text = room.client("reader").get("/lists/").content.decode()
    assert "Owner Person" in text
    assert "Somebody else" not in text


def test_mine_shared_archived_and_search(room: Room) -> None:
    share_list(ListFactory(owner=room.reader, name="Cafés"), room.owner, "read")
    assert names(room.owner, view="mine") == ["Bakeries"]
    assert names(room.owner, view="shared") == ["Cafés"]
    assert names(room.owner, q="CAFE") == ["Cafés"]
    assert names(room.owner, q="%") == names(room.owner)  # nothing usable was typed
    room.client("writer").post(room.url("archive/"))
    assert names(room.owner) == ["Cafés"]
    assert names(room.owner, archived=True) == ["Bakeries"]
    assert names(room.outsider) == []


def test_further_lists_by_key(room: Room) -> None:
    List.objects.all().delete()
    made = [ListFactory(owner=room.owner, name="Same name") for _ in range(PAGE + 2)]
    first = lists_page(room.owner)
    second = lists_page(room.owner, after=first.after)
    assert [row.found.pk for row in first.rows + second.rows] == [one.pk for one in made]
    assert second.after is None


def test_counts_end_at_the_cap(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contacts.list_rows.COUNT_CAP", 1)
    counts = counts_of([room.list.pk])[room.list.pk]
    assert (counts.people, counts.subscribed, counts.unsubscribed) == (1, 1, 0)
    assert COUNT_CAP == 10_000


def test_the_last_engagement_stands_where_somebody_tells_of_it(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    at = timezone.now() - datetime.timedelta(days=400)

    class Told:
        def last_uses(self, user, ids):
            return {pk: list_facts.LastUse(at, "Text", "/engagements/7/") for pk in ids if user == room.owner}

    monkeypatch.setattr(list_facts, "_sources", [Told()])
    assert "/engagements/7/" in room.client("owner").get("/lists/").content.decode()
    assert "Never" in room.client("reader").get("/lists/").content.decode()


def test_empty_pages_say_how_to_begin(room: Room) -> None:
    client = room.client("outsider")
    assert "Your lists start here" in client.get("/lists/").content.decode()
    assert "No archived lists" in client.get("/lists/?archived=1").content.decode()
    assert "Nobody has shared a list with you" in client.get("/lists/?v=shared").content.decode()
    assert "No lists match" in client.get("/lists/?q=zzz").content.decode()


@pytest.mark.parametrize("address", ["/lists/", "/lists/new/"])
def test_a_list_is_made_once(room: Room, address: str) -> None:
    client, form = room.client("outsider"), {"name": " Trade show ", "once": str(uuid.uuid4())}
    first, again = client.post(address, form), client.post(address, form)
    made = List.objects.get(name="Trade show")
    assert first.status_code == again.status_code == 303
    assert first["Location"] == again["Location"] == f"/lists/{made.pk}/"
    assert (made.owner, level_on(room.outsider, made)) == (room.outsider, "admin")
    assert level_on(room.owner, made) is None


@pytest.mark.parametrize("name", ["", " ", "x" * 121, "a\0b"])
def test_a_bad_name_comes_back_in_the_form(room: Room, name: str) -> None:
    assert room.client("owner").post("/lists/", {"name": name}).status_code == 422
    assert room.client("owner").post(room.url("edit/"), {"name": name}).status_code == 422
    assert List.objects.get().name == "Bakeries"


def test_markup_in_a_name_stays_text(room: Room) -> None:
    made = ListFactory(owner=room.owner, name="<script>alert(1)</script>")
    for address in ("/lists/", f"/lists/{made.pk}/", f"/lists/{made.pk}/collaborators/", "/contacts/"):
        assert b"<script>alert" not in room.client("owner").get(address).content


@pytest.mark.parametrize("query", ["after=0", "after=99999999999999999999", "after=x", "v=all", "archived=2", "q=%00"])
def test_nonsense_in_the_address_is_ignored(room: Room, query: str) -> None:
    assert room.client("owner").get(f"/lists/?{query}").status_code == 200


def test_renaming_and_describing(room: Room) -> None:
    form = {"name": "Cafés", "description": "All\r\nof them", "was_name": "Bakeries", "was_description": ""}
    assert room.client("writer").post(room.url("edit/"), form).status_code == 303
    room.list.refresh_from_db()
    assert (room.list.name, room.list.description) == ("Cafés", "All\nof them")
    assert "All" in room.client("reader").get(room.url()).content.decode()


def test_a_stale_name_is_shown_and_saved_only_when_sent_again(room: Room) -> None:
    client, form = room.client("writer"), {"name": "Mine", "was_name": "Bakeries"}
    List.objects.update(name="Theirs", description="New")
    answer = client.post(room.url("edit/"), form)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Theirs" in text
    assert 'value="Mine"' in text
    assert client.post(room.url("edit/"), {"name": "Mine", "was_name": "Theirs"}).status_code == 303
    room.list.refresh_from_db()
    assert (room.list.name, room.list.description) == ("Mine", "New")  # what the form does not carry stays


def test_archiving_twice_changes_nothing_and_undo_brings_it_back(room: Room) -> None:
    client = room.client("writer")
    assert texts(client.post(room.url("archive/"))) == ["Bakeries archived"]
    client.get("/lists/")
    assert texts(client.post(room.url("archive/"))) == []
    assert b"read-only until it is unarchived" in client.get(room.url()).content
    undo_last(room.writer)
    room.list.refresh_from_db()
    assert room.list.archived_at is None


def test_other_accounts_and_platform_staff_know_of_no_list(room: Room) -> None:
    for who in (room.stranger, UserFactory(account=None, is_staff=True)):
        assert names(who) == []
    share_list(room.list, room.writer, None)
    assert names(room.writer) == []
    assert ListItem.objects.count() == 2
