"""Messages and calls of engagements in people's conversations, and what came back, as the services leave them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import pghistory
from django.db.models import F, OuterRef, Subquery

from contacts_project.core.history import rows_unrecorded
from conversations.engagements import unsubscribing, writing
from conversations.engagements.models import Engagement, Recipient
from conversations.engagements.services.handing_over import type_of
from conversations.models import Conversation, Interaction, InteractionContact, Mail, OptOut
from conversations.services.announcing import OUTCOMES
from conversations.services.opting import asks_to_leave
from conversations.services.people import find_people, read_outside

from .world import date_history

Type, Status, Direction = Interaction.Type, Interaction.Status, Interaction.Direction


def leave_behind(engagement: Engagement, rows: Sequence[Recipient]) -> None:
    """What these recipients got, in their conversations; each row names its message, unsaved. About 12 queries."""
    with pghistory.context(source="engagement", engagement=engagement.pk):
        threads = _threads(engagement, rows)
        writer = writing.Writer(engagement)
        values = writer.read([row.contact_id for row in rows])
        messages = Interaction.objects.bulk_create(
            _interaction(engagement, threads[row.address], row, writer.write(values[row.contact_id])) for row in rows
        )
        InteractionContact.objects.bulk_create(
            InteractionContact(interaction=message, contact_id=row.contact_id)
            for message, row in zip(messages, rows, strict=True)
        )
        if engagement.kind == Engagement.Kind.EMAIL:
            Mail.objects.bulk_create(_mail(engagement, message) for message in messages)
    for row, message in zip(rows, messages, strict=True):
        row.interaction = message
    _date(messages)


def answer(row: Recipient, engagement: Engagement, body: str, at: datetime.datetime) -> bool:
    """The recipient answers its message, with everybody who has the address; True where the word means opting out."""
    channel, sent = engagement.channel, row.interaction
    assert channel
    assert sent
    assert sent.conversation
    with pghistory.context(source="channel") as context:
        makes = sent.type != Type.EMAIL
        people = find_people(channel, read_outside(channel, row.address), answered=False, by=None, at=at, makes=makes)
        if people.effects:
            raise ValueError(f"{row.address} is nobody of {channel} yet: let somebody call there first")
        reply = Interaction.objects.create(
            account=channel.account, channel=channel, department=channel.department, conversation=sent.conversation,
            type=sent.type, direction=Direction.IN, status=Status.DONE, at=at, created_at=at, body=body,
            outside_address=row.address, subject=f"Re: {sent.subject}" if sent.subject else "",
            asks_who=people.asks_who, arrived_without_contact=not people.contacts,
        )  # fmt: skip
        InteractionContact.objects.bulk_create(
            InteractionContact(interaction=reply, contact=contact) for contact in people.contacts
        )
        if sent.type == Type.EMAIL:
            _answer_mail(sent, reply)
        leaves = asks_to_leave(reply.type, body)
        if leaves:
            OptOut.objects.create(
                account=channel.account, medium=OptOut.Medium.TEXT, address=row.address, created_at=at
            )
    date_history(context.id, at)
    return leaves


def _threads(engagement: Engagement, rows: Sequence[Recipient]) -> dict[str, Conversation]:
    """Address -> its thread on the engagement's line; as old as the message where that is the first thing in it."""
    channel = engagement.channel
    assert channel
    sent = {row.address: row.handed_over_at for row in rows}
    there = Conversation.objects.filter(channel=channel, outside_address__in=sent)
    found = {one.outside_address: one for one in there}
    younger = [one for one in found.values() if one.created_at > sent[one.outside_address]]
    for one in younger:
        one.created_at = sent[one.outside_address]
    with rows_unrecorded(Conversation):
        Conversation.objects.bulk_update(younger, ["created_at"])
    new = Conversation.objects.bulk_create(
        Conversation(account=channel.account, channel=channel, outside_address=address, created_at=at)
        for address, at in sent.items()
        if address not in found
    )
    events = Conversation.pgh_event_model.objects  # type: ignore[attr-defined]
    ids = [one.pk for one in (*younger, *new)]
    at = Conversation.objects.filter(pk=OuterRef("pgh_obj_id")).values("created_at")
    events.filter(pgh_obj__any_of=ids, pgh_label="insert").update(pgh_created_at=Subquery(at))
    return found | {one.outside_address: one for one in new}


def _interaction(engagement: Engagement, thread: Conversation, row: Recipient, text: writing.Written) -> Interaction:
    channel = engagement.channel
    assert channel
    mail = engagement.kind == Engagement.Kind.EMAIL
    return Interaction(
        account=channel.account, channel=channel, department=channel.department, conversation=thread,
        outside_address=row.address, type=type_of(engagement), direction=Direction.OUT, author=engagement.author,
        subject=text.subject, body=text.body + (unsubscribing.footer_for(row) if mail else ""), error=row.error,
        at=row.handed_over_at, created_at=row.handed_over_at, claimed_at=row.handed_over_at, attempts=1,
        **_end(engagement, row),
    )  # fmt: skip


def _end(engagement: Engagement, row: Recipient) -> dict[str, Any]:
    """How far the message came, or how the call ended."""
    if row.status in (Recipient.Status.FAILED, Recipient.Status.BOUNCED):
        return {"status": Status.FAILED}
    if engagement.kind != Engagement.Kind.VOICE:
        return {"status": Status(row.status)}
    answered = row.status == Recipient.Status.ANSWERED
    return {
        "status": Status.DONE, "outcome": OUTCOMES[row.status], "is_answered": answered, "duration": row.seconds,
        "answered_at": row.handed_over_at if answered else None, "wrapped_at": row.handed_over_at,
    }  # fmt: skip


def _mail(engagement: Engagement, message: Interaction) -> Mail:
    assert engagement.channel
    host = engagement.channel.address.rpartition("@")[2]
    return Mail(
        interaction=message, message_id=f"<{message.at:%Y%m%d%H%M%S}.{message.pk}@{host}>",
        from_name=engagement.author.get_full_name(), to=[message.outside_address],
    )  # fmt: skip


def _answer_mail(sent: Interaction, reply: Interaction) -> None:
    host, before = reply.outside_address.rpartition("@")[2], sent.mail.message_id
    Mail.objects.create(
        interaction=reply, message_id=f"<{reply.at:%Y%m%d%H%M%S}.{reply.pk}@{host}>", in_reply_to=before,
        references=before, to=[sent.channel.address] if sent.channel else [],
    )  # fmt: skip


def _date(messages: Sequence[Interaction]) -> None:
    """History tells that they left when they left."""
    ids = [message.pk for message in messages]
    events = Interaction.pgh_event_model.objects  # type: ignore[attr-defined]
    events.filter(pgh_obj__any_of=ids).update(pgh_created_at=F("at"))
    at = Interaction.objects.filter(pk=OuterRef("interaction_id")).values("at")
    people = InteractionContact.pgh_event_model.objects  # type: ignore[attr-defined]
    people.filter(interaction_id__any_of=ids).update(pgh_created_at=Subquery(at))
