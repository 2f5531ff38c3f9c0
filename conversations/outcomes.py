"""The outcomes of a call as data: six defaults (product.md §7), and which of them say that a person answered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """`value` is posted and stored (contract.md), `label` is shown; `answered` counts for best call times."""

    value: str
    label: str
    answered: bool


DEFAULTS = (
    Outcome("answered", "Answered", True),
    Outcome("visit booked", "Visit booked", True),
    Outcome("call back", "Call back", True),
    Outcome("left message", "Left message", False),
    Outcome("no answer", "No answer", False),
    Outcome("wrong number", "Wrong number", False),
)
BY_VALUE = {outcome.value: outcome for outcome in DEFAULTS}


def label_of(value: str) -> str:
    """The words of a stored outcome; one that is no longer on the list is shown as it was stored."""
    known = BY_VALUE.get(value)
    return known.label if known else value.capitalize()
