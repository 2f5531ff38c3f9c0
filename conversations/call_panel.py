"""What a record shows of its best call times: windows with their evidence, and the grid of the week (product.md §11).

Of the calls it tells how many were answered by hour, rounded down in all; no number, agent or content.
"""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone

from contacts.templatetags.contacts import clock, zone_city
from contacts_project.accounts.models import User

from . import call_windows as weeks
from .call_times import Week
from .call_windows import DAY, Window

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MARKS = tuple((hour_text, 3) for hour_text in ("12 am", "3", "6", "9", "12 pm", "3", "6", "9"))


@dataclass(frozen=True)
class Line:
    """One window: "Tuesday, 10 to 11 am", "6 of 7 answered", and the same hours on the reader's clock ("" if equal)."""

    words: str
    evidence: str
    yours: str = ""
    is_preferred: bool = False


@dataclass(frozen=True)
class Cell:
    """One hour of the grid; `text` is empty where nobody called."""

    level: int
    top: int = 0
    is_now: bool = False
    text: str = ""
    title: str = ""


@dataclass(frozen=True)
class Panel:
    """`zone` is where the contact is: "San Francisco, UTC-8"; `total` "50+", "" below five calls."""

    lines: list[Line]
    rows: list[tuple[str, list[Cell]]] = field(default_factory=list)
    zone: str = ""
    total: str = ""
    now: str = ""
    is_callable: bool = False


def panel_of(week: Week, reader: User, now: datetime.datetime | None = None) -> Panel:
    """No query."""
    now = now or timezone.now()
    lines = lines_of(week, reader, now)
    if not week.zone:
        return Panel(lines)
    local = now.astimezone(zoneinfo.ZoneInfo(week.zone))
    total = weeks.rounded_down(week.total)
    rows = _grid(week, weeks.hour_of_week(local)) if total else []
    words = f"{DAYS[local.weekday()]} {clock(local)}"
    return Panel(lines, rows, f"{zone_city(week.zone)}, {offset_in_words(local)}", total, words, week.is_callable(now))


def lines_of(week: Week, reader: User, now: datetime.datetime) -> list[Line]:
    """The preferred window first, then the best ones."""
    found = []
    if week.preference:
        windows = week.preferred
        tried = sum(week.attempts[hour] for window in windows for hour in window.hours)
        reached = sum(week.answered[hour] for window in windows for hour in window.hours)
        evidence = f"{reached} of {tried} answered" if tried and weeks.rounded_down(week.total) else ""
        found.append(Line(preferred_in_words(windows), evidence, on_clock_of(reader, windows[0], week.zone, now), True))
    found += [
        Line(
            window_in_words(window),
            f"{window.answered} of {window.attempts} answered",
            on_clock_of(reader, window, week.zone, now),
        )
        for window in week.windows
    ]
    return found


def preferred_in_words(windows: list[Window]) -> str:
    """ "Monday, Wednesday and Friday, 9 to 11 am"."""
    first = windows[0]
    return f"{days_in_words([window.start // DAY for window in windows])}, {_hours(first.start, first.length)}"


def window_in_words(window: Window) -> str:
    """ "Tuesday, 10 to 11 am"; "Sunday, 11 pm to Monday, 1 am"; "Any time"."""
    if window.length >= weeks.WEEK:
        return "Any time"
    end = (window.start + window.length - 1) % weeks.WEEK
    day, last = window.start // DAY, end // DAY
    if day == last and window.length <= DAY:
        return f"{DAYS[day]}, {_hours(window.start, window.length)}"
    return f"{DAYS[day]}, {hour_in_words(window.start % DAY)} to {DAYS[last]}, {hour_in_words(end % DAY + 1)}"


def days_in_words(days: Iterable[int]) -> str:
    """ "Monday to Friday", "Monday and Thursday"."""
    chosen = sorted(set(days))
    if len(chosen) == 7:
        return "Every day"
    if len(chosen) > 2 and chosen[-1] - chosen[0] == len(chosen) - 1:
        return f"{DAYS[chosen[0]]} to {DAYS[chosen[-1]]}"
    names = [DAYS[day] for day in chosen]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def hour_in_words(hour: int) -> str:
    """0 and 24 are "12 am", 12 is "12 pm", 13 "1 pm"."""
    return f"{hour % 12 or 12} {'am' if hour % DAY < 12 else 'pm'}"


def _hours(start: int, length: int) -> str:
    begin = datetime.datetime(2000, 1, 3, start % DAY)
    return span_in_words(begin, begin + datetime.timedelta(hours=length))


def span_in_words(start: datetime.datetime, end: datetime.datetime) -> str:
    """ "10 to 11 am", "11 am to 1 pm", "7:30 to 8:30 pm"."""
    first, last = (clock(moment).replace(":00", "") for moment in (start, end))
    return f"{first[:-3] if first[-2:] == last[-2:] else first} to {last}"


def on_clock_of(reader: User, window: Window, zone: str, now: datetime.datetime) -> str:
    """ "1 to 2 pm for you", this week; "" where the reader's clock shows the same, or the window has no end."""
    here, there = reader.zone, zoneinfo.ZoneInfo(zone)
    local = now.astimezone(there)
    monday = local.date() - datetime.timedelta(days=local.weekday())
    midnight = datetime.datetime.combine(monday, datetime.time(), there)
    start = midnight + datetime.timedelta(hours=window.start)
    end = start + datetime.timedelta(hours=window.length)
    mine, until = start.astimezone(here), end.astimezone(here)
    if mine.utcoffset() == start.utcoffset() or window.length >= DAY:
        return ""
    days = (mine.date() - start.date()).days
    shift = {-1: ", the day before", 1: ", the day after"}.get(days, "")
    return f"{span_in_words(mine, until)} for you{shift}"


def offset_in_words(moment: datetime.datetime) -> str:
    """ "UTC-8" with a true minus, "UTC+5:30", "UTC"."""
    minutes = round((moment.utcoffset() or datetime.timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "\u2212"
    return "UTC" if not minutes else f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


def _grid(week: Week, now: int) -> list[tuple[str, list[Cell]]]:
    tops = {hour: rank for rank, window in enumerate(week.windows, 1) for hour in window.hours}
    return [
        (name[:3], [_cell(week, day * DAY + hour, tops, now) for hour in range(DAY)]) for day, name in enumerate(DAYS)
    ]


def _cell(week: Week, hour: int, tops: dict[int, int], now: int) -> Cell:
    tried, reached = week.attempts[hour], week.answered[hour]
    text = f"{reached} of {tried}" if tried else ""
    title = f"{DAYS[hour // DAY][:3]} {hour_in_words(hour % DAY)}, {text} answered" if tried else ""
    return Cell(weeks.heat(reached, tried), tops.get(hour, 0), hour == now, text, title)
