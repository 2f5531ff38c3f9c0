"""The inbox: threads newest first, each once, as far as the reader sees them."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations import inbox
from conversations.filters import Filters
from conversations.models import Conversation, Interaction
from tests.factories_contacts import ContactFactory, share
from tests.factories_conversations import arrive, department_line, line, share_channel

from .team import NUMBER, Team, ago

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return Team()


def threads(client, user, query: str = "") -> list[int]:
    client.force_login(user)
    page = client.get(f"/conversations/?{query}").content.decode()
    return [int(pk) for pk in re.findall(r'data-conversation-id="(\d+)"', page)]


def plain(page: bytes) -> str:
    text = re.sub(r"[A-Za-z0-9]{64}", "token", page.decode())
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "once", text)


def test_threads_stand_newest_first_and_each_once(client, team):
    channel = department_line(team.sales)
    old = arrive(channel, NUMBER, at=ago(hours=3)).conversation_id
    other = arrive(channel, "+12025550143", at=ago(hours=2)).conversation_id
    assert threads(client, team.operator) == [other, old]
    arrive(channel, NUMBER, at=ago(hours=1))
    assert threads(client, team.operator) == [old, other]
    assert threads(client, team.supporter) == []


def test_pages_repeat_no_thread(team, monkeypatch):
    monkeypatch.setattr("conversations.paging.PAGE", 2)
    monkeypatch.setattr("conversations.inbox.PAGE", 2)
    channel = department_line(team.sales)
    made = [arrive(channel, f"+1202555{2000 + n}", at=ago(hours=9 - n)).conversation_id for n in range(5)]
    channels = inbox.readable_channels(team.operator)
    seen, after = [], None
    for _ in range(3):
        page = inbox.page_of(team.operator, channels, Filters(), after)
        seen += [one.conversation for one in page.found]
        after = page.found[-1].place
    assert seen == made[::-1]


@pytest.mark.usefixtures("still_clock")
def test_something_hidden_changes_no_byte(client, team):
    channel = line(team.account, read=team.stranger, admin=team.owner)
    contact = ContactFactory(owner=team.owner, phone=NUMBER)
    mine = ContactFactory(owner=team.owner, phone="+12025550143")
    share(mine, team.stranger, "read")
    thread = arrive(channel, "+12025550143").conversation_id
    client.force_login(team.stranger)
    addresses = ("/conversations/", "/conversations/?unread=1", f"/conversations/{thread}/")
    client.get(addresses[-1])
    before = [plain(client.get(address).content) for address in addresses]
    hidden = arrive(channel, NUMBER)
    assert contact in hidden.contacts.all()
    assert [plain(client.get(address).content) for address in addresses] == before
    assert client.get(f"/conversations/{hidden.conversation_id}/").status_code == 404


def test_closed_opens_again_by_what_arrives(client, team):
    channel = department_line(team.sales)
    thread = arrive(channel, NUMBER, at=ago(hours=1)).conversation_id
    Conversation.objects.filter(pk=thread).update(closed_at=timezone.now())
    assert threads(client, team.operator) == []
    assert threads(client, team.operator, "view=closed") == [thread]
    arrive(channel, NUMBER)
    assert threads(client, team.operator) == [thread]
    assert threads(client, team.operator, "view=closed") == []


def test_filters_mean_or_inside_and_and_between(client, team):
    channel = department_line(team.sales)
    text = arrive(channel, NUMBER, at=ago(hours=2)).conversation_id
    call = arrive(channel, "+12025550143", "call", is_answered=False).conversation_id
    assert threads(client, team.operator, "type=sms&type=call") == [call, text]
    assert threads(client, team.operator, "type=sms&type=nonsense&channel=x") == [text]
    assert threads(client, team.operator, "view=missed") == [call]
    assert threads(client, team.operator, f"channel={channel.pk}&department={team.support.pk}") == []


def test_what_is_unread_is_the_readers_own(client, team):
    thread = arrive(department_line(team.sales), NUMBER).conversation_id
    assert threads(client, team.operator, "unread=1") == [thread]
    client.get(f"/conversations/{thread}/")
    assert threads(client, team.operator, "unread=1") == []
    assert threads(client, team.leader, "unread=1") == [thread]


def test_queries_do_not_grow(client, team):
    channels = [department_line(team.sales), line(team.account, read=team.operator)]
    share_channel(channels[1], team.leader, "read")
    client.force_login(team.operator)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/conversations/").status_code == 200
        return len(queries)

    arrive(channels[0], NUMBER)
    arrive(channels[1], NUMBER)
    asked()
    few = asked()
    for number in range(12):
        arrive(channels[number % 2], f"+1202555{3000 + number}")
    assert asked() == few


@pytest.mark.parametrize(
    ("filters", "are_closed", "index"),
    [
        (Filters(), True, "conversation_party_open"),
        (Filters(view="closed"), False, "conversation_party_open"),
        (Filters(types=("call",)), False, "conversation_party_type"),
    ],
)
def test_the_walk_reads_an_index_range_of_each_channel(team, filters, are_closed, index):
    """Also where nothing is found: a line where nobody ever called is not read to its end."""
    channel = department_line(team.sales)
    fill(channel, 300)
    if are_closed:
        Conversation.objects.filter(channel=channel).update(closed_at=timezone.now())
    rows = inbox.candidates([channel.pk], inbox.ranged(filters), None, 51, None)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE conversations_conversationparty, conversations_conversation, conversations_interaction")
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = on")
    assert index in rows.explain()


def fill(channel, number):
    """So many threads with a text from a number that nobody knows."""
    here = {"account_id": channel.account_id, "channel": channel}
    addresses = [f"+1202555{3000 + place}" for place in range(number)]
    threads = Conversation.objects.bulk_create(Conversation(outside_address=one, **here) for one in addresses)
    Interaction.objects.bulk_create(
        Interaction(
            conversation=one, type="sms", direction="in", at=ago(hours=2), arrived_without_contact=True,
            outside_address=one.outside_address, **here,
        )
        for one in threads
    )  # fmt: skip
