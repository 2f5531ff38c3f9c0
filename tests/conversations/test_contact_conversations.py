"""The Conversations tab: what the reader may read, the newest at the end, and always the same line at its end."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations.models import Interaction, InteractionContact
from conversations.paging import PAGE
from tests.factories_contacts import share
from tests.factories_conversations import arrive, line
from tests.factories_departments import department_contact

from .team import NUMBER, Team, ago, interaction

pytestmark = pytest.mark.django_db
LINE = "Only conversations on numbers and mail addresses that you can use are shown."
LIMIT = 18  # 16 and the two of session and user (design/performance.md)


@pytest.fixture
def team() -> Team:
    return Team()


@pytest.fixture
def read(client):
    def get(user, contact, after="", **headers):
        client.force_login(user)
        response = client.get(f"/contacts/{contact.pk}/conversations/?after={after}", headers=headers)
        assert response.status_code == 200
        return response.content.decode()

    return get


def ids(page: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'data-interaction-id="(\d+)"', page)]


def plain(page: str) -> str:
    """Without the tokens that differ in every answer."""
    return re.sub(r"[A-Za-z0-9]{64}", "token", page)


def test_the_newest_at_the_end_with_what_came_of_it(read, team):
    contact = team.mine()
    old = interaction(None, contact, at=ago(days=3), body="First words", outcome="no answer")
    new = interaction(None, contact, at=ago(minutes=1), direction="out", duration=250, outcome="visit booked")
    page = read(team.owner, contact)
    assert ids(page) == [old.pk, new.pk]
    assert "Outgoing call, 4 min 10 s" in page
    assert "visit booked" in page
    assert "First words" in page


def test_the_line_stands_there_whether_or_not_anything_is_hidden(read, team):
    contact = department_contact(team.sales)
    share(contact, team.stranger, "read")
    empty = read(team.stranger, contact)
    interaction(team.sales, contact, body="Secret words")
    hidden = read(team.stranger, contact)
    assert LINE in empty
    assert ids(hidden) == []
    assert "Secret words" not in hidden
    assert plain(empty) == plain(hidden)
    assert ids(read(team.operator, contact)) != []


def test_pages_hold_everything_once(read, team):
    contact = team.mine()
    at = ago(days=1)
    rows = [interaction(None, contact, at=at) for _ in range(PAGE + 3)]
    first = read(team.owner, contact)
    (after,) = re.findall(r"\?after=([\d.]+)", first)
    second = read(team.owner, contact, after)
    assert ids(second) + ids(first) == sorted(row.pk for row in rows)
    assert "Back to the newest" in second
    assert "?after=" not in second.replace(f"?after={after}", "")


@pytest.mark.parametrize("after", ["x", "1.2", "1.0.999999999999999999999", "-1.0.5", "9" * 300, "1.0.٣", "%00"])
def test_a_key_that_is_none_shows_the_first_page(read, team, after):
    contact = team.mine()
    row = interaction(None, contact)
    assert ids(read(team.owner, contact, after)) == [row.pk]


def test_what_was_moved_to_another_is_gone_here(read, team):
    contact = team.mine()
    row = interaction(None, contact)
    InteractionContact.objects.filter(interaction=row).update(is_current=False)
    assert ids(read(team.owner, contact)) == []


def test_an_archived_record_offers_no_call(read, team):
    contact = team.mine()
    interaction(None, contact)
    assert 'data-action="log-call"' in read(team.owner, contact)
    type(contact).objects.filter(pk=contact.pk).update(archived_at=ago(days=1))
    page = read(team.owner, contact)
    assert 'data-action="log-call"' not in page
    assert len(ids(page)) == 1


def test_the_fragment_is_the_tab(read, team):
    part = read(team.owner, team.mine(), **{"HX-Request": "true"})
    assert "<html" not in part
    assert 'id="contact-conversations"' in part


def test_queries_do_not_grow(client, team):
    contact = department_contact(team.sales, team.support)
    client.force_login(team.operator)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/contacts/{contact.pk}/conversations/").status_code == 200
        return len(queries)

    interaction(team.sales, contact, author=team.operator)
    asked()
    few = asked()
    for number in range(30):
        interaction([team.sales, team.support][number % 2], contact, author=[team.leader, team.operator][number % 2])
    assert asked() == few <= LIMIT


def test_the_index_answers(team):
    """Newest of one contact among many: read from its own range, in order."""
    contact, other = team.mine(), team.mine()
    made = Interaction.objects.bulk_create(
        Interaction(account=team.account, type="call", direction="in", at=ago(minutes=n), is_by_hand=True)
        for n in range(3000)
    )
    InteractionContact.objects.bulk_create(
        InteractionContact(interaction=row, contact=other if number % 30 else contact)
        for number, row in enumerate(made)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE conversations_interactioncontact")
    rows = InteractionContact.objects.filter(contact=contact, is_current=True).order_by("-at", "-interaction_id")
    assert "interaction_contact_newest" in rows[:51].explain()


def test_threads_stand_beside_the_stream_and_open_one_by_one(client, team):
    contact = team.mine(phone=NUMBER)
    channel, other = line(team.account, admin=team.owner), line(team.account, admin=team.owner, read=team.stranger)
    first, second = arrive(channel, NUMBER, body="On the one"), arrive(other, NUMBER, body="On the other")
    client.force_login(team.owner)
    everything = client.get(f"/contacts/{contact.pk}/conversations/").content.decode()
    one = client.get(f"/contacts/{contact.pk}/conversations/?thread={first.conversation_id}").content.decode()
    assert ids(everything) == [first.pk, second.pk]
    assert ids(one) == [first.pk]
