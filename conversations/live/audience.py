"""Who of the connected may know what was told: asked of the database once for many events (design/security.md rule 5).

Plain synchronous code: the hub runs it in a thread of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from contacts_project.accounts.models import User
from conversations.models import Channel, Conversation, Interaction
from conversations.policy import channels_with, readers_of
from conversations.visibility import conversations_visible_to, interactions_visible_to

from .telling import ACCESS, MESSAGE, RING, THREAD

IN_THE_INBOX = frozenset({MESSAGE, THREAD})  # what changes lists and counters, and not only an open thread
INBOX, THREAD_CHANGED, RINGING = "inbox", "thread", "ring"


@dataclass(frozen=True)
class Fact:
    """One event as `telling.tell` wrote it; ids only."""

    account: int
    kind: str
    channel: int | None = None
    conversation: int | None = None
    interaction: int | None = None
    user: int | None = None


@dataclass(frozen=True)
class News:
    """What one stream sends: an event's name (inbox, thread or ring) and an id, 0 where it names none."""

    name: str
    id: int = 0


Audience = dict[int, set[News]]


def audience_of(facts: Iterable[Fact], connected: dict[int, Collection[int]]) -> Audience:
    """User id -> what he or she is sent. `connected`: account id -> ids of users with an open stream.

    Two queries for each channel, and up to three for each connected reader of one of them, however many the facts.
    """
    found: Audience = defaultdict(set)
    by_reader: dict[int, list[Fact]] = defaultdict(list)
    readers: dict[int, set[int]] = {}
    facts = _with_channels(facts)
    for fact in facts:
        here = set(connected.get(fact.account, ()))
        if fact.user is not None:
            if fact.user in here:
                found[fact.user] |= _own(fact)
        elif fact.channel is not None and here:
            if fact.channel not in readers:
                readers[fact.channel] = _readers(fact.channel)
            for reader in readers[fact.channel] & here:
                by_reader[reader].append(fact)
    for user in User.objects.filter(pk__in=by_reader, is_active=True):
        found[user.pk] |= _seen_by(user, by_reader[user.pk])
    return {user: news for user, news in found.items() if news}


def _own(fact: Fact) -> set[News]:
    """What is told to one person alone: that something rings no more, or that his or her access has changed."""
    return {News(RINGING), News(INBOX)} if fact.kind == ACCESS else {News(RINGING)} if fact.kind == RING else set()


def _with_channels(facts: Iterable[Fact]) -> list[Fact]:
    """The same facts, each conversation with its channel."""
    facts = list(facts)
    lost = {fact.conversation for fact in facts if fact.conversation and fact.channel is None and fact.user is None}
    if not lost:
        return facts
    channels = dict(Conversation.objects.filter(pk__in=lost).values_list("pk", "channel"))
    return [
        Fact(fact.account, fact.kind, channels.get(fact.conversation), fact.conversation, fact.interaction)
        if fact.conversation in lost and fact.channel is None
        else fact
        for fact in facts
    ]


def _readers(channel_id: int) -> set[int]:
    channel = Channel.objects.select_related("department", "account").filter(pk=channel_id).first()
    return set(readers_of(channel).order_by().values_list("pk", flat=True)) if channel else set()


def _seen_by(user: User, facts: list[Fact]) -> set[News]:
    """What this reader of the facts' channels may know: both ends are asked now, whatever was true before.

    Of an interaction he or she must see that one: a thread may be seen in part, and what is hidden makes no noise.
    """
    entries = _ids(interactions_visible_to(user, removed=True), {fact.interaction for fact in facts})
    threads = _ids(conversations_visible_to(user), {fact.conversation for fact in facts if not fact.interaction})
    news: set[News] = set()
    for fact in facts:
        known = fact.interaction in entries if fact.interaction else fact.conversation in threads
        if known and fact.kind != RING and fact.conversation:
            news |= _of_thread(fact)
    calls = {fact.interaction for fact in facts if fact.kind == RING and fact.interaction in entries}
    if calls and _may_answer(user, calls):
        news.add(News(RINGING))
    return news


def _ids(rows: QuerySet, wanted: set[int | None]) -> set[int | None]:
    """Those of the wanted ids that stand in these rows. One query, none without ids."""
    ids = [pk for pk in wanted if pk]
    return set(rows.filter(pk__any_of=ids).values_list("pk", flat=True)) if ids else set()


def _of_thread(fact: Fact) -> set[News]:
    assert fact.conversation
    thread = {News(THREAD_CHANGED, fact.conversation)}
    return thread | {News(INBOX, fact.conversation)} if fact.kind in IN_THE_INBOX else thread


def _may_answer(user: User, calls: set[int | None]) -> bool:
    """Whether one of these calls, which the user sees, is or was for him or her to answer."""
    rung = Interaction.objects.filter(pk__any_of=list(calls), channel__in=channels_with(user, "send").values("pk"))
    return rung.exists()
