"""Mail as it comes in, from a mail service or a mail server: kept whole with its job, then answered (product.md §7)."""

from __future__ import annotations

import base64
import datetime
import hashlib
from collections.abc import Iterable

from contacts_project.core.emails import EmailImpossible, parse_email
from conversations.inbound_mail import LARGEST, MailTooLarge

from .inbound import take_event
from .mail_traffic import EMAIL, MESSAGE, REPORT


def take_mail(raw: bytes, *, recipients: Iterable[str] = (), service: str = "") -> int | None:
    """Keep a raw message (RFC 5322) for its job; the event's id, or None if this very delivery came before.

    `recipients` are those of the envelope (SMTP), where known: they alone say which lines it is for; its headers may
    name others. Raises MailTooLarge above 25 MB. Two queries.
    """
    if len(raw) > LARGEST:
        raise MailTooLarge
    envelope = sorted(_readable(recipients))
    digest = hashlib.sha256("\n".join(envelope).encode() + b"\n\n" + raw).hexdigest()
    payload = {
        "what": MESSAGE, "service": service[:40], "recipients": envelope, "raw": base64.b64encode(raw).decode(),
    }  # fmt: skip
    return take_event(EMAIL, None, f"mail {digest}", payload)


def take_report(
    *,
    message_id: str,
    event_type: str,
    event_id: str = "",
    status: str = "",
    service: str = "",
    at: datetime.datetime | None = None,
) -> int | None:
    """Keep what a mail service reports of a message that we sent; None if it is known. `event_type` as anymail says it,
    `at` when it happened (naive is UTC). Two queries.
    """
    facts = {"message_id": message_id[:400], "event_type": event_type[:40], "status": status[:20]}
    digest = hashlib.sha256(repr((service, event_id, sorted(facts.items()))).encode()).hexdigest()
    aware = at.replace(tzinfo=datetime.UTC) if at and at.tzinfo is None else at
    told = {"at": aware.isoformat()} if aware else {}
    return take_event(EMAIL, None, f"report {digest}", {"what": REPORT, "service": service[:40], **facts, **told})


def _readable(recipients: Iterable[str]) -> set[str]:
    found = set()
    for text in recipients:
        try:
            found.add(parse_email(text).lower())
        except EmailImpossible:
            continue
    return found
