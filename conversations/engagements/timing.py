"""When a text or call may leave: calling hours and best call times of each contact's own day (product.md §10, §11)."""

from __future__ import annotations

import datetime
import zoneinfo
from collections import defaultdict
from collections.abc import Collection
from functools import lru_cache

from conversations.models import CallableHour
from conversations.zones import zones_of

from .models import Engagement

WEEK = 168  # hours


def holds(engagement: Engagement) -> bool:
    """Whether anybody may be held: nobody is where it goes at any hour."""
    return engagement.from_hour is not None or engagement.when == Engagement.When.BEST


def held_until(
    engagement: Engagement, contact_ids: Collection[int], now: datetime.datetime, *, best: bool = True
) -> dict[int, datetime.datetime]:
    """Contact id -> when it may be sent to, of those who must wait at the moment `now`.

    By the contact's time zone, else the account's. Each at its best call time where the engagement says so, unless
    `best` is off: who was held until then needs calling hours only. One query, two for best times; none where nobody
    is held.
    """
    if not holds(engagement) or not contact_ids:
        return {}
    zones = zones_of(contact_ids)
    by_best = best and engagement.when == Engagement.When.BEST
    hours = _callable_hours(contact_ids) if by_best else {}
    found: dict[int, datetime.datetime] = {}
    of_zone: dict[str, datetime.datetime | None] = {}
    for pk in contact_ids:
        name = zones.get(pk) or engagement.account.time_zone
        if pk in hours:
            until = _next_best(now, name, hours[pk], engagement.from_hour, engagement.to_hour)
        else:
            if name not in of_zone:
                of_zone[name] = next_hour(now, name, engagement.from_hour, engagement.to_hour)
            until = of_zone[name]
        if until:
            found[pk] = until
    return found


def next_hour(
    now: datetime.datetime, zone: str, from_hour: int | None, to_hour: int | None
) -> datetime.datetime | None:
    """When the clock of `zone` next stands between the two full hours; None where it does now, or at any hour."""
    if from_hour is None or to_hour is None:
        return None
    local = now.astimezone(_zone(zone))
    if from_hour <= local.hour < to_hour:
        return None
    day = local.date() if local.hour < from_hour else local.date() + datetime.timedelta(days=1)
    return datetime.datetime.combine(day, datetime.time(from_hour), _zone(zone)).astimezone(datetime.UTC)


def _next_best(
    now: datetime.datetime, zone: str, hours: set[int], from_hour: int | None, to_hour: int | None
) -> datetime.datetime | None:
    """The next hour of the week that is a good one and a calling hour; without such a one, the next calling hour."""
    local = now.astimezone(_zone(zone))
    wanted = {hour for hour in hours if from_hour is None or to_hour is None or from_hour <= hour % 24 < to_hour}
    if not wanted:
        return next_hour(now, zone, from_hour, to_hour)
    this = local.weekday() * 24 + local.hour
    ahead = min((hour - this) % WEEK for hour in wanted)
    if not ahead:
        return None
    weekday, hour = divmod((this + ahead) % WEEK, 24)
    day = local.date() + datetime.timedelta(days=(weekday - local.weekday()) % 7)
    until = datetime.datetime.combine(day, datetime.time(hour), _zone(zone)).astimezone(datetime.UTC)
    return until if until > now else until + datetime.timedelta(days=7)


def _callable_hours(contact_ids: Collection[int]) -> dict[int, set[int]]:
    """Contact id -> hours of the week that lie in its best or preferred windows. One query."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = CallableHour.objects.filter(contact__any_of=list(contact_ids)).values_list("contact", "hour")
    for pk, hour in rows.iterator(chunk_size=10_000):
        found[pk].add(hour)
    return found


@lru_cache(maxsize=1000)
def _zone(name: str) -> zoneinfo.ZoneInfo:
    return zoneinfo.ZoneInfo(name)
