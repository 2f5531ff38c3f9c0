"""How what became of one recipient is shown: its status in words, a colour for it, why or what is beside it.

Reads nothing and decides nothing; the same words stand on an engagement, on a contact's History and in the report.
"""

from __future__ import annotations

import datetime
import zoneinfo

from django.db.models import Q
from django.utils import timezone

from conversations.words import duration_in_words

from . import reasons, statuses
from .models import Engagement, Recipient
from .results import REASON_WORDS

Status = Recipient.Status
NO_REASON = "No reason was given"
NO_REPORT = "No report came from the carrier"
NO_REPORT_OF_MAIL = "No report came from the mail server"
LOOKS = {  # how a status is coloured; what is not here is plain
    "Replied": "is-ok", "Clicked": "is-info", "Opened": "is-info", "Opted out": "is-warn", "Complained": "is-warn",
    Status.ANSWERED.label: "is-ok", Status.HANDED_OVER.label: "is-info", Status.FAILED.label: "is-bad",
    Status.BOUNCED.label: "is-bad",
}  # fmt: skip
OBJECTED = frozenset({reasons.OPTED_OUT, reasons.UNSUBSCRIBED})
RESPONDED = {label.lower().replace(" ", "_"): column for column, label in statuses.RESPONSES}  # "opted_out" -> column
STRONGEST = [column for column, _ in statuses.RESPONSES]

# What is shown of a recipient, as filters name it, weaker than any response: (label, delivery statuses).
DELIVERED: dict[str, tuple[str, frozenset[str]]] = {
    "delivered": ("Delivered", frozenset({Status.DELIVERED})),
    "sent": ("Sent", frozenset({Status.SENT})),
    "answered": ("Answered", frozenset({Status.ANSWERED})),
    "machine": ("Answering machine", frozenset({Status.MACHINE})),
    "unanswered": ("No answer", frozenset({Status.UNANSWERED, Status.BUSY})),
    "on_the_way": ("On the way", statuses.ON_THE_WAY),
    "waiting": ("Waiting", statuses.WAITING),
    "failed": ("Failed", statuses.FAILURES),
    "unknown": ("Unknown", frozenset({Status.UNKNOWN})),
    "skipped": ("Skipped", frozenset({Status.SKIPPED})),
}
# Key -> label of everything that a recipient can be shown as, the strongest first.
SHOWN: dict[str, str] = {key: label for key, (_, label) in zip(RESPONDED, statuses.RESPONSES, strict=True)}
SHOWN |= {key: label for key, (label, _) in DELIVERED.items()}


def shows(key: str) -> Q:
    """True of recipients that are shown as `key` of SHOWN: the strongest response, else delivery."""
    if key in RESPONDED:
        column = RESPONDED[key]
        stronger = STRONGEST[: STRONGEST.index(column)]
        return Q(**{f"{column}__isnull": False}, **{f"{other}__isnull": True for other in stronger})
    silent = {f"{column}__isnull": True for column in STRONGEST}
    return Q(status__in=DELIVERED[key][1], **silent)


def status_of(recipient: Recipient, *, with_reason: bool = False) -> str:
    """The status in words: "Answered, 38 s"; `with_reason` also "Skipped, opted out"."""
    word = "Waiting" if recipient.status in statuses.WAITING else statuses.shown(recipient)
    if word == Status.ANSWERED.label and recipient.seconds:
        return f"{word}, {duration_in_words(recipient.seconds)}"
    if with_reason and recipient.status == Status.SKIPPED and word == Status.SKIPPED.label:
        return f"{word}, {REASON_WORDS[recipient.reason][0]}"
    return word


def look_of(recipient: Recipient) -> str:
    """The class that colours its status."""
    if recipient.status == Status.SKIPPED and recipient.reason in OBJECTED:
        return "is-warn"
    return LOOKS.get(statuses.shown(recipient), "")


def reason_of(recipient: Recipient, kind: str, zone: str = "") -> str:
    """Why it stands as it does, in a sentence; "" where the status says all. Errors are the provider's words.

    `zone` is the contact's, for those who are held: "Held until 9:00 their time".
    """
    if recipient.status == Status.SKIPPED:
        return reasons.SENTENCES[recipient.reason]
    if recipient.status in statuses.FAILURES:
        return recipient.error or NO_REASON
    if recipient.status == Status.UNKNOWN:
        return NO_REPORT_OF_MAIL if kind == Engagement.Kind.EMAIL else NO_REPORT
    if recipient.status in statuses.WAITING and recipient.not_before and recipient.not_before > timezone.now():
        return f"Held until {_until(recipient.not_before, zone)}"
    return ""


def _until(moment: datetime.datetime, zone: str) -> str:
    try:
        theirs = moment.astimezone(zoneinfo.ZoneInfo(zone)) if zone else None
    except (KeyError, ValueError, OSError):
        theirs = None
    local = theirs or timezone.localtime(moment)
    today = timezone.now().astimezone(local.tzinfo).date()
    clock = f"{local.hour}:{local.minute:02}"
    day = "" if local.date() == today else f"{local:%a} {local.day} {local:%b}, "
    return f"{day}{clock} their time" if theirs else f"{day}{clock}"


def moment_of(recipient: Recipient) -> datetime.datetime | None:
    """When what is shown of it happened; None while it waits."""
    for column in STRONGEST:
        if moment := getattr(recipient, column):
            return moment
    return recipient.final_at or recipient.handed_over_at
