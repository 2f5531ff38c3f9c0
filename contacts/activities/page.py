"""A page of what somebody did: the streams merged, newest first, grouped by day."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from contacts import policy
from contacts.services.undoing import MONTH
from contacts_project.accounts.models import User

from . import savings, units
from .places import PAGE, decode
from .savings import savings_of
from .steps import steps_of
from .telling import Entry, Unit
from .units import bulks_of, imports_of

STREAMS = (savings_of, bulks_of, imports_of, steps_of)


@dataclass(frozen=True)
class Day:
    """A day in the reader's zone and what was done on it, the newest first."""

    date: datetime.date
    entries: list[Entry]


@dataclass(frozen=True)
class Activity:
    """The days of one page, and the `after=` of the next one; "" on the last."""

    days: list[Day]
    next: str


def activity_of(user: User, *, after: str = "") -> Activity:
    """A page of what `user` did in the last 30 days, as far as he or she sees it now.

    About a dozen queries, whatever the number of events; more only where much of it is hidden by now.
    """
    if not policy.holds_anything(user):
        return Activity([], "")
    place, since = decode(after), timezone.now() - MONTH
    found = [unit for stream in STREAMS for unit in stream(user, place, since)]
    found.sort(key=lambda unit: unit.place.order, reverse=True)
    shown = found[:PAGE]
    savings.offer_undo(user, shown)
    units.offer_undo(user, shown)
    return Activity(_days(shown), shown[-1].place.encode() if len(found) > PAGE else "")


def _days(found: Iterable[Unit]) -> list[Day]:
    days: dict[datetime.date, list[Entry]] = {}
    for unit in found:
        for entry in unit.entries:
            days.setdefault(timezone.localtime(entry.at).date(), []).append(entry)
    return [Day(date, entries) for date, entries in days.items()]
