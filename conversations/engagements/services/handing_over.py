"""Handing over: the decision about each person and the message in the ledger, in one transaction (product.md §10).

Locks in the order of everybody: addresses (shared with others who send; opting out and blocking want them alone),
contacts (in share mode; archiving and blocking want more), the engagement's course (pause and cancel want it alone),
then rows. What was committed before any of these is seen; what comes later finds the message handed over. The provider
is called after the commit (`carrying`): a worker that dies in between leaves "on the way", which a sweep makes unknown.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.utils import make_msgid

import pghistory
from django.db import connection, transaction
from django.utils import timezone

from contacts_project.core.locks import hold_addresses
from conversations.engagements import preflight, reasons, unsubscribing
from conversations.engagements.judging import addresses_of
from conversations.engagements.models import Engagement, Recipient
from conversations.engagements.preflight import Decision
from conversations.engagements.stopping import why_stopped
from conversations.engagements.writing import Writer, Written
from conversations.live.telling import MESSAGE, tell
from conversations.models import Conversation, Interaction, InteractionContact, Mail

from . import ledger
from .ledger import Claim

Kind = Engagement.Kind
Status, Type = Recipient.Status, Interaction.Type
SOON = datetime.timedelta(seconds=15)  # before somebody whose address another one has, who is still waiting, is asked


class Stopped(Exception):
    """Nothing of this engagement may leave now; the text says why, to people."""


@dataclass(frozen=True)
class Handed:
    """One message that is handed over: the row of the ledger, its interaction, and headers of its mail."""

    recipient: Recipient
    interaction: Interaction
    mail: Mail | None = None


@dataclass(frozen=True)
class Batch:
    """What one worker has to carry now; the engagement with account, author and channel."""

    engagement: Engagement
    handed: tuple[Handed, ...]


def hand_over(pk: int, claim: Claim) -> Batch | None:
    """Decide about the claimed ones anew, and write the messages of those who get it; one transaction.

    None when the engagement was paused or is over: then they wait again. Raises Stopped when its line or author may
    not send any more, IntegrityError or OperationalError when another worker was in the way: nothing is done then, and
    the claim stands. About twenty queries, however many the people.
    """
    with transaction.atomic(), pghistory.context(source="job", engagement=pk):
        contacts = list(ledger.mine(claim).values_list("contact", flat=True))
        engagement = ledger.load(pk)
        if engagement is None or not contacts:
            return None
        held = _hold(engagement, contacts)
        engagement = ledger.load(pk)  # as it stands behind the locks
        problem = "" if engagement is None else why_stopped(engagement)
        if engagement is None or engagement.status != Engagement.Status.SENDING or problem:
            ledger.give_back(claim)
        else:
            return Batch(engagement, tuple(_decide(engagement, claim, held)))
    if problem:
        raise Stopped(problem)
    return None


def _hold(engagement: Engagement, contacts: Sequence[int]) -> dict[int, str]:
    """Take the locks; contact id -> the address that is held."""
    held = addresses_of(engagement, contacts)
    hold_addresses(engagement.account_id, held.values(), shared=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM contacts_contact WHERE id = ANY(%s) ORDER BY id FOR SHARE", [list(contacts)])
    ledger.hold(engagement.pk, shared=True)
    return held


def _decide(engagement: Engagement, claim: Claim, held: dict[int, str]) -> list[Handed]:
    """Sort the claimed ones into those who get it now, later, or not at all; and hand over to the first."""
    rows = {row.contact_id: row for row in ledger.mine(claim).order_by("pk").select_for_update()}
    waited = frozenset(pk for pk, row in rows.items() if row.not_before)
    decisions = preflight.decide(engagement, list(rows), at=timezone.now(), waited=waited)
    again, ends, going = _sorted(decisions, held)
    _settle_doubles(engagement, [one for one in ends if one.reason == reasons.DUPLICATE], going, again)
    writer = Writer(engagement)
    values = writer.read([one.contact for one in going])
    written = {one.contact: writer.write(values[one.contact]) for one in going}
    now = timezone.now()
    handed = _write(engagement, [(rows[one.contact], one.address, written[one.contact]) for one in going], now)
    for row in rows.values():
        row.claimed_at = None
    for pk, until in again.items():
        rows[pk].status, rows[pk].not_before = Status.PENDING, until
    for one in ends:
        if one.contact not in again:
            row = rows[one.contact]
            row.status, row.reason, row.final_at = Status.SKIPPED, one.reason, now
    _save(rows.values())
    if handed:
        _announce(handed[-1].interaction)
    return handed


def _sorted(
    decisions: Iterable[Decision], held: dict[int, str]
) -> tuple[dict[int, datetime.datetime | None], list[Decision], list[Decision]]:
    """Who waits (contact id -> until when), who gets nothing, and who gets it now."""
    again: dict[int, datetime.datetime | None] = {}
    ends, going = [], []
    for one in decisions:
        if one.reason:
            ends.append(one)
        elif one.not_before or one.address != held.get(one.contact):
            again[one.contact] = one.not_before  # or another address came between: the next turn holds that one
        else:
            going.append(one)
    return again, ends, going


def _settle_doubles(
    engagement: Engagement, doubles: list[Decision], going: list[Decision], again: dict[int, datetime.datetime | None]
) -> None:
    """Who shares an address gets nothing once it went there; while the other one still waits, so do they."""
    if not doubles:
        return
    used = {one.address for one in going}
    rows = Recipient.objects.filter(
        engagement=engagement, address__in=[one.address for one in doubles], handed_over_at__isnull=False
    )
    used |= set(rows.values_list("address", flat=True))
    for one in doubles:
        if one.address not in used:
            again[one.contact] = _turn_of(engagement, one) + SOON


def _turn_of(engagement: Engagement, one: Decision) -> datetime.datetime:
    """When whoever is before them with the same address has his or her turn."""
    before = Recipient.objects.filter(
        engagement=engagement, address=one.address, contact__lt=one.contact, status__in=[Status.PENDING, Status.CLAIMED]
    )
    now = timezone.now()
    turns = [until for until in before.values_list("not_before", flat=True) if until and until > now]
    return min(turns, default=now)


def _write(
    engagement: Engagement, people: list[tuple[Recipient, str, Written]], now: datetime.datetime
) -> list[Handed]:
    """Interactions in the conversations of these people, with their contacts and mails; the rows say so, unsaved."""
    if not people:
        return []
    threads = _threads(engagement, [address for _, address, _ in people])
    interactions = Interaction.objects.bulk_create(
        _interaction(engagement, threads[address], address, text, recipient, now) for recipient, address, text in people
    )
    InteractionContact.objects.bulk_create(
        InteractionContact(interaction=interaction, contact_id=recipient.contact_id)
        for interaction, (recipient, _, _) in zip(interactions, people, strict=True)
    )
    mails: list[Mail | None] = [None] * len(people)
    if engagement.kind == Kind.EMAIL:
        mails = [*Mail.objects.bulk_create(_mail(engagement, interaction) for interaction in interactions)]
    handed = []
    for (recipient, address, _), interaction, mail in zip(people, interactions, mails, strict=True):
        recipient.status, recipient.address, recipient.interaction = Status.HANDED_OVER, address, interaction
        recipient.handed_over_at, recipient.attempts = now, recipient.attempts + 1
        handed.append(Handed(recipient, interaction, mail))
    return handed


def _threads(engagement: Engagement, addresses: Sequence[str]) -> dict[str, Conversation]:
    """Address -> the thread of the channel with it, made where there is none. Two queries."""
    channel = engagement.channel
    assert channel
    rows = Conversation.objects.filter(channel=channel, outside_address__in=addresses)
    found = {row.outside_address: row for row in rows}
    missing = sorted(set(addresses) - found.keys())
    if missing:
        new = [
            Conversation(account_id=channel.account_id, channel=channel, outside_address=address) for address in missing
        ]
        Conversation.objects.bulk_create(new, ignore_conflicts=True)
        found |= {row.outside_address: row for row in rows.filter(outside_address__in=missing)}
    return found


def _interaction(
    engagement: Engagement,
    thread: Conversation,
    address: str,
    text: Written,
    recipient: Recipient,
    now: datetime.datetime,
) -> Interaction:
    channel = engagement.channel
    assert channel
    body = text.body + (unsubscribing.footer_for(recipient) if engagement.kind == Kind.EMAIL else "")
    return Interaction(
        account_id=channel.account_id, channel=channel, department=channel.department, conversation=thread,
        outside_address=address, type=type_of(engagement), direction=Interaction.Direction.OUT, body=body,
        subject=" ".join(text.subject.split())[:300], status=Interaction.Status.SENDING, author=engagement.author,
        at=now, claimed_at=now, attempts=1,
        # Nobody has talked in the call of a machine: there is nothing to wrap up.
        wrapped_at=now if engagement.kind == Kind.VOICE else None,
    )  # fmt: skip


def type_of(engagement: Engagement) -> str:
    """The type of the engagement's messages; a line without texts sends them as picture messages."""
    if engagement.kind == Kind.EMAIL:
        return Type.EMAIL
    if engagement.kind == Kind.VOICE:
        return Type.CALL
    return Type.SMS if engagement.channel is None or engagement.channel.has_sms else Type.MMS


def _mail(engagement: Engagement, interaction: Interaction) -> Mail:
    """A mail of its own: it answers nothing."""
    assert engagement.channel
    author = engagement.author
    return Mail(
        interaction=interaction, message_id=make_msgid(domain=engagement.channel.address.rpartition("@")[2]),
        from_name=author.get_full_name() if author.name else "", to=[interaction.outside_address],
    )  # fmt: skip


COLUMNS = {
    "status": "text", "reason": "text", "address": "text", "not_before": "timestamptz", "claimed_at": "timestamptz",
    "handed_over_at": "timestamptz", "final_at": "timestamptz", "attempts": "int", "interaction_id": "bigint",
}  # fmt: skip


def _save(rows: Iterable[Recipient]) -> None:
    """Write what these rows say. One statement."""
    rows = sorted(rows, key=lambda row: row.pk)
    casts = ", ".join(f"%s::{kind}[]" for kind in COLUMNS.values())
    sets = ", ".join(f"{name} = n.{name}" for name in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE engagements_recipient r SET {sets}"  # noqa: S608  names of columns above
            f" FROM unnest(%s::bigint[], {casts}) AS n(id, {', '.join(COLUMNS)}) WHERE r.id = n.id",
            [[row.pk for row in rows], *([getattr(row, name) for row in rows] for name in COLUMNS)],
        )


def _announce(interaction: Interaction) -> None:
    """Open inboxes look once for the whole batch."""
    tell(
        interaction.account_id, MESSAGE,
        channel=interaction.channel_id, conversation=interaction.conversation_id, interaction=interaction.pk,
    )  # fmt: skip
