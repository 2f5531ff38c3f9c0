"""Writing conversations of the demo: many at once, with the people, history and unread marks that services would leave.

Who takes part is asked of the service that everything goes through; what happened is written in bulk and dated.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pghistory
from django.db.models import F, OuterRef, Subquery

from contacts.models import Contact
from contacts_project.accounts.models import User
from conversations.models import (
    Attachment,
    Channel,
    Conversation,
    Interaction,
    InteractionContact,
    Mail,
    Mention,
    OptOut,
    SimulatedPhone,
    Unread,
)
from conversations.providers.base import File
from conversations.services.arriving import mark_unread
from conversations.services.attaching import attach
from conversations.services.opting import LEAVE
from conversations.services.people import OutsideAddress, People, find_people, read_outside
from conversations.services.simulating import name_visitor

from .world import ACME, World, acting

Type, Status = Interaction.Type, Interaction.Status
IN, OUT = Interaction.Direction.IN, Interaction.Direction.OUT
CALLS = (Type.CALL, Type.VOICEMAIL)


@dataclass(frozen=True)
class Item:
    """One thing that happened, so many days ago: `by` is the mailbox of ours who wrote, called or answered."""

    days: int
    hour: int
    minute: int
    type: str
    direction: str = IN
    body: str = ""
    by: str = ""
    seconds: int | None = None
    outcome: str = ""
    status: str = ""
    subject: str = ""
    html: str = ""
    error: str = ""
    files: tuple[File, ...] = ()
    mentions: tuple[str, ...] = ()
    sends_in: int | None = None  # days from today


@dataclass(frozen=True)
class Thread:
    """A conversation of a line of lines.py with an outside address. `unread` by everybody who reads the line.

    `contact` is the one and only who has the address; without it the service is asked, which takes a while.
    """

    line: str
    who: str
    items: tuple[Item, ...]
    unread: bool = False
    assigned: str = ""
    closed: str = ""
    snoozed: bool = False
    domain: str = ACME
    contact: Contact | None = None


@dataclass
class Begun:
    """A thread while it is written."""

    thread: Thread
    channel: Channel
    people: People
    conversation: Conversation
    rows: list[Interaction] = field(default_factory=list)


def write(world: World, threads: list[Thread]) -> list[Interaction]:
    """Write them. About 15 queries for each thread, 10 for each author."""
    with _by_channel():
        begun = [_begin(world, thread) for thread in threads]
        Conversation.objects.bulk_create(one.conversation for one in begun)
    pairs = [(one, item) for one in begun for item in one.thread.items]
    for mailbox in dict.fromkeys((one.thread.domain, item.by) for one, item in pairs):
        own = [(one, item) for one, item in pairs if (one.thread.domain, item.by) == mailbox]
        _write_items(world, own)
    _date(begun)
    for one in begun:
        _mark(world, one)
    return [row for one in begun for row in one.rows]


@contextmanager
def _by_channel(author: User | None = None) -> Iterator[None]:
    if author:
        with acting(author):
            yield
    else:
        with pghistory.context(source="channel"):
            yield


def _begin(world: World, thread: Thread) -> Begun:
    channel, first = world.channels[thread.line], _moment(world, thread.items[0])
    address = read_outside(channel, thread.who)
    people = People((thread.contact,)) if thread.contact else _find(channel, address, first)
    last, owner = _moment(world, thread.items[-1]), _person(world, thread, thread.assigned)
    conversation = Conversation(
        account=channel.account, channel=channel, outside_address=address.value, created_at=first, assigned_to=owner
    )
    if thread.closed:
        conversation.closed_at = last + datetime.timedelta(minutes=20)
        conversation.closed_by = _person(world, thread, thread.closed)
    if thread.snoozed:
        conversation.snoozed_at = last + datetime.timedelta(minutes=10)
        conversation.snoozed_until = world.moment(-2, 9)
    return Begun(thread, channel, people, conversation)


def _find(channel: Channel, address: OutsideAddress, at: datetime.datetime) -> People:
    makes = channel.kind != Channel.Kind.EMAIL
    people = find_people(channel, address, answered=False, by=None, at=at, makes=makes)
    if people.effects:
        raise ValueError(f"{address.value} is nobody of {channel} yet: let somebody call there first")
    return people


def _person(world: World, thread: Thread, mailbox: str) -> User | None:
    return world.users[f"{mailbox}@{thread.domain}"] if mailbox else None


def _moment(world: World, item: Item) -> datetime.datetime:
    return world.moment(item.days, item.hour, item.minute)


def _write_items(world: World, pairs: list[tuple[Begun, Item]]) -> None:
    """What one person of ours did, or everybody outside."""
    author = _person(world, pairs[0][0].thread, pairs[0][1].by)
    with _by_channel(author):
        rows = Interaction.objects.bulk_create(_row(world, begun, item, author) for begun, item in pairs)
        InteractionContact.objects.bulk_create(
            InteractionContact(interaction=row, contact=contact)
            for row, (begun, _) in zip(rows, pairs, strict=True)
            for contact in begun.people.contacts
        )
        _write_parts(world, [(begun, item, row) for row, (begun, item) in zip(rows, pairs, strict=True)])


def _row(world: World, begun: Begun, item: Item, author: User | None) -> Interaction:
    at, talked = _moment(world, item), item.type == Type.CALL and item.seconds is not None
    is_message = item.type not in (*CALLS, Type.NOTE)
    usual = Status.DELIVERED if item.direction == OUT and is_message else Status.DONE
    return Interaction(
        account=begun.channel.account, channel=begun.channel, department=begun.channel.department,
        conversation=begun.conversation, type=item.type, direction=item.direction, status=item.status or usual,
        outcome=item.outcome, is_answered=talked if item.type in CALLS else None, at=at, created_at=at,
        duration=item.seconds, subject=item.subject, body=item.body, error=item.error, author=author,
        outside_address=begun.conversation.outside_address, asks_who=begun.people.asks_who,
        arrived_without_contact=not begun.people.contacts, answered_at=at if talked else None,
        wrapped_at=at + datetime.timedelta(minutes=10) if item.type == Type.CALL and author else None,
        send_at=None if item.sends_in is None else world.moment(-item.sends_in, 9, 30),
    )  # fmt: skip


def _write_parts(world: World, written: list[tuple[Begun, Item, Interaction]]) -> None:
    """Mail headers, files, mentions, and what a message did to its address."""
    for begun, item, row in written:
        begun.rows.append(row)
        if item.files:
            attach(row, item.files)
            Attachment.objects.filter(interaction=row).update(created_at=row.at)
        if item.type == Type.EMAIL:
            Mail.objects.create(interaction=row, **_headers(begun, item, row))
        for mailbox in item.mentions:
            Mention.objects.create(interaction=row, user=world.users[f"{mailbox}@{begun.thread.domain}"])
        address = {"account": begun.channel.account, "address": begun.conversation.outside_address}
        if item.direction == IN and item.type == Type.SMS and item.body.lower() in LEAVE:
            OptOut.objects.create(**address, medium=OptOut.Medium.TEXT, created_at=row.at)
        if item.status == Status.FAILED:
            SimulatedPhone.objects.create(**address, behaviour=SimulatedPhone.Behaviour.FAILS)


def _headers(begun: Begun, item: Item, row: Interaction) -> dict[str, object]:
    """Each mail answers the one before it."""
    host = (begun.channel.address if item.direction == OUT else begun.thread.who).rpartition("@")[2]
    before = Mail.objects.filter(interaction__conversation=begun.conversation).order_by("-interaction__at").first()
    return {
        "message_id": f"<{row.at:%Y%m%d%H%M}.{begun.conversation.pk}@{host}>", "html": item.html,
        "in_reply_to": before.message_id if before else "", "references": before.message_id if before else "",
        "to": [begun.thread.who if item.direction == OUT else begun.channel.address],
        "from_name": row.author.get_full_name() if row.author else "",
    }  # fmt: skip


def _date(begun: list[Begun]) -> None:
    """History tells that all this happened when it happened."""
    rows = [row.pk for one in begun for row in one.rows]
    events = Interaction.pgh_event_model.objects  # type: ignore[attr-defined]
    events.filter(pgh_obj__any_of=rows).update(pgh_created_at=F("at"))
    at = Interaction.objects.filter(pk=OuterRef("interaction_id")).values("at")
    people = InteractionContact.pgh_event_model.objects  # type: ignore[attr-defined]
    people.filter(interaction_id__any_of=rows).update(pgh_created_at=Subquery(at))
    threads = Conversation.pgh_event_model.objects  # type: ignore[attr-defined]
    threads.filter(pgh_obj__any_of=[one.conversation.pk for one in begun]).update(pgh_created_at=F("created_at"))
    left = OptOut.pgh_event_model.objects  # type: ignore[attr-defined]
    left.filter(account__in={one.channel.account_id for one in begun}).update(pgh_created_at=F("created_at"))


def _mark(world: World, one: Begun) -> None:
    """What came last is unread by everybody who reads the line; visitors of the chat have a name."""
    if one.channel.kind == Channel.Kind.CHAT:
        name_visitor(one.rows[-1], one.thread.who)
    if one.thread.unread:
        last = max(one.rows, key=lambda row: row.at)
        mark_unread(last, one.people)
        Unread.objects.filter(party__conversation=one.conversation).update(at=last.at)
