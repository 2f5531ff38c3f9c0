"""What arrives from the outside, by whatever provider: an interaction in its conversation, once (product.md §7, §8).

The one door for inbound traffic, and for what a phone system reports as sent by us. Blocked traffic is recorded as
Blocked and does nothing else (product.md §9).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pghistory
from django.db import connection, transaction
from django.utils import timezone

from contacts_project.accounts.models import User
from contacts_project.core.locks import hold_addresses
from conversations.live.telling import MESSAGE, RING, tell
from conversations.models import (
    Channel,
    Conversation,
    ConversationParty,
    Interaction,
    InteractionContact,
    Mail,
    Unread,
)
from conversations.policy import readers_of
from conversations.providers.base import File
from conversations.services.people import OutsideAddress, People, find_people, read_outside
from conversations.signals import interaction_arrived

from .attaching import attach
from .opting import heed_words, says_a_word

Type, Direction, Status = Interaction.Type, Interaction.Direction, Interaction.Status
CALLS = frozenset({Type.CALL, Type.VOICEMAIL})
TEXTS = frozenset({Type.SMS, Type.MMS})


@dataclass(frozen=True)
class MailFacts:
    """What a mail has beyond its words (models.Mail)."""

    message_id: str = ""
    in_reply_to: str = ""
    references: str = ""
    from_name: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    html: str = ""
    pictures: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Arrival:
    """What came to `channel` from the outside address `sender`, as a provider read it; text is plain.

    `at` is aware; `duration` in seconds. `external_id` is the provider's: the same one twice is one interaction.
    `status` is ringing or active for a call that goes on, else done. `name_hint` names a new contact.
    """

    channel: Channel
    type: str
    sender: str
    at: datetime.datetime
    body: str = ""
    subject: str = ""
    direction: str = Direction.IN
    status: str = Status.DONE
    duration: int | None = None
    is_answered: bool | None = None
    outcome: str = ""
    external_id: str = ""
    files: tuple[File, ...] = ()
    mail: MailFacts | None = None
    name_hint: str = ""
    is_automatic: bool = False
    author: User | None = None


@dataclass(frozen=True)
class Arrived:
    """The interaction, and whether it is new."""

    interaction: Interaction
    is_new: bool


@transaction.atomic
def record_arrival(arrival: Arrival) -> Arrived:
    """Store what arrived, with its people, its files, and who has not read it; announce it. One transaction.

    Safe to call twice with one `external_id`, also at once. Raises Refused if the author does not work the channel's
    department.
    """
    channel = arrival.channel
    if arrival.external_id:
        _hold(f"arrival {channel.pk} {arrival.external_id}")
        if known := Interaction.objects.filter(channel=channel, external_id=arrival.external_id).first():
            return Arrived(known, is_new=False)
    address = read_outside(channel, arrival.sender)
    if arrival.direction == Direction.IN and says_a_word(arrival.type, arrival.body):
        hold_addresses(channel.account_id, [address.value])  # before anything else that a send holds, too
    with pghistory.context(source="channel"):
        people = find_people(
            channel, address, answered=bool(arrival.is_answered), by=arrival.author, at=arrival.at,
            name_hint=arrival.name_hint, makes=arrival.type != Type.EMAIL,
        )  # fmt: skip
        interaction = _create(arrival, address, people)
        put_on(interaction, people)
        if arrival.mail:
            Mail.objects.create(interaction=interaction, **_mail(arrival.mail))
        attach(interaction, arrival.files)
        if interaction.direction == Direction.IN and interaction.status != Status.BLOCKED:
            if arrival.type in TEXTS:
                heed_words(channel, address.value, arrival.body)
            mark_unread(interaction, people)
            interaction_arrived.send(sender=Interaction, interaction=interaction)
    announce(interaction)
    return Arrived(interaction, is_new=True)


def conversation_with(channel: Channel, address: OutsideAddress) -> Conversation:
    """The thread of this channel with this outside address, made if there is none. One to four queries."""
    found, _ = Conversation.objects.get_or_create(
        channel=channel, outside_address=address.value, defaults={"account_id": channel.account_id}
    )
    return found


def put_on(interaction: Interaction, people: People) -> None:
    """Put the people on the interaction; the database notes the parties of its conversation. One query."""
    InteractionContact.objects.bulk_create(
        InteractionContact(interaction=interaction, contact=contact, effect=people.effects.get(contact.pk, ""))
        for contact in people.contacts
    )


def mark_unread(interaction: Interaction, people: People) -> None:
    """Note for each reader of the channel that this is unread; counting leaves out what he or she does not see."""
    ids: Iterable[int | None] = [contact.pk for contact in people.contacts] or [None]
    parties = ConversationParty.objects.filter(conversation=interaction.conversation_id)
    wanted = [party for party in parties if party.contact_id in ids]
    assert interaction.channel
    readers = list(readers_of(interaction.channel).values_list("pk", flat=True))
    rows = [Unread(user_id=reader, party=party) for reader in readers for party in wanted]
    Unread.objects.bulk_create(rows, ignore_conflicts=True)


def announce(interaction: Interaction) -> None:
    """Tell open pages that this interaction is new."""
    place = {
        "channel": interaction.channel_id, "conversation": interaction.conversation_id, "interaction": interaction.pk,
    }  # fmt: skip
    tell(interaction.account_id, MESSAGE, **place)
    if interaction.status == Status.RINGING:
        tell(interaction.account_id, RING, **place)


def _create(arrival: Arrival, address: OutsideAddress, people: People) -> Interaction:
    is_blocked = people.blocked and arrival.direction == Direction.IN
    return Interaction.objects.create(
        account_id=arrival.channel.account_id,
        channel=arrival.channel,
        department=arrival.channel.department,
        conversation=conversation_with(arrival.channel, address),
        type=arrival.type,
        direction=arrival.direction,
        status=Status.BLOCKED if is_blocked else arrival.status,
        outcome=arrival.outcome,
        is_answered=False if is_blocked and arrival.type in CALLS else arrival.is_answered,
        # Nothing of the future stands above what arrives today, however wrong the sender's clock.
        at=min(arrival.at, timezone.now()),
        duration=arrival.duration,
        subject=arrival.subject.replace("\x00", "")[:300],
        body=arrival.body.replace("\x00", ""),
        outside_address=address.value,
        author=arrival.author,
        is_automatic=arrival.is_automatic,
        asks_who=people.asks_who,
        arrived_without_contact=not people.contacts,
        external_id=arrival.external_id,
    )


def _mail(mail: MailFacts) -> dict[str, object]:
    return {
        "message_id": mail.message_id[:400], "in_reply_to": mail.in_reply_to[:400], "references": mail.references,
        "from_name": mail.from_name[:200], "to": list(mail.to), "cc": list(mail.cc),
        "html": mail.html.replace("\x00", ""), "pictures": dict(mail.pictures),
    }  # fmt: skip


def _hold(key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
