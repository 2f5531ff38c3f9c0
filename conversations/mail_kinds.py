"""What kind of mail it is: written by a machine (RFC 3834 and its neighbours), or the report of a bounce (RFC 3464)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser

from .mail_headers import AsItCame, decoded, first_id

MACHINES = re.compile(
    r"(?:mailer[-_.]?daemon|postmaster|(?:no|do[-_.]?not|dont)[-_.]?reply|bounces?|auto(?:mat(?:ed|ic))?[-_.]?reply)"
    r"(?:[-_.+=].*)?",
    re.IGNORECASE,
)
PRECEDENCES = frozenset({"bulk", "list", "junk", "auto_reply"})
ANY_OF = ("List-Id", "List-Unsubscribe", "X-Auto-Response-Suppress", "X-Autoreply", "X-Autorespond")
MOST_PARTS = 50

# RFC 3463: what the class and subject of an enhanced status say, in words for people.
REASONS: tuple[tuple[str, str], ...] = (
    ("1.2", "The domain of this address does not exist"),
    ("1.", "There is no such mailbox"),
    ("2.2", "The mailbox is full"),
    ("2.", "The mailbox takes no mail"),
    ("3.4", "The message is too large for the receiving server"),
    ("4.", "The receiving server could not be reached"),
    ("7.", "The receiving server refused it as unwanted"),
)
COULD_NOT = "It could not be delivered"


@dataclass(frozen=True)
class DeliveryReport:
    """What became of the message `message_id` of ours: `action` of RFC 3464 (failed, delayed, delivered, relayed,
    expanded), the worst of all its recipients; `status` such as 5.1.1."""

    message_id: str
    action: str
    status: str = ""

    @property
    def words(self) -> str:
        """Why, in a sentence without any address."""
        detail = self.status.partition(".")[2]
        reason = next((words for start, words in REASONS if detail.startswith(start)), COULD_NOT)
        return f"{reason} ({self.status})" if self.status else reason


def is_automatic(message: Message, sender: str) -> bool:
    """Whether a machine wrote this: it makes no contact (product.md §8), and nothing answers it by itself."""
    says = decoded(message, "Auto-Submitted").partition(";")[0].strip().lower()
    return bool(
        (says and says != "no")
        or decoded(message, "Precedence").lower() in PRECEDENCES
        or any(message.get(header) is not None for header in ANY_OF)
        or decoded(message, "Return-Path") == "<>"
        or MACHINES.fullmatch(sender.rpartition("@")[0])
        or message.get_content_type() == "multipart/report"
    )


def report_of(message: Message) -> DeliveryReport | None:
    """The report that a bounce carries, with the id of the message that it is about; None for other mail."""
    if message.get_content_type() != "multipart/report" or not message.is_multipart():
        return None
    message_id, lines = "", []
    for part in list(message.get_payload())[:MOST_PARTS]:
        if not isinstance(part, Message):
            continue
        kind = part.get_content_type()
        if kind in ("message/delivery-status", "message/global-delivery-status"):
            lines = list(_recipients(part))
        elif kind in ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"):
            message_id = _id_of_returned(part) or message_id
    if not lines:
        return None
    message_id = message_id or first_id(message, "In-Reply-To")
    action, status = next((line for line in lines if line[0] == "failed"), lines[0])
    return DeliveryReport(message_id, action, status)


def _recipients(part: Message) -> Iterator[tuple[str, str]]:
    """(action, status) of each recipient's block."""
    blocks = part.get_payload()
    for block in blocks if isinstance(blocks, list) else []:
        if not isinstance(block, Message):
            continue
        action = decoded(block, "Action").lower().split(" ")[0]
        if action:
            status = re.match(r"[245]\.\d{1,3}\.\d{1,3}", decoded(block, "Status"))
            yield action[:20], status.group() if status else ""


def _id_of_returned(part: Message) -> str:
    inner = part.get_payload()
    if isinstance(inner, list):
        return first_id(inner[0], "Message-ID") if inner and isinstance(inner[0], Message) else ""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    return first_id(BytesHeaderParser(policy=AsItCame()).parsebytes(content), "Message-ID")
