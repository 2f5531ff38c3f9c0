"""How fast an engagement goes: a limit for all its workers together, kept in one row (product.md §10, throttle)."""

from __future__ import annotations

import datetime

from conversations.engagements.models import Engagement

AHEAD = datetime.timedelta(seconds=1)  # what one worker may take at once: the share of a second, at least one


def share(per_minute: int | None, most: int) -> int:
    """How many a worker may take now, at most `most`."""
    if per_minute is None:
        return most
    return max(1, min(most, int(per_minute * AHEAD.total_seconds() / 60)))


def next_slot(row: Engagement, taken: int, now: datetime.datetime) -> datetime.datetime | None:
    """When the next one may leave after `taken` have been taken at `now`; None without a limit.

    What was not used is not saved up: in no minute more leave than the limit says.
    """
    if not row.per_minute:
        return None
    return now + taken * datetime.timedelta(minutes=1) / row.per_minute


def wait(row: Engagement, now: datetime.datetime) -> datetime.datetime | None:
    """Until when nobody may take any, None where one may; also set while a provider is away."""
    return row.next_slot_at if row.next_slot_at and row.next_slot_at > now else None
