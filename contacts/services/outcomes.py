"""What an action did to each contact: the same words for one contact and for thousands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from contacts.models import BulkItem

DONE, ALREADY, REFUSED = BulkItem.Outcome.DONE, BulkItem.Outcome.ALREADY, BulkItem.Outcome.REFUSED


@dataclass(frozen=True)
class Outcome:
    """What happened to one contact: done, already so, or refused with the reason; `before` is what undo puts back."""

    contact_id: int
    status: str
    reason: str = ""
    before: Any = None


def of_status(outcomes: Iterable[Outcome], status: str) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.status == status]
