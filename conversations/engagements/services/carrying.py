"""Carrying what was handed over: each message to its provider, and what that says back into thread and ledger.

Never inside a transaction while a provider is asked. What it surely did not take waits for another try, with a new
message; what it may have taken is unknown, asked of it later, and never sent again (design/architecture.md §5).
"""

from __future__ import annotations

import datetime
import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pghistory
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from conversations.engagements import recordings, statuses, unsubscribing
from conversations.engagements.models import Engagement, Recipient
from conversations.live.telling import STATUS, tell
from conversations.models import Interaction
from conversations.providers.base import (
    DeliveryError,
    MailHeaders,
    OutcomeUnknown,
    Outgoing,
    OutgoingCall,
    Provider,
    Receipt,
)
from conversations.providers.registry import get_provider, options_of_many
from conversations.services.delivering import GIVEN_UP, OUT_OF_TOUCH, key_of, settle
from conversations.statuses import advances

from .handing_over import Batch, Handed

Status = Interaction.Status
PATIENCE = 60.0  # seconds for one batch: far less than the lease of a hand-over (`delivering.LEASE`)
MOST_IN_A_ROW = 3  # failures of the provider itself: then the others wait
AWAY_FOR = datetime.timedelta(seconds=30)
FIRST_WAIT, LONGEST_WAIT = datetime.timedelta(minutes=1), datetime.timedelta(hours=2)
MOST_TRIES = 18  # in about a day
IN_LEDGER: dict[str, str] = {
    Status.SENT: Recipient.Status.SENT, Status.DELIVERED: Recipient.Status.DELIVERED,
    Status.FAILED: Recipient.Status.FAILED, Status.UNKNOWN: Recipient.Status.UNKNOWN,
}  # fmt: skip

log = logging.getLogger("kithline.engagements")


@dataclass(frozen=True)
class Result:
    """What became of one message at its provider; without `receipt` it surely was not taken."""

    handed: Handed
    receipt: Receipt | None = None
    error: str = ""


def carry(batch: Batch) -> None:
    """Carry all messages of the batch, and record what became of them."""
    if not batch.handed:
        return
    results = list(_asked(batch))
    taken = [one for one in results if one.receipt]
    _record(batch.engagement, taken)
    _take_back(batch.engagement, [one for one in results if one.receipt is None])


def _asked(batch: Batch) -> Iterable[Result]:
    """Each message with what its provider says; when that is away, the others are not tried."""
    channel = batch.engagement.channel
    assert channel
    provider = get_provider(channel.provider)
    addresses = [one.interaction.outside_address for one in batch.handed]
    options = options_of_many(channel.provider, channel.account_id, addresses)
    end, troubles = time.monotonic() + PATIENCE, 0
    for one in batch.handed:
        if troubles >= MOST_IN_A_ROW or time.monotonic() > end:
            yield Result(one)
            continue
        result = _ask(provider, batch.engagement, one, options[one.interaction.outside_address])
        is_trouble = result.receipt is None or result.receipt.status == Status.UNKNOWN
        troubles = troubles + 1 if is_trouble else 0
        yield result
    if troubles >= MOST_IN_A_ROW:
        Engagement.objects.filter(pk=batch.engagement.pk).update(next_slot_at=timezone.now() + AWAY_FOR)


def _ask(provider: Provider, engagement: Engagement, one: Handed, options: dict[str, str]) -> Result:
    try:
        if engagement.kind == Engagement.Kind.VOICE:
            return Result(one, provider.call(_call(engagement, one, options)))
        return Result(one, provider.send(_message(one, options)))
    except DeliveryError as error:
        if not error.permanent:
            return Result(one, error=str(error))
        return Result(one, Receipt(status=Status.FAILED, error=str(error)))
    except OutcomeUnknown as error:
        return Result(one, Receipt(status=Status.UNKNOWN, error=str(error) or OUT_OF_TOUCH))
    except Exception:
        log.exception("a provider failed", extra={"interaction_id": one.interaction.pk})
        return Result(one, Receipt(status=Status.UNKNOWN, error=OUT_OF_TOUCH))


def _message(one: Handed, options: dict[str, str]) -> Outgoing:
    row, mail = one.interaction, one.mail
    assert row.channel
    headers = MailHeaders()
    if mail:
        headers = MailHeaders(
            message_id=mail.message_id, from_name=mail.from_name, others=unsubscribing.headers_for(one.recipient)
        )
    return Outgoing(
        key=key_of(row.pk), type=row.type, sender=row.channel.address, to=row.outside_address, body=row.body,
        subject=row.subject, mail=headers, options=options, callback=settings.PUBLIC_ADDRESS,
    )  # fmt: skip


def _call(engagement: Engagement, one: Handed, options: dict[str, str]) -> OutgoingCall:
    row = one.interaction
    assert row.channel
    recording = recordings.recording_address(engagement)
    return OutgoingCall(
        key=key_of(row.pk), sender=row.channel.address, to=row.outside_address, say="" if recording else row.body,
        recording=recording, options=options, callback=settings.PUBLIC_ADDRESS,
    )  # fmt: skip


def _record(engagement: Engagement, results: Sequence[Result]) -> None:
    """Write what the provider said of what it took, into threads and ledger. One transaction for all."""
    if not results:
        return
    try:
        with transaction.atomic(), pghistory.context(source="provider", engagement=engagement.pk):
            _write(results)
            row = results[-1].handed.interaction
            tell(row.account_id, STATUS, channel=row.channel_id, conversation=row.conversation_id, interaction=row.pk)
    except IntegrityError:  # an id of the provider that another message has: one by one, that one without it
        for one in results:
            assert one.receipt
            settle(one.handed.interaction, one.receipt)
        return
    for one in results:
        if one.receipt and one.receipt.outcome:
            settle(one.handed.interaction, one.receipt)


def _write(results: Sequence[Result]) -> None:
    """Reports of the provider may have been quicker: only what is news is written."""
    found = {one.handed.interaction.pk: one for one in results}
    rows = Interaction.objects.filter(pk__any_of=list(found)).order_by("pk").select_for_update(no_key=True)
    old = dict(rows.values_list("pk", "status"))
    names, news = [], []
    for pk, status in old.items():
        receipt = found[pk].receipt
        assert receipt
        new = Status.SENT if receipt.outcome else receipt.status
        names.append((pk, receipt.external_id[:200]))
        if advances(status, new):
            news.append((pk, found[pk].handed.recipient.pk, new, receipt.error.replace("\x00", "")[:200]))
    _name_outside([one for one in names if one[1]])
    _advance(news)


NAMES = """
    UPDATE conversations_interaction i SET external_id = n.name FROM unnest(%s::bigint[], %s::text[]) n(id, name)
     WHERE i.id = n.id AND i.external_id = ''
"""
NEWS = """
    UPDATE conversations_interaction i SET status = n.status, error = n.error
      FROM unnest(%s::bigint[], %s::text[], %s::text[]) n(id, status, error) WHERE i.id = n.id
"""
LEDGER = """
    UPDATE engagements_recipient r SET status = n.status, error = n.error,
           final_at = CASE WHEN n.status = 'unknown' THEN NULL ELSE coalesce(r.final_at, now()) END
      FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[]) n(id, interaction, status, error)
     WHERE r.id = n.id AND r.interaction_id = n.interaction AND r.status IN ('handed', 'unknown')
"""


def _name_outside(names: list[tuple[int, str]]) -> None:
    if names:
        _many(NAMES, names)


def _advance(news: list[tuple[int, int, str, str]]) -> None:
    if news:
        _many(NEWS, [(pk, status, error) for pk, _, status, error in news])
        bad = (Status.FAILED, Status.UNKNOWN)
        _many(
            LEDGER,
            [(row, pk, IN_LEDGER[status], error if status in bad else "") for pk, row, status, error in news],
        )


def _many(statement: str, rows: list[tuple]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])


def _take_back(engagement: Engagement, results: Sequence[Result]) -> None:
    """What surely was not taken waits for another try; after a day of them it has failed.

    Its message goes: nobody outside knows of it, and the next try writes another one, decided anew.
    """
    if not results:
        return
    now = timezone.now()
    failed = [one for one in results if one.error and one.handed.recipient.attempts >= MOST_TRIES]
    _record(
        engagement,
        [Result(one.handed, Receipt(status=Status.FAILED, error=GIVEN_UP.format(reason=one.error))) for one in failed],
    )
    again = {one.handed.interaction.pk: one for one in results if one not in failed}
    with transaction.atomic(), pghistory.context(source="job", engagement=engagement.pk):
        rows = Interaction.objects.filter(pk__any_of=list(again), status=Status.SENDING).order_by("pk")
        for pk in list(rows.select_for_update().values_list("pk", flat=True)):
            one = again[pk]
            tries = one.handed.recipient.attempts
            wait = min(FIRST_WAIT * 2 ** min(tries - 1, 20), LONGEST_WAIT) if one.error else AWAY_FOR
            Recipient.objects.filter(interaction=pk, status__in=statuses.ON_THE_WAY).update(
                status=Recipient.Status.PENDING, interaction=None, handed_over_at=None, not_before=now + wait,
                error=one.error[:200], attempts=tries if one.error else tries - 1,
            )  # fmt: skip
            Interaction.objects.filter(pk=pk).delete()
