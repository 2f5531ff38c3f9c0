"""The column Last contact and its sort: the latest that this viewer may see, and no more (product.md §4)."""

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts import last_contacts, paging, paging_last
from contacts.filters import Filters
from contacts.models import Contact
from contacts.paging import Order, Selection
from tests.factories_contacts import ContactFactory, share
from tests.factories_conversations import arrive, department_line, line, share_channel

from .team import Team, ago, interaction

pytestmark = pytest.mark.django_db
LAST = Order("last", descending=True)
WHOLE = Selection()


@pytest.fixture
def team() -> Team:
    return Team()


def number(n: int) -> str:
    return f"+120255501{n:02}"


def ordered(user, size: int = 50, selection: Selection = WHOLE) -> list[int]:
    """Every page of the list, as a user would turn them."""
    found, after = [], None
    while True:
        page = paging_last.page_by(user, selection, LAST, after=after, size=size)
        found += page.ids
        if page.next is None:
            return found
        after = paging.decode(paging.encode(page.next))


def made(team: Team, count: int) -> list[Contact]:
    return [team.mine(given_name=f"Nr {n}", phone=number(n)) for n in range(count)]


def test_the_latest_of_readable_lines_and_of_calls_logged_by_hand(team: Team) -> None:
    first, second, third, never = made(team, 4)
    channel = line(team.account, admin=team.owner)
    arrive(channel, number(0), at=ago(hours=3))
    called = interaction(None, second, at=ago(hours=1), duration=250, is_answered=True)
    arrive(channel, number(2), at=ago(hours=2))
    assert ordered(team.owner) == [second.pk, third.pk, first.pk, never.pk]
    found = last_contacts.lasts(team.owner, [first.pk, second.pk, third.pk, never.pk])
    assert {pk: last.what for pk, last in found.items()} == {
        first.pk: "Text", second.pk: "Call, 4 min", third.pk: "Text",
    }  # fmt: skip
    assert found[second.pk].at == called.at


def test_a_hidden_line_moves_nobodys_list(team: Team) -> None:
    first, second = made(team, 2)
    for contact in (first, second):
        share(contact, team.stranger, "read")
    shared, hidden = line(team.account, admin=team.owner, read=team.stranger), line(team.account, admin=team.owner)
    arrive(shared, number(0), at=ago(hours=3))
    arrive(hidden, number(1), at=ago(hours=1))
    assert ordered(team.stranger) == [first.pk, second.pk]
    assert set(last_contacts.lasts(team.stranger, [first.pk, second.pk])) == {first.pk}
    assert ordered(team.owner) == [second.pk, first.pk]
    share_channel(hidden, team.stranger, "read")
    assert ordered(team.stranger) == [second.pk, first.pk]


def test_what_a_correction_took_away_is_no_last_contact(team: Team) -> None:
    (contact,) = made(team, 1)
    text = arrive(line(team.account, admin=team.owner), number(0))
    call = interaction(None, contact, at=ago(hours=1))
    for row in (text, call):
        assert last_contacts.times(team.owner, [contact.pk])
        type(row).objects.filter(pk=row.pk).update(removed_at=timezone.now())
    assert last_contacts.times(team.owner, [contact.pk]) == {}


def test_a_departments_calls_count_for_its_operators(team: Team) -> None:
    arrive(department_line(team.sales), number(0))
    contact = Contact.objects.get(kind="department")
    call = interaction(team.support, contact, at=timezone.now())
    share(contact, team.stranger, "read")
    assert last_contacts.times(team.stranger, [contact.pk]) == {}
    assert set(last_contacts.times(team.operator, [contact.pk])) == {contact.pk}
    assert last_contacts.times(team.supporter, [contact.pk]) == {contact.pk: call.at}


@pytest.mark.parametrize("narrow", [paging.NARROW, 0])
def test_pages_join_whatever_is_hidden_between_them(team: Team, monkeypatch: pytest.MonkeyPatch, narrow: int) -> None:
    """Read at once where there are few contacts, walked where there are many: the same order, page by page."""
    monkeypatch.setattr(paging, "NARROW", narrow)
    monkeypatch.setattr(paging_last, "NARROW", narrow)
    monkeypatch.setattr(paging_last, "BATCHES", (2, 2, 4, 4))
    contacts = made(team, 9)
    channel, other = line(team.account, admin=team.owner), line(team.account, admin=team.owner)
    same = ago(days=2)
    for n, contact in enumerate(contacts[:7]):
        arrive(channel, number(n), at=same if n < 3 else ago(hours=n))
        if n % 2:
            interaction(None, contact, at=ago(days=3))
        arrive(other, number(n), at=ago(days=5))
    hidden = ContactFactory(account=team.account, owner=team.stranger, phone=number(50))
    share_channel(channel, team.stranger, "read")
    arrive(channel, number(50))
    times = last_contacts.times(team.owner, [contact.pk for contact in contacts])
    dated = sorted(times, key=lambda pk: (times[pk], pk), reverse=True)
    expected = [*dated, contacts[7].pk, contacts[8].pk]
    for size in (1, 2, 50):
        assert ordered(team.owner, size) == expected
    assert hidden.pk not in expected
    assert ordered(team.stranger) == [hidden.pk]
    archived = Selection(archived=True)
    assert ordered(team.owner, 1, archived) == []
    Contact.objects.filter(pk=contacts[0].pk).update(archived_at=same)
    assert ordered(team.owner, 1, archived) == [contacts[0].pk]
    searched = Filters(team.owner, q="Nr", sort="last")
    assert ordered(team.owner, 2, searched.selection) == [pk for pk in expected if pk != contacts[0].pk]


def test_the_page_shows_it_and_asks_no_more_for_more_contacts(team: Team, client: Client) -> None:
    channel = line(team.account, admin=team.owner)
    client.force_login(team.owner)

    def asked() -> int:
        client.get("/contacts/?sort=last")
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/contacts/?sort=last").content.decode()
        assert 'aria-sort="descending"' in page
        assert "Last contact" in page
        return len(queries)

    made(team, 1)
    arrive(channel, number(0), at=timezone.now() - datetime.timedelta(minutes=5))
    few = asked()
    for n in range(1, 12):
        team.mine(phone=number(n))
        arrive(channel, number(n), at=timezone.now() - datetime.timedelta(minutes=n))
    assert asked() == few
    assert client.get("/contacts/?sort=last&after=nonsense").status_code == 200
    assert client.get("/contacts/?sort=last&after=5.IQ").status_code == 200  # "!" alone
