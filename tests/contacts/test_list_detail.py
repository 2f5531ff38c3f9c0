"""A list's page: who stands on it, what its readers see of whom, searching, paging, and what it costs."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts import list_policy, policy
from contacts.list_pages import list_page
from contacts.list_rows import counts_of, lists_page
from contacts.models import Contact, ContactPhone, ContactUserObjectPermission, ListItem
from contacts_project.accounts import grants
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory, EmailFactory, PhoneFactory, share
from tests.factories_departments import DepartmentFactory, department_contact, operate
from tests.factories_engagements import ListFactory, put_on_list, share_list

from .lists_room import Room, make_room

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Room:
    return make_room()


def ids(room: Room, who: str, **wanted) -> list[int]:
    return [one.shown.id for one in list_page(getattr(room, who), room.list, **wanted).people]


def test_a_hidden_person_stands_by_name_number_and_email_alone(room: Room) -> None:
    text = room.client("reader").get(room.url()).content.decode()
    assert "Hilda Hidden" in text
    assert "(202) 555-0143" in text
    assert "Secret Works" not in text
    assert f'href="/contacts/{room.hidden.pk}/"' not in text
    assert f'name="path" value="/contacts/{room.hidden.pk}/"' in text
    assert f'href="/contacts/{room.contact.pk}/"' in text
    assert f'href="/contacts/{room.hidden.pk}/"' in room.client("keeper").get("/contacts/").content.decode()
    share_list(room.list, room.keeper, "read")
    assert f'href="/contacts/{room.hidden.pk}/"' in room.client("keeper").get(room.url()).content.decode()


def test_what_a_reader_may_not_do_is_not_in_the_page(room: Room) -> None:
    acts = ('data-action="unsubscribe"', 'data-action="remove"', 'data-action="add-contact"', 'data-action="edit"')
    reader, writer = (room.client(who).get(room.url()).content.decode() for who in ("reader", "writer"))
    assert not any(act in reader for act in acts)
    assert all(act in writer for act in acts)
    assert 'data-action="share"' not in writer
    assert f"/engagements/new/?lists={room.list.pk}" in reader
    assert room.url("call-next/") in reader


def test_a_search_finds_hidden_people_by_what_is_shown_of_them_only(room: Room) -> None:
    PhoneFactory(contact=room.hidden, number="+12025550199")
    EmailFactory(contact=room.hidden, address="first@hidden.example")
    EmailFactory(contact=room.hidden, address="second@other.example")
    share_list(room.list, room.keeper, "read")
    for typed in ("hilda", "HIDDEN", "5550143", "2025550143", "first@hidden.example"):
        assert ids(room, "reader", q=typed) == [room.hidden.pk], typed
    for typed in ("secret", "5550199", "second@other.example"):
        assert ids(room, "reader", q=typed) == [], typed
        assert ids(room, "keeper", q=typed) == [room.hidden.pk], typed
    assert ids(room, "reader", q="renee") == [room.contact.pk]
    assert ids(room, "reader", q="!?") == []


def test_a_broad_search_walks_the_list_and_finds_the_same(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = ids(room, "reader", q="202555")
    monkeypatch.setattr("contacts.list_pages.NARROW", 1)
    monkeypatch.setattr("contacts.list_pages.BATCHES", (1, 2))
    assert ids(room, "reader", q="202555") == expected == [room.hidden.pk, room.contact.pk]
    assert ids(room, "reader", q="secret") == []


def test_subscribed_and_unsubscribed(room: Room) -> None:
    ListItem.objects.filter(pk=room.hidden_item.pk).update(is_subscribed=False)
    assert ids(room, "reader", view="subscribed") == [room.contact.pk]
    assert ids(room, "reader", view="unsubscribed") == [room.hidden.pk]
    assert b"No, by link" in room.client("reader").get(room.url("?s=unsubscribed")).content


def test_archived_people_stay_and_say_so_and_a_new_name_changes_the_place(room: Room) -> None:
    room.client("owner").post(f"/contacts/{room.contact.pk}/archive/")
    assert ids(room, "reader") == [room.hidden.pk, room.contact.pk]
    assert b"Archived, left out of engagements" in room.client("reader").get(room.url()).content
    Contact.objects.filter(pk=room.contact.pk).update(family_name="Abel")
    assert ids(room, "reader") == [room.contact.pk, room.hidden.pk]


def test_department_tags_stand_beneath_visible_names(room: Room) -> None:
    sales = DepartmentFactory(account=room.list.account, name="Sales")
    operate(sales, room.reader)
    put_on_list(room.list, department_contact(sales))
    assert b'data-department-tag="Sales"' in room.client("reader").get(room.url()).content
    assert b'data-department-tag="Sales"' not in room.client("writer").get(room.url()).content


def fill(room: Room, number: int) -> None:
    made = Contact.objects.bulk_create(
        Contact(account=room.list.account, owner=room.keeper, created_by=room.keeper, family_name=f"Baker {n:03}")
        for n in range(number)
    )
    ContactPhone.objects.bulk_create(ContactPhone(contact=one, number=f"+1415555{n:04}") for n, one in enumerate(made))
    grants.set_level(ContactUserObjectPermission, made, [room.writer], "read", by=room.keeper)
    ListItem.objects.bulk_create(ListItem(list=room.list, contact=one) for one in made)


def test_pages_follow_each_other_by_key(room: Room) -> None:
    fill(room, 118)
    seen: list[int] = []
    after = None
    while True:
        page = list_page(room.reader, room.list, after=after)
        seen += [one.shown.id for one in page.people]
        after = page.next
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 120
    first = room.client("reader").get(room.url()).content.decode()
    more = re.search(r'href="[^"?]*[?](after=[^"]+)"', first)
    assert more
    rows = (
        room.client("reader")
        .get(room.url(f"?{more[1]}"), headers={"HX-Request": "true", "HX-Target": "tbody#rows"})
        .content.decode()
    )
    assert rows.count("data-item-id") == 50
    assert "<html" not in rows


def queries_of(client, address: str) -> int:
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return len(queries)


def test_queries_do_not_grow_with_people_and_lists(room: Room) -> None:
    client = room.client("writer")
    operate(DepartmentFactory(account=room.list.account), room.writer)
    addresses = (room.url(), room.url("?q=202555"), "/lists/", room.url("people/?q=re"))
    fill(room, 3)
    few = [queries_of(client, address) for address in addresses]
    fill(room, 120)
    for n in range(20):
        share_list(ListFactory(owner=room.owner, name=f"List {n}"), room.writer, "read")
        share(ContactFactory(owner=room.owner, given_name=f"Renee {n}", phone=f"+1202555{n:04}"), room.writer, "read")
    assert [queries_of(client, address) for address in addresses] == few
    assert few[0] <= 20
    assert few[2] <= 16


def test_a_page_is_one_range_of_the_index(room: Room) -> None:
    fill(room, 400)
    rows = ListItem.objects.filter(list=room.list).order_by("sort_key", "contact").values_list("sort_key", "contact")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE contacts_listitem")
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = rows[:51].explain()
    assert "list_item_place" in plan
    assert "Sort" not in plan


@pytest.mark.parametrize(
    "query",
    ["q=%00", "q=" + "x" * 5000, "s=all", "after=x", "after=1.%00", "after=99999999999999999999.YQ", "q='%22\\"],
)
def test_nonsense_in_the_address_is_ignored(room: Room, query: str) -> None:
    assert room.client("reader").get(room.url(f"?{query}")).status_code == 200


def test_row_check_list_count_and_page_agree(room: Room) -> None:
    """Whoever reads a list by the row check has it in the page, in the count, and sees the same people on it."""
    other = ListFactory(owner=room.stranger, name="Elsewhere")
    gone = UserFactory(account=room.list.account, is_active=False)
    levels = {"owner": "admin", "writer": "write", "reader": "read", "outsider": None, "stranger": None}
    people = [getattr(room, who) for who in levels] + [gone, UserFactory(account=room.list.account, admin=True)]
    share_list(room.list, gone, "admin")
    archived = ListFactory(owner=room.owner, name="Old")
    room.client("owner").post(f"/lists/{archived.pk}/archive/")
    archived.refresh_from_db()
    for user in people:
        readable = {one.pk for one in (room.list, other, archived) if list_policy.can(user, "view", one)}
        assert set(list_policy.visible_to(user).values_list("pk", flat=True)) == readable
        pages = [lists_page(user), lists_page(user, archived=True)]
        assert {row.found.pk for page in pages for row in page.rows} == readable
        assert sum(page.total for page in pages) == len(readable)
        for one in (room.list, other, archived):
            allowed = list_policy.allowed_actions(user, one)
            assert allowed == {action for action in list_policy.RIGHTS if list_policy.can(user, action, one)}
            if "view" in allowed:
                shown = list_page(user, one).people
                assert len(shown) == counts_of([one.pk])[one.pk].people == one.items.count()
                visible = {person.shown.id for person in shown if person.is_visible}
                assert visible == {pk for pk in visible | {p.shown.id for p in shown} if _sees(user, pk)}


def _sees(user, pk: int) -> bool:
    return policy.visible_to(user).filter(pk=pk).exists()
