"""What is done with a conversation as a whole: assign, close, reopen, snooze, mark as unread, note, be present.

The conversation must be one that the actor sees (`reading.thread_for`); what he or she may do with its channel is asked
here.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.http import Http404
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from contacts.services.undoing import CannotUndo, remember, undoes
from contacts_project.accounts.models import User
from contacts_project.accounts.services.notices import notify
from conversations import policy
from conversations.entries import interactions_of
from conversations.live.telling import MESSAGE, PRESENCE, THREAD, tell
from conversations.models import (
    Conversation,
    ConversationParty,
    Interaction,
    InteractionContact,
    Mention,
    Presence,
    Unread,
)
from conversations.reading import Thread
from conversations.visibility import get_conversation

LONGEST_SNOOZE = datetime.timedelta(days=366)
LONGEST_NOTE = 5000
MOST_MENTIONS = 20
STATE = ("assigned_to_id", "closed_at", "closed_by_id", "snoozed_at", "snoozed_until")


class CannotChange(ValueError):
    """What was asked for is not possible; the text says why."""


@transaction.atomic
def assign(actor: User, thread: Thread, *, to: User | None) -> str:
    """Give the conversation to somebody who sees it and is told, or to nobody; returns the token of its undo.

    Raises Refused without Write on the line, CannotChange for somebody who does not see it as the actor does.
    """
    policy.require(actor, "send", thread.channel)
    if to is not None and to not in thread.people:
        raise CannotChange("Only somebody who can see this conversation can have it assigned.")
    before = thread.conversation.assigned_to_id
    did = "assigned" if to else "unassigned"
    token = _change(actor, thread.conversation, did, assigned_to_id=to.pk if to else None)
    if to and to.pk != before:
        notify("assigned", thread.pk, to=[to], by=actor)
    return token


def close(actor: User, thread: Thread) -> str:
    """Close it: it leaves the inbox until something arrives. Returns the token of its undo. Raises Refused."""
    policy.require(actor, "send", thread.channel)
    facts = {"closed_at": timezone.now(), "closed_by_id": actor.pk, "snoozed_at": None, "snoozed_until": None}
    return _change(actor, thread.conversation, "closed", **facts)


def reopen(actor: User, thread: Thread) -> str:
    """Bring back what is closed or snoozed. Returns the token of its undo. Raises Refused."""
    policy.require(actor, "send", thread.channel)
    facts = {"closed_at": None, "closed_by_id": None, "snoozed_at": None, "snoozed_until": None}
    return _change(actor, thread.conversation, "reopened", **facts)


def snooze(actor: User, thread: Thread, *, until: datetime.datetime) -> str:
    """Out of the inbox until `until` (aware), or until something arrives. Returns the token of its undo.

    Raises Refused; CannotChange for a time that is past or more than a year away.
    """
    policy.require(actor, "send", thread.channel)
    now = timezone.now()
    if until <= now:
        raise CannotChange("Choose a time that is still to come.")
    if until > now + LONGEST_SNOOZE:
        raise CannotChange("Choose a time within a year.")
    facts = {"closed_at": None, "closed_by_id": None, "snoozed_at": now, "snoozed_until": until}
    return _change(actor, thread.conversation, "snoozed", **facts)


@transaction.atomic
def _change(actor: User, conversation: Conversation, did: str, **facts: Any) -> str:
    """Write these columns of STATE, tell open pages, and remember what stood there before; `did` says what it was."""
    held = Conversation.objects.select_for_update().get(pk=conversation.pk)
    before = {name: _plain(getattr(held, name)) for name in facts}
    for name, value in facts.items():
        setattr(held, name, value)
        setattr(conversation, name, value)
    held.save(update_fields=[name.removesuffix("_id") for name in facts])
    tell(held.account_id, THREAD, channel=held.channel_id, conversation=held.pk)
    after = {name: _plain(value) for name, value in facts.items()}
    return remember(actor, "thread", conversation=held.pk, did=did, before=before, after=after)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.datetime) else value


@undoes("thread")
def undo_change(user: User, data: dict[str, Any]) -> tuple[str, str]:
    """Put back what stood there, unless somebody has changed it since."""
    try:
        conversation = get_conversation(user, data["conversation"])
    except Http404:
        raise CannotUndo("You can no longer see this conversation.") from None
    policy.require(user, "send", conversation.channel)
    held = Conversation.objects.select_for_update().get(pk=conversation.pk)
    if any(_plain(getattr(held, name)) != value for name, value in data["after"].items()):
        raise CannotUndo("This conversation has been changed since.")
    for name, value in data["before"].items():
        setattr(held, name, parse_datetime(value) if isinstance(value, str) else value)
    held.save(update_fields=[name.removesuffix("_id") for name in data["before"]])
    tell(held.account_id, THREAD, channel=held.channel_id, conversation=held.pk)
    return "Back as it was", resolve_url("conversations:conversation-detail", held.pk)


@transaction.atomic
def mark_unread(actor: User, thread: Thread) -> None:
    """Mark it as unread for the actor alone: its newest party that he or she sees."""
    Unread.objects.get_or_create(user=actor, party_id=thread.parties[0]["pk"])
    tell(thread.conversation.account_id, THREAD, channel=thread.channel.pk, conversation=thread.pk, user=actor.pk)


@transaction.atomic
def write_note(actor: User, thread: Thread, *, body: str, mentions: Iterable[User] = ()) -> Interaction:
    """An internal note, seen by exactly those who see the newest entry that the author sees; nobody outside sees it.

    It stands unread for whom it mentions, and they are told. Raises Refused without Write on the line, CannotChange for
    an empty or too long one, and where somebody is mentioned who does not see the conversation as the author does.
    """
    policy.require(actor, "send", thread.channel)
    body, named = body.replace("\x00", "").strip(), list(dict.fromkeys(mentions))
    if not body:
        raise CannotChange("Type the note first.")
    if len(body) > LONGEST_NOTE:
        raise CannotChange(f"A note takes {LONGEST_NOTE:,} characters. This one has {len(body):,}.")
    if len(named) > MOST_MENTIONS or any(person not in thread.people for person in named):
        raise CannotChange("Only people who can see this conversation can be mentioned.")
    newest = _newest(actor, thread)
    contacts = list(newest.with_contacts.filter(is_current=True).values_list("contact", flat=True))
    note = Interaction.objects.create(
        account_id=thread.conversation.account_id,
        conversation=thread.conversation,
        channel=thread.channel,
        department=thread.channel.department,
        type=Interaction.Type.NOTE,
        direction=Interaction.Direction.OUT,
        at=timezone.now(),
        body=body,
        outside_address=thread.conversation.outside_address,
        author=actor,
        arrived_without_contact=newest.arrived_without_contact or not contacts,
    )
    InteractionContact.objects.bulk_create(InteractionContact(interaction=note, contact_id=one) for one in contacts)
    Mention.objects.bulk_create(Mention(interaction=note, user=person) for person in named)
    notify("mention", note.pk, to=named, by=actor)
    _unread_for(thread, contacts or [None], [person for person in named if person != actor])
    tell(note.account_id, MESSAGE, channel=thread.channel.pk, conversation=thread.pk, interaction=note.pk)
    return note


def _newest(actor: User, thread: Thread) -> Interaction:
    """The newest entry that the actor sees, notes included: they carry the contacts of what they stand beneath."""
    found = interactions_of(actor, thread.conversation)
    if not found:
        raise Http404
    return found[0]


def _unread_for(thread: Thread, contacts: Collection[int | None], people: list[User]) -> None:
    parties = ConversationParty.objects.filter(conversation=thread.conversation)
    wanted = [party for party in parties if party.contact_id in contacts]
    rows = [Unread(user=person, party=party) for person in people for party in wanted]
    Unread.objects.bulk_create(rows, ignore_conflicts=True)


def be_present(user: User, thread: Thread, state: str) -> None:
    """Note that `user` has it open or writes in it. Others are told when that is new, not each time.

    Told of the newest entry that he or she sees: whoever does not see that hears nothing, and finds it at the next look
    at the page, if at all.
    """
    now = timezone.now()
    before = Presence.objects.filter(conversation=thread.conversation, user=user).first()
    Presence.objects.update_or_create(conversation=thread.conversation, user=user, defaults={"state": state, "at": now})
    is_news = before is None or before.state != state or before.at < now - datetime.timedelta(seconds=45)
    if is_news:
        newest = _newest(user, thread)
        place = {"channel": thread.channel.pk, "conversation": thread.pk, "interaction": newest.pk}
        tell(thread.conversation.account_id, PRESENCE, **place)
