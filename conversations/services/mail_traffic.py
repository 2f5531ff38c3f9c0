"""What a mail that came in does here: it arrives on each Email ID that it was for, or ends a message that bounced.

Which lines: those of the envelope's recipients, else of the addresses in its headers; verified ones only, so that
nobody reads another's mail by claiming an address (product.md §7). Safe any number of times.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from conversations import signals
from conversations.inbound_mail import ParsedMail, read_message
from conversations.models import Channel, InboundEvent, Interaction, OptOut

from .arriving import Arrival, Arrived, MailFacts, record_arrival
from .delivering import record_status
from .opting import opt_out

EMAIL = "email"  # the source of its events
MESSAGE, REPORT = "message", "report"
BELIEVED = datetime.timedelta(days=7)  # a Date header older than this is a wrong clock
Status = Interaction.Status
# What reports say (anymail.signals.EventType): how far a message came, and what is told by `mail_tracked`.
REPORTED: dict[str, str] = {
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "bounced": Status.FAILED,
    "rejected": Status.FAILED,
    "failed": Status.FAILED,
}
TRACKED: dict[str, str] = {
    "opened": signals.OPENED,
    "clicked": signals.CLICKED,
    "complained": signals.COMPLAINED,
    "bounced": signals.BOUNCED,
    "unsubscribed": signals.UNSUBSCRIBED,
}
LEAVES = frozenset({signals.UNSUBSCRIBED, signals.COMPLAINED})  # who complains wants no more of it, either (RFC 6650)
HEEDED = REPORTED.keys() | TRACKED.keys()
SOON = datetime.timedelta(seconds=90)  # a report may be quicker than the note of what the service calls the message
ACTIONS: dict[str, str] = {"failed": Status.FAILED, "delivered": Status.DELIVERED, "relayed": Status.SENT}
REFUSED = "The mail service could not deliver it"


class NotForUs(Exception):
    """No verified Email ID is among the recipients."""

    reason = "None of its recipients is a verified Email ID"


class NotKnownYet(Exception):
    """A report of a message that we do not know, or not yet: it is tried again for a while."""

    reason = "The message that it reports on is not known here"


class FromOurselves(Exception):
    """The sender is an Email ID of the account: a loop, or our own copy."""

    reason = "It was sent from one of the account's own Email IDs"


def take_mail_event(event: InboundEvent) -> Interaction | None:
    """Apply a kept mail or report, inside the transaction of the caller. Raises NotForUs, FromOurselves, NotKnownYet.

    The raw message goes from the event when it has arrived: it is kept once.
    """
    payload = event.payload
    if payload["what"] == REPORT:
        return _report(event)
    mail = read_message(base64.b64decode(payload["raw"]))
    arrived = arrive_mail(mail, lines_for(payload["recipients"] or (), mail))
    event.payload = {key: value for key, value in payload.items() if key != "raw"}
    event.save(update_fields=["payload"])
    return arrived[0].interaction if arrived else None


def lines_for(envelope: Iterable[str], mail: ParsedMail | None = None) -> list[Channel]:
    """The Email IDs that a mail is for: of the envelope's recipients, else of its headers' where `mail` is given.

    Of any account, verified and not archived. One or two queries.
    """
    found = _lines(envelope)
    return found or (_lines(mail.recipients) if mail else [])


def arrive_mail(mail: ParsedMail, lines: list[Channel]) -> list[Arrived]:
    """Record the mail on each of these lines, once; a bounce ends the message that it is about, and is no entry.

    Raises NotForUs for no line, FromOurselves when all that is left are loops. Inside a transaction.
    """
    if not lines:
        raise NotForUs
    if mail.report and _heed_bounce(mail, lines):
        return []
    own = {line.pk for line in lines if _is_own(line, mail.sender)}
    if len(own) == len(lines):
        raise FromOurselves
    return [record_arrival(_arrival(mail, line)) for line in lines if line.pk not in own]


def identity(mail: ParsedMail) -> str:
    """What makes a mail the same one when it comes again, over whatever way: its id with sender, date and subject.

    The id alone does not: some senders use one for all their mail.
    """
    facts: tuple[str, ...] = (mail.message_id, mail.sender.lower(), str(mail.date), mail.subject)
    if not mail.message_id:
        facts += (mail.text, mail.html)
    return "mail " + hashlib.sha256(repr(facts).encode()).hexdigest()


def _arrival(mail: ParsedMail, line: Channel) -> Arrival:
    now = timezone.now()
    is_believed = mail.date is not None and now - BELIEVED < mail.date < now
    return Arrival(
        channel=line,
        type=Interaction.Type.EMAIL,
        sender=mail.sender,
        at=mail.date if mail.date and is_believed else now,
        subject=mail.subject,
        body=mail.text,
        external_id=identity(mail),
        files=mail.files,
        name_hint=mail.from_name,
        is_automatic=mail.is_automatic,
        mail=MailFacts(
            message_id=mail.message_id, in_reply_to=mail.in_reply_to, references=mail.references,
            from_name=mail.from_name, to=mail.to, cc=mail.cc, html=mail.html, pictures=mail.pictures,
        ),
    )  # fmt: skip


def _lines(addresses: Iterable[str]) -> list[Channel]:
    wanted = {address.lower() for address in addresses}
    if not wanted:
        return []
    rows = _email_ids().filter(verified_at__isnull=False, address__in=wanted)
    return list(rows.select_related("account", "department").order_by("pk"))


def _is_own(line: Channel, sender: str) -> bool:
    return _email_ids().filter(account=line.account_id, address=sender.lower()).exists()


def _email_ids() -> QuerySet[Channel]:
    """Those in use; their addresses are stored in lower case."""
    return Channel.objects.filter(kind=Channel.Kind.EMAIL, archived_at__isnull=True)


def _heed_bounce(mail: ParsedMail, lines: list[Channel]) -> bool:
    """Whether the report was about a message of ours on one of these lines; that message then has its status."""
    report = mail.report
    assert report
    ours = _sent(report.message_id).filter(channel__in=lines).first() if report.message_id else None
    if ours is None:
        return False
    status = ACTIONS.get(report.action)
    if status:
        ours = record_status(ours, status, error=report.words if status == Status.FAILED else "") or ours
    if status == Status.FAILED:
        _track(ours, signals.BOUNCED, timezone.now())
    return True


def _report(event: InboundEvent) -> Interaction | None:
    """Apply what a mail service says of a message of ours; None for one that is not ours. Raises NotKnownYet."""
    payload = event.payload
    ours = _sent(payload["message_id"]).first() if payload["message_id"] else None
    if ours is None:
        if timezone.now() - event.received_at < SOON:
            raise NotKnownYet
        return None
    kind = payload["event_type"]
    if new := REPORTED.get(kind):
        reason = f"{REFUSED} ({payload['status']})" if payload["status"] else REFUSED
        ours = record_status(ours, new, error=reason if new == Status.FAILED else "") or ours
    if kind in TRACKED:
        _track(ours, TRACKED[kind], _time_of(payload) or event.received_at)
    return ours


def _track(ours: Interaction, what: str, at: datetime.datetime) -> None:
    if what in LEAVES:
        opt_out(ours.account_id, OptOut.Medium.EMAIL, ours.outside_address, tells=False)
    signals.mail_tracked.send(sender=Interaction, interaction=ours, event=what, at=at)


def _time_of(payload: dict[str, Any]) -> datetime.datetime | None:
    """When it happened, as the service says; None for a time of the future, or none."""
    text = payload.get("at")
    at = datetime.datetime.fromisoformat(text) if text else None
    return at if at and at <= timezone.now() else None


def _sent(message_id: str) -> QuerySet[Interaction]:
    """Messages of ours with this id: the one of the mail itself, or the mail service's."""
    rows = Interaction.objects.filter(
        type=Interaction.Type.EMAIL, direction=Interaction.Direction.OUT, removed_at__isnull=True
    )
    by_id = rows.filter(mail__message_id=message_id)
    return by_id if by_id.exists() else rows.filter(channel__kind=Channel.Kind.EMAIL, external_id=message_id)
