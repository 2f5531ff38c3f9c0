"""Which delivery status of a recipient may follow which, and which status is shown (product.md §10, Delivery).

Reports come twice and in any order: a higher rank replaces a lower one, an end replaces what is below delivered, and a
bounce or complaint replaces delivered, too.
"""

from __future__ import annotations

from .models import Recipient

Status = Recipient.Status

RANK: dict[str, int] = {
    Status.PENDING: 0,
    Status.CLAIMED: 1,
    Status.HANDED_OVER: 2,
    Status.UNKNOWN: 3,
    Status.SENT: 4,
    Status.DELIVERED: 5,
    Status.ANSWERED: 5,
    Status.MACHINE: 5,
    Status.UNANSWERED: 5,
    Status.BUSY: 5,
}
CALLS = frozenset({Status.ANSWERED, Status.MACHINE, Status.UNANSWERED, Status.BUSY})
WAITING = frozenset({Status.PENDING, Status.CLAIMED})
ON_THE_WAY = frozenset({Status.HANDED_OVER})
ARRIVED = frozenset({Status.SENT, Status.DELIVERED}) | CALLS
FAILURES = frozenset({Status.FAILED, Status.BOUNCED})
ENDS = FAILURES | {Status.SKIPPED}
OPEN = WAITING | ON_THE_WAY  # while there is one of these, sending is not done

# Responses by strength, the strongest first: (column, as it is shown).
RESPONSES: tuple[tuple[str, str], ...] = (
    ("complained_at", "Complained"),
    ("unsubscribed_at", "Opted out"),
    ("replied_at", "Replied"),
    ("clicked_at", "Clicked"),
    ("opened_at", "Opened"),
)


def advances(old: str, new: str) -> bool:
    """Whether `new` replaces `old`. Nothing leaves an end, unknown never goes back to waiting."""
    if old in ENDS or old == new:
        return old == Status.FAILED and new == Status.BOUNCED
    if new == Status.BOUNCED:
        return True
    if new in ENDS:
        return RANK[old] < RANK[Status.DELIVERED]
    return RANK[new] > RANK[old]


def shown(recipient: Recipient) -> str:
    """The status in words: the strongest response, else delivery."""
    for column, label in RESPONSES:
        if getattr(recipient, column):
            return label
    return Status(recipient.status).label
