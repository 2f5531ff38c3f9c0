"""Pre-flight: who of the lists gets an engagement, who does not and why, and who is held until later (product.md §10).

One judgement (`judging`, `timing`) makes previews, numbers, the ledger and each worker's hand-over: what is shown is
what is done.
Access is not judged here: names of people are shown by `preflight_people`.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils import timezone

from . import reasons, timing
from .judging import counted, judged
from .models import Engagement


class Decision(NamedTuple):
    """What becomes of one contact. `reason` is one of `reasons`, "" for will be sent, then `not_before` says when at
    the earliest (None: now). `address` is where it goes: E.164, or an email in lower case; "" where there is none."""

    contact: int
    address: str
    reason: str
    not_before: datetime.datetime | None = None


@dataclass(frozen=True)
class Summary:
    """How the people on the lists split up: `to_send` and all of `reasons` (reason -> number, in their order, none of
    them 0) make `people`. `held` are those of `to_send` that wait for a later hour, `from_hour` of their own day."""

    people: int
    to_send: int
    reasons: dict[str, int] = field(default_factory=dict)
    held: int = 0
    from_hour: int | None = None

    @property
    def lines(self) -> list[tuple[str, str, int]]:
        """(reason, as it is named, number) of those who get nothing, in their order."""
        return [(reason, reasons.LABELS[reason], number) for reason, number in self.reasons.items()]

    @property
    def held_label(self) -> str:
        """How the held ones are named: "held until 9:00 their time"."""
        until = "their best call time" if self.from_hour is None else f"{self.from_hour}:00 their time"
        return f"held until {until}"


def decide(
    engagement: Engagement,
    among: Sequence[int] | None = None,
    *,
    at: datetime.datetime | None = None,
    waited: frozenset[int] = frozenset(),
) -> list[Decision]:
    """Decide about everybody on the lists, or about these contacts, by contact id: as it stands now, or would be `at`.

    `among` is for what is being sent: then the ledger counts, too, and who is on no list (any more) gets nothing.
    `waited` are those who were held until their best call time already. The engagement with account, author and
    channel at hand. Three to five queries, however many the people; no lock (`services.handing_over` has them).
    """
    rows = judged(engagement, among)
    now = at or begins(engagement)
    going = [pk for pk, _, reason in rows if not reason]
    until = timing.held_until(engagement, [pk for pk in going if pk not in waited], now)
    if waited:
        until |= timing.held_until(engagement, [pk for pk in going if pk in waited], now, best=False)
    return [Decision(pk, address, reason, until.get(pk)) for pk, address, reason in rows]


def summary(engagement: Engagement) -> Summary:
    """The numbers of the pre-flight, as it would begin. Two to five queries."""
    if timing.holds(engagement):
        rows = decide(engagement)
        numbers, held = Counter(row.reason for row in rows), sum(1 for row in rows if row.not_before)
    else:
        numbers, held = Counter(counted(engagement)), 0
    by_reason = {reason: numbers[reason] for reason in reasons.JUDGED if numbers[reason]}
    best = engagement.when == Engagement.When.BEST
    return Summary(
        numbers.total(), numbers[""], by_reason, held, from_hour=None if best else engagement.from_hour
    )  # fmt: skip


def ids_with(engagement: Engagement, reason: str) -> list[int]:
    """Contact ids of those with this reason, by id; "" for those who get it, `reasons.HELD` for those held of them."""
    rows = decide(engagement)
    if reason == reasons.HELD:
        return [row.contact for row in rows if row.not_before]
    return [row.contact for row in rows if row.reason == reason]


def reaches_anybody(engagement: Engagement) -> bool:
    """Whether anybody would get it. Two or three queries."""
    return bool(counted(engagement).get(""))


def begins(engagement: Engagement) -> datetime.datetime:
    """When it would begin to be sent: now, or at its time if that is still to come."""
    now = timezone.now()
    waits = engagement.when == Engagement.When.AT and engagement.started_at is None
    return max(now, engagement.at) if waits and engagement.at else now
