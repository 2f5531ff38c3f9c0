"""What Twilio's words for the end of a call mean (its Call resource and its answering machine detection)."""

from __future__ import annotations

from .base import ANSWERED, BUSY, MACHINE, UNANSWERED

ANNOUNCEMENT = "announcement"  # the leg of a call that reads something out
NOT_CONNECTED = "The call could not be connected"
CALL_FAILURES = frozenset({"failed", "canceled"})
ENDS: dict[str, str] = {"completed": ANSWERED, "busy": BUSY, "no-answer": UNANSWERED}
MACHINES = ("machine", "fax")  # how its words for them begin


def picked_up(answered_by: str) -> str:
    """Who did, by AnsweredBy: a machine, or a person where it says so or is not sure."""
    return MACHINE if answered_by.startswith(MACHINES) else ANSWERED


def outcome_of(state: str, answered_by: str = "") -> str:
    """The outcome (`base`) of an announcement whose call has this status; "" while it goes on, or failed."""
    return picked_up(answered_by) if state == "completed" else ENDS.get(state, "")
