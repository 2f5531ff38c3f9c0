"""Which status of an interaction may follow which (product.md §10, Delivery; design/security.md §6).

Messages to the outside climb ranks and never fall; a failure ends what was not delivered. Reports of providers may
come twice and in any order: `advances` says whether one of them changes anything.
"""

from __future__ import annotations

from .models import Interaction

Status = Interaction.Status

RANK: dict[str, int] = {
    Status.SCHEDULED: 0,
    Status.QUEUED: 1,
    Status.SENDING: 2,
    Status.UNKNOWN: 3,
    Status.SENT: 4,
    Status.DELIVERED: 5,
}
# A call rings, is answered, and is over; one that nobody answered is over at once.
CALL_RANK: dict[str, int] = {Status.RINGING: 0, Status.ACTIVE: 1, Status.DONE: 2}
AT_REST = frozenset({Status.SENT, Status.DELIVERED, Status.FAILED, Status.DONE, Status.BLOCKED})


def advances(old: str, new: str) -> bool:
    """Whether `new`, reported by a provider, replaces `old`.

    Unknown becomes sent, delivered or failed, never waiting; failed replaces all that is not delivered.
    """
    if old in CALL_RANK and new in CALL_RANK:
        return CALL_RANK[new] > CALL_RANK[old]
    if new == Status.FAILED:
        return (old in RANK and old != Status.DELIVERED) or old in (Status.RINGING, Status.ACTIVE)
    return old in RANK and new in RANK and RANK[new] > RANK[old]
