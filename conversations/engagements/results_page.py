"""What an engagement's page shows of it, for one reader: its head, its numbers as shapes, its recipients' filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from contacts import list_policy
from contacts.models import List
from contacts_project.accounts.models import User
from conversations import policy as channel_policy
from conversations.models import Channel

from . import charts, reasons, statuses
from .models import Engagement, EngagementList
from .policy import REVIEWER, roles_on
from .recipients import Wanted
from .results import (
    HOURS,
    Numbers,
    adding_up,
    groups_of,
    half_came_by,
    numbers_of,
    responses_by_hour,
    responses_in_words,
    time_left,
)
from .wording import RESPONDED

Status = Engagement.Status
ICONS = {"email": "mail", "text": "message", "voice": "phone"}
SENT = frozenset({Status.SENDING, Status.PAUSED, Status.DONE, Status.CANCELLED})  # what has a ledger
TICKS = 3  # every third hour is written beneath the chart
WORDS = {  # heading, and what is counted
    "email": ("First responses by hour after sending", "responses"),
    "text": ("Replies by hour after sending", "replies"),
    "voice": ("Answered calls by hour after the start", "answered calls"),
}
ORDINALS = ("first", "second", "third")


@dataclass(frozen=True)
class Segment:
    """One choice of the filter above the recipients."""

    key: str
    label: str
    count: int
    current: bool
    query: str


def head_of(user: User, engagement: Engagement) -> dict[str, Any]:
    """What stands in the head: what may be done, from where and to whom it goes. Five queries.

    Line and lists are named to those who see them; a reviewer must know the line that he or she approves.
    """
    held = roles_on(user, engagement)
    lists, others = _lists(user, engagement)
    return {
        "engagement": engagement,
        "section": "engagements",
        "icon_name": ICONS[engagement.kind],
        "line": _line(user, engagement, is_reviewer=REVIEWER in held),
        "lists": [row for row in lists if not row.is_left_out],
        "left_out": [row for row in lists if row.is_left_out],
        "other_lists": others,
        "may_copy": bool(held - {REVIEWER}),
        "may_export": bool(user.account and user.account.export_enabled) and engagement.status in SENT,
    }


def _line(user: User, engagement: Engagement, *, is_reviewer: bool) -> Channel | None:
    channel = engagement.channel
    return channel if channel and (is_reviewer or channel_policy.can(user, "view", channel)) else None


def _lists(user: User, engagement: Engagement) -> tuple[list[EngagementList], int]:
    """The engagement's lists that `user` sees, by name, and how many others it goes to or leaves out. Two queries."""
    rows = list(engagement.with_lists.order_by("pk"))
    names: dict[int, List] = list_policy.visible_to(user).filter(pk__in=[row.list_id for row in rows]).in_bulk()
    known = [row for row in rows if row.list_id in names]
    for row in known:
        row.list = names[row.list_id]
    return sorted(known, key=lambda row: row.list.name.casefold()), len(rows) - len(known)


def progress_of(engagement: Engagement) -> dict[str, Any]:
    """Numbers, the bar, the sentence, and how long it still takes. One query."""
    numbers = numbers_of(engagement)
    on_the_way = numbers.count(statuses.ON_THE_WAY)
    return {
        "numbers": numbers,
        "bar": charts.stacked_bar([(part.group.css, part.count) for part in numbers.parts]),
        "bar_label": _bar_label(numbers),
        "sentence": adding_up(numbers),
        "responses": responses_in_words(numbers),
        "left": time_left(engagement, numbers),
        "is_live": engagement.status == Status.SENDING or (engagement.status == Status.PAUSED and bool(on_the_way)),
    }


def _bar_label(numbers: Numbers) -> str:
    parts = [f"{part.count:,} {part.group.label.lower()}" for part in numbers.parts if part.count]
    return ", ".join([*parts, f"{numbers.total:,} in all"])


def chart_of(engagement: Engagement) -> dict[str, Any]:
    """The chart of responses over time with its words and its table; {} where nobody responded yet. One query."""
    hours = responses_by_hour(engagement)
    if not any(hours):
        return {}
    title, what = WORDS[engagement.kind]
    names = [f"Hour {hour}" for hour in range(1, HOURS + 1)]
    ticks = [f"{hour} h" if hour % TICKS == 1 else "" for hour in range(1, HOURS + 1)]
    half = half_came_by(hours)
    table = [(name, people) for name, people in zip(names, hours, strict=False) if people]
    return {
        "title": title,
        "label": _chart_label(hours, what),
        "half": f"Half of all {what} came in the first {'hour' if half == 1 else f'{half} hours'}" if half else "",
        "drawn": charts.columns(hours[:HOURS], names, ticks),
        "table": [*table, (f"After {HOURS} hours", hours[HOURS])] if hours[HOURS] else table,
        "what": what,
    }


def _chart_label(hours: list[int], what: str) -> str:
    parts = [f"{people:,} in the {name} hour" for name, people in zip(ORDINALS, hours, strict=False) if people]
    later = [f"{hours[HOURS]:,} after {HOURS} hours"] if hours[HOURS] else []
    return f"{what.capitalize()} per hour: {', '.join([*parts, *later, f'{sum(hours):,} in all'])}."


def segments_of(engagement: Engagement, numbers: Numbers, wanted: Wanted) -> list[Segment]:
    """All, each delivery group and each response that somebody stands in; what people answered stands beside what
    arrived, what they objected to at the end. The counts are of everybody, so a search is not carried along."""
    labels = dict(statuses.RESPONSES)
    said = {key: (labels[column], numbers.responses.get(column, 0)) for key, column in RESPONDED.items()}
    arrived, *others = [(group.key, group.label, numbers.count(group.statuses)) for group in groups_of(engagement.kind)]
    answered = [(key, *said[key]) for key in ("replied", "clicked", "opened")]
    objected = [(key, *said[key]) for key in ("opted_out", "complained")]
    return [
        Segment("", "All", numbers.total, not wanted.status, ""),
        *(
            Segment(key, label, count, key == wanted.status, urlencode({"status": key}))
            for key, label, count in (arrived, *answered, *others, *objected)
            if count or key == wanted.status
        ),
    ]


def reasons_of(numbers: Numbers, wanted: Wanted) -> list[Segment]:
    """The reasons for which people were skipped, where the skipped are shown."""
    if wanted.status != "skipped" and not wanted.reason:
        return []
    return [
        Segment(reason, label, numbers.reasons[reason], reason == wanted.reason, query)
        for reason, label in reasons.LABELS.items()
        if reason in numbers.reasons
        for query in [_query(wanted, status="skipped", reason="" if reason == wanted.reason else reason)]
    ]


def _query(wanted: Wanted, **changes: str) -> str:
    parts = {"status": wanted.status, "reason": wanted.reason, "q": wanted.q, **changes}
    return urlencode({name: value for name, value in parts.items() if value})


def query_of(wanted: Wanted) -> str:
    """The query string of what is asked for."""
    return _query(wanted)
