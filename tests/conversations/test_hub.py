"""News: who is told what, in how many questions; streams, what ends them, and the connection that listens."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts_project.accounts.models import User
from conversations.live import streams as streams_module
from conversations.live.audience import Fact, News, audience_of
from conversations.live.hub import AGAIN, MOST_STREAMS_EACH, Hub
from conversations.live.streams import Events
from conversations.live.telling import ACCESS, MESSAGE, PRESENCE, RING, STATUS, THREAD, tell
from conversations.live.viewers import Viewer, still_here
from conversations.models import Interaction
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory, share
from tests.factories_conversations import arrive, department_line, line, share_channel

from .team import NUMBER, Team

SECOND = 5.0


def fact_of(interaction: Interaction, kind: str = MESSAGE, **changes: Any) -> Fact:
    place = {"channel": interaction.channel_id, "conversation": interaction.conversation_id}
    return Fact(**{"account": interaction.account_id, "kind": kind, "interaction": interaction.pk, **place, **changes})


def told(facts: list[Fact], *users: User) -> dict[int, set[News]]:
    connected: dict[int, list[int]] = {}
    for user in users:
        connected.setdefault(user.account_id, []).append(user.pk)
    return audience_of(facts, connected)


class TestAudience:
    pytestmark = pytest.mark.django_db

    def test_news_reach_only_who_reads_the_line_and_the_contact(self) -> None:
        team = Team()
        channel = line(team.account, admin=team.owner, read=team.operator, write=team.leader)
        contact = ContactFactory(owner=team.owner, phone=NUMBER)
        share(contact, team.stranger, "admin")  # the contact without the line
        share(contact, team.leader, "read")
        text = arrive(channel, NUMBER)
        everybody = (team.owner, team.operator, team.leader, team.stranger, UserFactory())
        news = {News("inbox", text.conversation_id), News("thread", text.conversation_id)}
        assert told([fact_of(text)], *everybody) == {team.owner.pk: news, team.leader.pk: news}

    def test_ending_access_to_either_end_ends_the_news(self) -> None:
        team = Team()
        channel = line(team.account, admin=team.owner, read=team.operator)
        contact = ContactFactory(owner=team.owner, phone=NUMBER)
        share(contact, team.operator, "read")
        text = arrive(channel, NUMBER)
        assert team.operator.pk in told([fact_of(text)], team.operator)
        share(contact, team.operator, None)
        assert told([fact_of(text)], team.operator) == {}
        share(contact, team.operator, "read")
        share_channel(channel, team.operator, None)
        assert told([fact_of(text)], team.operator) == {}

    def test_the_deactivated_are_told_nothing(self) -> None:
        team = Team()
        text = arrive(department_line(team.sales), NUMBER)
        User.objects.filter(pk=team.operator.pk).update(is_active=False)
        assert set(told([fact_of(text)], team.leader, team.operator)) == {team.leader.pk}

    def test_ringing_is_told_to_who_may_answer(self) -> None:
        team = Team()
        channel = line(team.account, write=team.owner, read=team.operator)
        call = arrive(channel, NUMBER, "call", status="ringing")
        assert told([fact_of(call, RING)], team.owner, team.operator) == {team.owner.pk: {News("ring")}}

    @pytest.mark.parametrize(
        ("kind", "names"),
        [(THREAD, {"inbox", "thread"}), (STATUS, {"thread"}), (PRESENCE, {"thread"})],
    )
    def test_each_kind_has_its_events(self, kind: str, names: set[str]) -> None:
        team = Team()
        text = arrive(department_line(team.sales), NUMBER)
        found = told([fact_of(text, kind, channel=None)], team.operator)  # the conversation alone names its channel
        assert {one.name for one in found[team.operator.pk]} == names

    def test_what_is_about_one_person_reaches_nobody_else(self) -> None:
        team = Team()
        facts = [Fact(team.account.pk, ACCESS, user=team.operator.pk)]
        assert told(facts, team.leader, team.operator) == {team.operator.pk: {News("inbox"), News("ring")}}

    def test_many_events_are_one_question_for_each_reader(self) -> None:
        team = Team()
        channel = department_line(team.sales)
        facts = [fact_of(arrive(channel, f"+1202555{number:04}")) for number in range(20)]
        with CaptureQueriesContext(connection) as few:
            told(facts[:1], team.leader, team.operator, team.supporter)
        with CaptureQueriesContext(connection) as many:
            found = told(facts, team.leader, team.operator, team.supporter)
        assert len(many) == len(few)
        assert len(found[team.operator.pk]) == 2 * len(facts)


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 30))


def viewer(user: int = 1, account: int = 7, session: str = "s") -> Viewer:
    return Viewer(user, account, session)


async def quiet(*_: Any) -> None:
    """A listener that hears nothing."""
    await asyncio.Event().wait()


class TestHub:
    """Without a database: the question is a function of the test's."""

    @pytest.fixture(autouse=True)
    def _deaf(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("conversations.live.hub.listen", quiet)

    def test_many_events_in_a_moment_are_judged_together_and_sent_once(self) -> None:
        asked = []

        def audience(facts: list[Fact], connected: dict[int, tuple[int, ...]]) -> dict[int, set[News]]:
            asked.append((len(facts), connected))
            return {1: {News("inbox", 5), News("ring")}}

        async def test() -> None:
            hub = Hub(audience)
            mine, other, elsewhere = hub.open(viewer(1)), hub.open(viewer(2)), hub.open(viewer(3, account=8))
            for number in range(50):
                hub.hear(Fact(7, MESSAGE, 1, number))
                hub.hear(Fact(7, MESSAGE, 1, number))
                hub.hear(Fact(9, MESSAGE, 1, number))  # an account with nobody here
            assert await mine.next(SECOND) == [News("inbox", 5), News("ring")]
            assert await other.next(0.05) == await elsewhere.next(0.05) == []
            assert asked == [(50, {7: (1, 2)})]
            await hub.stop()

        run(test)

    def test_a_question_that_fails_lets_pages_ask_for_themselves_and_the_hub_live_on(self) -> None:
        def audience(facts: list[Fact], connected: dict) -> dict[int, set[News]]:
            if facts[0].conversation == 1:
                raise RuntimeError
            return {1: {News("ring")}}

        async def test() -> None:
            hub = Hub(audience)
            stream = hub.open(viewer())
            hub.hear(Fact(7, MESSAGE, 1, 1))
            assert await stream.next(SECOND) == [AGAIN]
            hub.hear(Fact(7, MESSAGE, 1, 2))
            assert await stream.next(SECOND) == [News("ring")]
            await hub.stop()

        run(test)

    def test_a_stream_that_nobody_reads_stays_small(self) -> None:
        async def test() -> None:
            hub = Hub(lambda facts, connected: {})
            stream = hub.open(viewer())
            stream.add(*(News("thread", number) for number in range(1000)))
            assert await stream.next(SECOND) == [AGAIN]
            await hub.stop()

        run(test)

    def test_somebody_with_too_many_pages_loses_the_oldest(self) -> None:
        async def test() -> None:
            hub = Hub(lambda facts, connected: {})
            opened = [hub.open(viewer()) for _ in range(MOST_STREAMS_EACH + 1)]
            assert [stream.ended for stream in opened] == [True] + [False] * MOST_STREAMS_EACH
            for stream in opened:
                hub.close(stream)
            assert hub.streams() == []
            await hub.stop()

        run(test)


@pytest.mark.django_db
def test_sessions_of_the_signed_out_the_deactivated_and_of_old_passwords_are_over() -> None:
    team = Team()

    def session_of(user: User) -> Viewer:
        client = Client()
        client.force_login(user)
        return Viewer(user.pk, user.account_id, client.cookies[settings.SESSION_COOKIE_NAME].value)

    people = (team.leader, team.operator, team.supporter, team.owner)
    stays, leaves, *_ = viewers = [session_of(user) for user in people]
    stolen = dataclasses.replace(stays, user=team.stranger.pk)
    assert still_here({*viewers, stolen}) == set(viewers)
    Session.objects.filter(pk=leaves.session).delete()
    User.objects.filter(pk=team.supporter.pk).update(is_active=False)
    team.owner.set_password("another one")
    team.owner.save()
    assert still_here(viewers) == {stays}


class Browser:
    """One GET /events/ of an ASGI server, and what came back."""

    def __init__(self, app: Events, cookie: str, accept: str = "text/event-stream") -> None:
        headers = [(b"host", b"localhost"), (b"accept", accept.encode())]
        headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode()))
        self.scope = {
            "type": "http", "method": "GET", "path": "/events/", "query_string": b"", "headers": headers,
            "scheme": "http", "server": ("localhost", 80), "root_path": "",
        }  # fmt: skip
        self.left, self.status, self.text = asyncio.Event(), 0, ""
        self.task = asyncio.create_task(app(self.scope, self.receive, self.send))

    async def receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        self.status = message.get("status", self.status)
        self.text += message.get("body", b"").decode()

    async def wait_for(self, text: str) -> None:
        while text not in self.text:
            await asyncio.sleep(0.01)


async def pages(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """What stands behind: Django's part is not of interest here."""
    await send({"type": "http.response.start", "status": 302, "headers": []})


def in_thread(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Awaitable[Any]:
    def work() -> Any:
        try:
            return function(*args, **kwargs)
        finally:
            connection.close()

    return asyncio.to_thread(work)


def cookie_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.mark.django_db(transaction=True)
def test_a_stream_hears_of_what_is_committed_and_survives_a_restart_of_the_listening_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    team = Team()
    channel = department_line(team.sales)
    mine, theirs, dead = cookie_of(team.operator), cookie_of(team.supporter), cookie_of(team.leader)
    Session.objects.filter(pk=dead).delete()
    monkeypatch.setattr(streams_module, "hub", None)

    def cut() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE query = 'LISTEN kithline' AND datname = current_database()"
            )

    async def test() -> None:
        app = Events(pages)
        operator = Browser(app, mine)
        await operator.wait_for("event: again")  # the listener is there
        supporter, visitor = Browser(app, theirs), Browser(app, dead)
        page = Browser(app, "nonsense\x00", accept="text/html")
        await supporter.wait_for("retry")
        text = await in_thread(arrive, channel, NUMBER)
        await operator.wait_for(f"event: inbox\ndata: {text.conversation_id}\n\n")
        await operator.wait_for(f"event: thread\ndata: {text.conversation_id}\n\n")
        heard = operator.text.count("again")
        await in_thread(cut)
        while operator.text.count("again") == heard:
            await asyncio.sleep(0.02)
        await in_thread(arrive, channel, "+12025550143", "call", status="ringing")
        await operator.wait_for("event: ring")
        assert "inbox" not in supporter.text
        assert "ring" not in supporter.text
        assert (operator.status, visitor.status, page.status) == (200, 204, 302)
        late = Browser(app, mine)
        await late.wait_for("event: ring")  # told at once of what rings already
        await in_thread(Session.objects.filter(pk=mine).delete)
        await in_thread(tell, team.account.pk, ACCESS, user=team.operator.pk)
        await asyncio.wait_for(asyncio.gather(operator.task, late.task), 5)  # the session's end is the stream's
        supporter.left.set()
        await asyncio.wait_for(supporter.task, 5)
        hub = streams_module.the_hub()
        assert hub.streams() == []
        await hub.stop()

    run(test)
