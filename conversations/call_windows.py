"""The best windows to call in, as pure functions of numbers and clocks (product.md §11, decision 21).

A week has 168 hours, 0 is Monday 0:00 to 1:00 where the contact is. `attempts` and `answered` hold a number for each.
"""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

WEEK = 168
DAY = 24
LEAST_IN_WINDOW = 3
LEAST_IN_ALL = 5
SHOWN = 3
STEPS = (100, 50, 20, 10, 5)  # what totals are rounded down to
LEVELS = (0.35, 0.47, 0.6)  # smoothed rates below which an answered hour is of heat 1, 2, 3; else 4
MINUTE = datetime.timedelta(minutes=1)


@dataclass(frozen=True)
class Window:
    """Neighbouring hours of the week from `start`; it may go over midnight and over the end of the week."""

    start: int
    length: int
    attempts: int = 0
    answered: int = 0
    is_preferred: bool = False

    @property
    def rate(self) -> float:
        """How likely somebody answers: smoothed, so that one call of one does not stand above nine of ten."""
        return smoothed(self.answered, self.attempts)

    @property
    def hours(self) -> tuple[int, ...]:
        return tuple((self.start + hour) % WEEK for hour in range(self.length))


def smoothed(answered: int, attempts: int) -> float:
    return (answered + 1) / (attempts + 4)


def best_windows(attempts: Sequence[int], answered: Sequence[int]) -> list[Window]:
    """At most SHOWN windows, the best first; none below LEAST_IN_ALL calls.

    The best hour is joined with a neighbour for as long as that does not lower its smoothed rate; then the best of the
    hours that are left. A window counts with LEAST_IN_WINDOW attempts, one of them answered, and when its share of
    answers is not below that of all calls.
    """
    total, reached = sum(attempts), sum(answered)
    if total < LEAST_IN_ALL:
        return []
    left = {hour for hour in range(WEEK) if attempts[hour]}
    found = []
    for hour in sorted(left, key=lambda one: (-smoothed(answered[one], attempts[one]), -attempts[one], one)):
        if hour in left:
            window = _grown(Window(hour, 1, attempts[hour], answered[hour]), left, attempts, answered)
            left.difference_update(window.hours)
            found.append(window)
    good = [
        one for one in found
        if one.attempts >= LEAST_IN_WINDOW and one.answered and one.answered * total >= reached * one.attempts
    ]  # fmt: skip
    return sorted(good, key=lambda one: (-one.rate, -one.attempts, one.start))[:SHOWN]


def _grown(window: Window, left: Collection[int], attempts: Sequence[int], answered: Sequence[int]) -> Window:
    while window.length < WEEK:
        before, behind = (window.start - 1) % WEEK, (window.start + window.length) % WEEK
        wider = [
            Window(start, window.length + 1, window.attempts + attempts[hour], window.answered + answered[hour])
            for hour, start in ((before, before), (behind, window.start))
            if hour in left
        ]
        best = max(wider, key=lambda one: one.rate, default=window)
        if best is window or best.rate < window.rate:
            return window
        window = best
    return window


def windows_of_days(days: Iterable[int], from_hour: int, to_hour: int) -> list[Window]:
    """The window set by hand on each of its days (0 Monday), in the order of the week."""
    return [Window(day * DAY + from_hour, to_hour - from_hour, is_preferred=True) for day in sorted(set(days))]


def rounded_down(total: int) -> str:
    """ "50+": as much of how many calls there were as is told; "" below the least."""
    return next((f"{step}+" for step in STEPS if total >= step), "")


def heat(answered: int, attempts: int) -> int:
    """0 to 4: rarely to usually answers."""
    if not answered:
        return 0
    rate = smoothed(answered, attempts)
    return next((level for level, limit in enumerate(LEVELS, 1) if rate < limit), 4)


def hour_of_week(moment: datetime.datetime) -> int:
    """Of a moment in the zone that it is in."""
    return moment.weekday() * DAY + moment.hour


def next_in(hours: Collection[int], zone: str, now: datetime.datetime) -> datetime.datetime | None:
    """When the contact is next in one of these hours of the week, `now` where it is; None without hours.

    Goes from full hour to full hour of the contact's clock, so that hours that summer time skips or repeats are right.
    """
    moment = now.astimezone(zoneinfo.ZoneInfo(zone))
    for _ in range(WEEK + 3):
        if hour_of_week(moment) in hours:
            return moment
        gone = datetime.timedelta(minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond)
        step = datetime.timedelta(hours=1) - gone
        moment = (moment.astimezone(datetime.UTC) + step).astimezone(moment.tzinfo)
    return None


def hours_now(now: datetime.datetime) -> dict[int, tuple[str, ...]]:
    """Hour of the week -> the zones in which it is that hour now, of all zones that are known here."""
    return _hours_in(now.astimezone(datetime.UTC).replace(second=0, microsecond=0))


@lru_cache(maxsize=4)
def _hours_in(minute: datetime.datetime) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = {}
    for name in _zones():
        found.setdefault(hour_of_week(minute.astimezone(zoneinfo.ZoneInfo(name))), []).append(name)
    return {hour: tuple(names) for hour, names in found.items()}


@lru_cache(maxsize=1)
def _zones() -> tuple[str, ...]:
    return tuple(sorted(zoneinfo.available_timezones()))
