"""What becomes of a message once it is written: claimed, handed to its provider, and what that says of it.

The claim is committed before the provider is called; a worker that dies in between leaves "sending", which a sweep
turns into "unknown": asked of the provider or shown to a person, never sent again blindly (design/architecture.md §5).
"""

from __future__ import annotations

import contextlib
import datetime
import logging

import pghistory
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from conversations.live.telling import STATUS, tell
from conversations.models import Channel, Interaction, Mail
from conversations.policy import channels_with
from conversations.providers.base import DeliveryError, MailHeaders, OutcomeUnknown, Outgoing, Provider, Receipt
from conversations.providers.registry import get_provider, options_for
from conversations.services.people import is_blocked_on
from conversations.signals import interaction_reported
from conversations.statuses import advances

from .announcing import end_announcement
from .attaching import load, to_send
from .opting import is_opted_out, medium_of

Type, Status = Interaction.Type, Interaction.Status
LEASE = datetime.timedelta(minutes=5)  # how long a hand-over may take: longer than any provider's time-out
LOST = datetime.timedelta(minutes=10)  # how long a message waits without a job before it is given one
KEEP_TRYING = datetime.timedelta(hours=24)
FIRST_WAIT, LONGEST_WAIT = datetime.timedelta(minutes=1), datetime.timedelta(hours=2)
SKEW = datetime.timedelta(seconds=5)  # of this machine's clock against the database's
ASK_AGAIN = datetime.timedelta(minutes=5)
OVER_AFTER = datetime.timedelta(minutes=15)  # no announcement takes longer
MOST = 500  # rows of one sweep
MOST_ASKED = 50

LINE_GONE = "The line was archived before it was sent"
NO_RIGHT = "Its author may not send from this line any more"
BLOCKED = "The address was blocked before it was sent"
OPTED_OUT = "They opted out before it was sent"
NOT_ON = "The provider of this line is not switched on"
FILE_GONE = "A file of this message is missing"
GIVEN_UP = "Given up after a day: {reason}"
OUT_OF_TOUCH = "The provider did not say whether it took it"

log = logging.getLogger("kithline.delivery")


def carry(pk: int) -> datetime.datetime | None:
    """Deliver the message if it waits and its time has come; else do nothing. Returns when to try again, if at all.

    Never inside a transaction: the claim is committed, then the provider is called, then what it says is recorded.
    """
    interaction = claim(pk)
    if interaction is None:
        return None
    try:
        provider, message = _provider_of(interaction), outgoing_of(interaction)
        receipt = provider.send(message)
    except DeliveryError as error:
        if not error.permanent:
            return put_back(interaction, str(error))
        record_status(interaction, Status.FAILED, error=str(error))
    except OutcomeUnknown as error:
        record_status(interaction, Status.UNKNOWN, error=str(error) or OUT_OF_TOUCH)
    except Exception:
        log.exception("a provider failed", extra={"interaction_id": pk})
        record_status(interaction, Status.UNKNOWN, error=OUT_OF_TOUCH)
    else:
        settle(interaction, receipt)
    return None


@transaction.atomic
def claim(pk: int) -> Interaction | None:
    """Take a waiting message for this worker, or None: two workers never get one. Ends it where it may not leave now.

    Rights, blocks and opting out are judged here, where they are used (design/security.md §5).
    """
    now = timezone.now()
    due = Q(send_at__isnull=True) | Q(send_at__lte=now + SKEW)
    waiting = Interaction.objects.filter(due, pk=pk, status=Status.QUEUED, removed_at__isnull=True)
    if not waiting.update(status=Status.SENDING, claimed_at=now, attempts=F("attempts") + 1):
        return None
    interaction = _with_all(Interaction.objects.filter(pk=pk)).get()
    if reason := why_not(interaction):
        record_status(interaction, Status.FAILED, error=reason)
        return None
    _tell(interaction)
    return interaction


def why_not(interaction: Interaction) -> str:
    """Why the message may not leave now; "" if it may. Four or five queries."""
    channel, author = interaction.channel, interaction.author
    assert channel
    if channel.archived_at:
        return LINE_GONE
    if author is None or not channels_with(author, "send").filter(pk=channel.pk).exists():
        return NO_RIGHT
    people = interaction.with_contacts.filter(is_current=True).values_list("contact", flat=True)
    if is_blocked_on(channel, interaction.outside_address, list(people)):
        return BLOCKED
    medium = medium_of(interaction.type)
    return OPTED_OUT if medium and is_opted_out(interaction.account_id, medium, interaction.outside_address) else ""


def outgoing_of(interaction: Interaction, *, with_files: bool = True) -> Outgoing:
    """The message as providers take it. Raises DeliveryError when one of its files is missing."""
    channel = interaction.channel
    assert channel
    try:
        files = tuple(load(to_send(interaction))) if with_files else ()
    except OSError as error:
        raise DeliveryError(FILE_GONE, permanent=True) from error
    mail = Mail.objects.filter(interaction=interaction).first() if interaction.type == Type.EMAIL else None
    return Outgoing(
        key=key_of(interaction.pk), type=interaction.type, sender=channel.address, to=interaction.outside_address,
        body=interaction.body, subject=interaction.subject, files=files, mail=_headers(mail),
        options=options_for(channel.provider, interaction.account_id, interaction.outside_address),
        callback=settings.PUBLIC_ADDRESS,
    )  # fmt: skip


def key_of(pk: int) -> str:
    """The message's idempotency key, the same for each try."""
    return f"kithline-{pk}"


def settle(interaction: Interaction, receipt: Receipt) -> None:
    """Record what the provider says of the message or announcement that it took, and its id there."""
    with transaction.atomic():
        record_status(interaction, receipt.status, error=receipt.error, external_id=receipt.external_id)
        if receipt.outcome:
            end_announcement(interaction, receipt.outcome, seconds=receipt.seconds)


def put_back(interaction: Interaction, reason: str) -> datetime.datetime | None:
    """Let the message wait for another try: one minute, then twice as long each time, for a day; then it has failed.

    Returns when it is tried again. `send_at` says so, too, and `error` why.
    """
    now = timezone.now()
    again = now + min(FIRST_WAIT * 2 ** min(interaction.attempts - 1, 20), LONGEST_WAIT)
    if again - interaction.at > KEEP_TRYING:
        record_status(interaction, Status.FAILED, error=GIVEN_UP.format(reason=reason))
        return None
    mine = Interaction.objects.filter(pk=interaction.pk, status=Status.SENDING, attempts=interaction.attempts)
    with transaction.atomic(), pghistory.context(source="job"):
        if not mine.update(status=Status.QUEUED, send_at=again, claimed_at=None, error=reason[:200]):
            return None  # a report of the provider was quicker
        _tell(interaction)
    return again


def record_status(
    of: Interaction | int | tuple[Channel, str], status: str, *, error: str = "", external_id: str = ""
) -> Interaction | None:
    """Take a report of what became of a message: by its row, its id, or its channel and the provider's id.

    Reports may come twice and in any order (`statuses.advances`). Returns the message, whether or not the report
    changed it; None when there is none of that id (yet): then the report waits. One transaction; the row is locked.
    What changed it is told by `signals.interaction_reported`.
    """
    with transaction.atomic(), pghistory.context(source="provider"):
        row = _rows_of(of).select_for_update().first()
        if row is None:
            return None
        if external_id and not row.external_id:
            _name_outside(row, external_id[:200])
        if advances(row.status, status):
            row.status, row.error = status, error.replace("\x00", "")[:200]
            row.save(update_fields=["status", "error"])
            _tell(row)
            interaction_reported.send(sender=Interaction, interaction=row, outcome="")
    return row


def due_now() -> list[int]:
    """Turn scheduled messages whose time has come into waiting ones, and return their ids. One transaction."""
    now = timezone.now()
    with transaction.atomic(), pghistory.context(source="job"):
        rows = _open(Status.SCHEDULED).filter(send_at__lte=now).order_by("send_at")
        ids = [row.pk for row in rows.select_for_update(skip_locked=True)[:MOST]]
        Interaction.objects.filter(pk__in=ids).update(status=Status.QUEUED, at=now)
        for row in Interaction.objects.filter(pk__in=ids):
            _tell(row)
    return ids


def lost() -> list[int]:
    """Ids of messages that wait longer than they should: their job was lost, or is late."""
    before = timezone.now() - LOST
    late = Q(send_at__isnull=True, at__lt=before) | Q(send_at__lt=before)
    return list(_open(Status.QUEUED).filter(late).order_by("pk").values_list("pk", flat=True)[:MOST])


def give_up_hung() -> int:
    """Say "unknown" of messages whose worker died while it handed them over. Returns their number."""
    before = timezone.now() - LEASE
    hung = list(_open(Status.SENDING).filter(claimed_at__lt=before).values_list("pk", flat=True)[:MOST])
    for pk in hung:
        record_status(pk, Status.UNKNOWN, error=OUT_OF_TOUCH)
    return len(hung)


def ask_about_unknown() -> int:
    """Ask the providers what became of unknown messages of the last day, and of calls of a machine whose end was not
    reported. Returns how many are known now.

    Never inside a transaction. Nothing is sent again.
    """
    now = timezone.now()
    rows = _open(Status.UNKNOWN).filter(claimed_at__lt=now - ASK_AGAIN)
    known = 0
    for waiting in (rows, _unheard(now)):
        asked = _with_all(waiting.filter(direction=Interaction.Direction.OUT, at__gt=now - KEEP_TRYING))
        for interaction in list(asked.order_by("claimed_at")[:MOST_ASKED]):
            Interaction.objects.filter(pk=interaction.pk).update(claimed_at=now)
            receipt = _look_up(interaction)
            if receipt and (receipt.outcome or advances(interaction.status, receipt.status)):
                settle(interaction, receipt)
                known += 1
    return known


def _unheard(now: datetime.datetime) -> QuerySet[Interaction]:
    """Announcements that should be over; sought line by line, as an index has them."""
    lines = Channel.objects.filter(Q(has_voice=True) | Q(kind=Channel.Kind.CALLER_ID))
    return _open(Status.SENT).filter(type=Type.CALL, channel__in=lines, claimed_at__lt=now - OVER_AFTER)


def _name_outside(row: Interaction, external_id: str) -> None:
    """Note the provider's id, unless something else of the channel has it: then the message does without."""
    with contextlib.suppress(IntegrityError), transaction.atomic():
        Interaction.objects.filter(pk=row.pk).update(external_id=external_id)


def _look_up(interaction: Interaction) -> Receipt | None:
    try:
        message = outgoing_of(interaction, with_files=False)
        return _provider_of(interaction).look_up(message, interaction.external_id)
    except (DeliveryError, OutcomeUnknown):
        return None
    except Exception:
        log.exception("a provider failed", extra={"interaction_id": interaction.pk})
        return None


def _provider_of(interaction: Interaction) -> Provider:
    """The provider of the message's channel. Raises DeliveryError when there is none, or it is off."""
    assert interaction.channel
    try:
        provider = get_provider(interaction.channel.provider)
    except KeyError as error:
        raise DeliveryError(NOT_ON, permanent=True) from error
    if not provider.is_on():
        raise DeliveryError(NOT_ON, permanent=True)
    return provider


def _headers(mail: Mail | None) -> MailHeaders:
    if mail is None:
        return MailHeaders()
    return MailHeaders(
        message_id=mail.message_id, in_reply_to=mail.in_reply_to, references=tuple(mail.references.split()),
        from_name=mail.from_name, cc=tuple(mail.cc),
    )  # fmt: skip


def _rows_of(of: Interaction | int | tuple[Channel, str]) -> QuerySet[Interaction]:
    if isinstance(of, tuple):
        channel, external_id = of
        return Interaction.objects.filter(channel=channel, external_id=external_id).exclude(external_id="")
    return Interaction.objects.filter(pk=of if isinstance(of, int) else of.pk)


def _open(status: str) -> QuerySet[Interaction]:
    return Interaction.objects.filter(status=status, removed_at__isnull=True)


def _with_all(rows: QuerySet[Interaction]) -> QuerySet[Interaction]:
    return rows.select_related("channel__account", "channel__department", "author__account")


def _tell(row: Interaction) -> None:
    tell(row.account_id, STATUS, channel=row.channel_id, conversation=row.conversation_id, interaction=row.pk)
