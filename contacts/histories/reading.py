"""Reading events: the keys of a page in one UNION ALL over all tables, then the rows of these keys in another.

Newest first by (moment, table, event id). `pgh_created_at` is the start of a transaction, so one saving shares it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet, Value
from django.utils.dateparse import parse_datetime

from .logs import LOGS, Log, Reader, Row, readable

MOST = 400  # events read for one page
LARGEST_ID = 2**31 - 1  # of an event, in every table
COLUMNS = (
    "pgh_created_at", "log_number", "pgh_id", "pgh_context_id", "pgh_obj_id", "pgh_label", "how", "row_now",
    "row_before",
)  # fmt: skip


def numbered() -> list[Log]:
    """The logs by their numbers."""
    return list(LOGS.values())


class Key(NamedTuple):
    """Where an event stands in the order, and the context in which it was recorded."""

    at: datetime.datetime
    number: int
    pk: int
    context: Any

    @property
    def saving(self) -> tuple[Any, datetime.datetime]:
        """What the events of one saving share: the context and the transaction (of which it is the start)."""
        return self.context, self.at

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.number}~{self.pk}"


@dataclass(frozen=True)
class Event:
    """One recorded change. `old` is None for what was added, `new` for what was removed."""

    log: Log
    key: Key
    obj: int
    label: str
    context: Row
    old: Row | None
    new: Row | None

    @property
    def ref(self) -> str:
        """How a form names it: "phones:119"."""
        return f"{self.log.name}:{self.key.pk}"

    @property
    def row(self) -> Row:
        return self.new if self.new is not None else self.old or {}

    def changed(self, column: str) -> bool:
        return (self.old or {}).get(column) != (self.new or {}).get(column)


def read_position(text: str) -> Key | None:
    """The key named by ?after=; None for anything else."""
    at, _, rest = text.partition("~")
    number, _, pk = rest.partition("~")
    try:
        moment = parse_datetime(at)
    except ValueError:
        return None
    if moment is None or moment.tzinfo is None or not (_is_id(number) and _is_id(pk)) or int(number) >= len(LOGS):
        return None
    return Key(moment, int(number), int(pk), None)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 10 and int(text) <= LARGEST_ID


def keys_of(
    reader: Reader, *, after: Key | None = None, names: tuple[str, ...] = (), by: int | None = None, limit: int = MOST
) -> list[Key]:
    """Keys of readable events, newest first; `names` of logs, `by` a user's id. One query.

    Where logs are named, events that say nothing are left out; else they stand in the same saving as what they go with.
    """
    parts = []
    for number, log, events in readable(reader, names):
        if names:
            events = log.telling(events)
        if after:
            events = events.filter(_older(after, number))
        if by is not None:
            events = events.filter(pgh_context__metadata__user=by)
        parts.append(_keys(events, number).order_by("-pgh_created_at", "-pgh_id")[:limit])
    return _joined(parts, limit)


def keys_of_saving(reader: Reader, context: Any, at: datetime.datetime | None = None) -> list[Key]:
    """Keys of what was changed of this contact in one context, in the transaction of that start or all. One query."""
    same = Q(pgh_context=context) if context else Q(pgh_context__isnull=True)
    if at:
        same &= Q(pgh_created_at=at)
    return _joined([_keys(events.filter(same), number) for number, _, events in readable(reader)], None)


def _keys(events: QuerySet, number: int) -> QuerySet:
    return events.annotate(log_number=Value(number)).values_list(
        "pgh_created_at", "log_number", "pgh_id", "pgh_context_id"
    )


NEWEST_FIRST = ("-pgh_created_at", "-log_number", "-pgh_id")


def _joined(parts: list[QuerySet], limit: int | None) -> list[Key]:
    """The parts as one list; each has its own order and limit already where there is one."""
    if len(parts) < 2:
        rows: Any = (part if limit else part.order_by(*NEWEST_FIRST) for part in parts)
        return [Key(*row) for part in rows for row in part]
    together = parts[0].union(*parts[1:], all=True).order_by(*NEWEST_FIRST)
    return [Key(*row) for row in (together[:limit] if limit else together)]


def _older(than: Key, number: int) -> Q:
    """True of events of this table behind `than`."""
    earlier = Q(pgh_created_at__lt=than.at)
    if number == than.number:
        return earlier | Q(pgh_created_at=than.at, pgh_id__lt=than.pk)
    return Q(pgh_created_at__lte=than.at) if number < than.number else earlier


def events_of(reader: Reader, keys: Iterable[tuple[int, int]]) -> list[Event]:
    """The readable events of these (number of the log, event id), newest first; others are left out. One query."""
    wanted: dict[int, list[int]] = {}
    for number, pk in keys:
        wanted.setdefault(number, []).append(pk)
    if not wanted:
        return []
    parts = []
    for number, log, events in readable(reader, tuple(numbered()[number].name for number in wanted)):
        rows = events.filter(pgh_id__any_of=wanted[number])
        rows = rows.annotate(
            log_number=Value(number), row_now=log.row, row_before=log.before, how=F("pgh_context__metadata")
        )
        parts.append(rows.values_list(*COLUMNS))
    if not parts:
        return []
    found = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    return [event_of(reader, row) for row in found.order_by(*NEWEST_FIRST)]


def event_of(reader: Reader, values: tuple) -> Event:
    """Out of the values of COLUMNS; what stood before only where the reader may know of it."""
    at, number, pk, context, obj, label, how, row, was = values
    log = numbered()[number]
    is_known = was is not None and log.may_know(reader, was)
    old = was if is_known else None
    if label == "delete":
        old, row = row, None
    return Event(log, Key(at, number, pk, context), obj, label, how or {}, old, row)
