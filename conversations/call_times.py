"""When people answer: counts the calls with a contact and keeps what "callable now" asks (product.md §11, decision 21).

Counted are calls of the whole account: the one aggregate that crosses lines. It holds no number, agent or content.
Triggers mark the kept row stale; it is counted anew when somebody reads it, and by a job each minute for the rest.
"""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import DataError, connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone

from contacts.models import Contact, ContactPhone

from . import call_windows as weeks
from .call_windows import WEEK, Window
from .models import CallableHour, CallPreference, CallTimes, InteractionContact
from .zones import zones_of

BATCH = 200
RATE = 1000  # rates are kept in thousandths

# One range of the index interaction_contact_calls for each contact. Weeks begin on Monday, the epoch on a Thursday.
COUNT = """
SELECT asked.contact,
       mod(floor(date_part('epoch', calls.at AT TIME ZONE asked.zone) / 3600)::bigint + 72, 168) AS hour,
       count(*), sum(calls.call)
  FROM unnest(%s::bigint[], %s::text[]) AS asked(contact, zone)
  JOIN conversations_interactioncontact calls
    ON calls.contact_id = asked.contact AND calls.is_current AND calls.call IS NOT NULL
 GROUP BY 1, 2
"""


@dataclass
class Week:
    """The calls with one contact by hour of the week in its zone, and the window set by hand."""

    zone: str
    attempts: list[int] = field(default_factory=lambda: [0] * WEEK)
    answered: list[int] = field(default_factory=lambda: [0] * WEEK)
    preference: CallPreference | None = None

    @cached_property
    def total(self) -> int:
        return sum(self.attempts)

    @cached_property
    def windows(self) -> list[Window]:
        return weeks.best_windows(self.attempts, self.answered)

    @property
    def preferred(self) -> list[Window]:
        one = self.preference
        return weeks.windows_of_days(one.days, one.from_hour, one.to_hour) if one else []

    def hours(self) -> dict[int, tuple[int, int]]:
        """Hour of the week -> (rank, rate in thousandths) of all hours in a good window."""
        found: dict[int, tuple[int, int]] = {}
        for window in self.preferred:
            found |= dict.fromkeys(window.hours, (0, RATE))
        for rank, window in enumerate(self.windows, 1):
            for hour in window.hours:
                found.setdefault(hour, (rank, round(window.rate * RATE)))
        return found

    def is_callable(self, now: datetime.datetime) -> bool:
        hours = self.hours()
        return bool(hours) and weeks.hour_of_week(now.astimezone(zoneinfo.ZoneInfo(self.zone))) in hours


def count(zones: dict[int, str]) -> dict[int, Week]:
    """Contact id -> its week in the zone that is given. One query, 10,000 calls in about 10 ms."""
    found = {pk: Week(zone) for pk, zone in zones.items()}
    for pk, hour, attempts, answered in _counted(zones) if zones else ():
        found[pk].attempts[hour] += attempts
        found[pk].answered[hour] += answered
    return found


def _counted(zones: dict[int, str]) -> Iterable[tuple[int, int, int, int]]:
    """(contact, hour, attempts, answered), an hour once or more often."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(COUNT, [list(zones), list(zones.values())])
            return cursor.fetchall()
    except DataError:  # the database knows fewer zones than we do: our own clocks tell the hours
        rows = InteractionContact.objects.filter(contact__any_of=list(zones), is_current=True, call__isnull=False)
        places = {pk: zoneinfo.ZoneInfo(zone) for pk, zone in zones.items()}
        return [
            (pk, weeks.hour_of_week(at.astimezone(places[pk])), 1, answered or 0)
            for pk, at, answered in rows.order_by().values_list("contact", "at", "call")
        ]


def week_of(contact: Contact) -> Week:
    """For a contact fetched through `policy`. One query; some more where its calls are counted anew."""
    preference = CallPreference.objects.filter(contact=contact.pk).values_list(
        JSONObject(days="days", from_hour="from_hour", to_hour="to_hour"), flat=True
    )
    row = CallTimes.objects.annotate(preference=Subquery(preference)).filter(contact=contact.pk).first()
    if row is None:  # a trigger makes it with the first call, `mark_stale` with the window set by hand
        return Week("")
    if row.stale:
        return recount([contact.pk])[contact.pk]
    week = Week(row.zone, preference=CallPreference(**row.preference) if row.preference else None)
    if row.attempts:
        week.attempts, week.answered = row.attempts, row.answered
    return week


def recount(ids: Collection[int]) -> dict[int, Week]:
    """Count the calls with these contacts and keep the result: the week and its good hours, in one transaction.

    A row that somebody else holds (a call is being written) is counted for the answer only, and stays stale.
    """
    with transaction.atomic():
        rows = (
            CallTimes.objects.select_for_update(skip_locked=True).filter(contact__any_of=list(ids)).order_by("contact")
        )
        held = {row.pk: row for row in rows}
        preferences = {one.pk: one for one in CallPreference.objects.filter(contact__any_of=list(ids))}
        found = count(_zones(ids))
        for pk, week in found.items():
            week.preference = preferences.get(pk)
        _keep({pk: (row, found[pk]) for pk, row in held.items() if pk in found})
    return found


def _keep(counted: dict[int, tuple[CallTimes, Week]]) -> None:
    for row, week in counted.values():
        row.stale, row.zone, row.total = False, week.zone, week.total
        row.attempts, row.answered = (week.attempts, week.answered) if week.total else ([], [])
    rows = [row for row, _ in counted.values()]
    CallTimes.objects.bulk_update(rows, ["stale", "zone", "total", "attempts", "answered"], batch_size=BATCH)
    CallableHour.objects.filter(contact__any_of=list(counted)).delete()
    current = ContactPhone.objects.filter(contact=OuterRef("pk"), former_at__isnull=True)
    reachable = Contact.objects.filter(Exists(current), pk__any_of=list(counted)).order_by()
    CallableHour.objects.bulk_create(
        CallableHour(account_id=account, contact_id=pk, zone=counted[pk][1].zone, hour=hour, rank=rank, rate=rate)
        for pk, account in reachable.values_list("pk", "account_id")
        for hour, (rank, rate) in counted[pk][1].hours().items()
    )


def recount_stale(limit: int = BATCH) -> int:
    """Count anew at most `limit` of what is stale; returns how many there were. Those at work elsewhere are left."""
    stale = CallTimes.objects.filter(stale=True)
    with transaction.atomic():
        free = stale.select_for_update(skip_locked=True).order_by("contact").values_list("contact", flat=True)
        ids = list(free[:limit])
        if ids:
            recount(ids)
    return len(ids)


def mark_stale(contact_id: int) -> None:
    """What is no call has changed: the window set by hand."""
    CallTimes.objects.update_or_create(contact_id=contact_id, defaults={"stale": True})


def _zones(ids: Collection[int]) -> dict[int, str]:
    """Contact id -> its zone; the account's where it is not known."""
    zones = zones_of(ids)
    unknown = [pk for pk, zone in zones.items() if not zone]
    if unknown:
        rows = Contact.objects.filter(pk__any_of=unknown).order_by()
        zones |= dict(rows.values_list("pk", "account__time_zone"))
    return zones


def callable_now(now: datetime.datetime) -> Q:
    """True of rows of CallableHour in which it is now: pairs of hour and zone, each a probe of callable_hour_now."""
    found: Any = Q()
    for hour, zones in weeks.hours_now(now).items():
        found |= Q(hour=hour, zone__in=zones)
    return found


class CallableContacts:
    """contacts.callable.Source"""

    def among(self, ids: Collection[int]) -> set[int]:
        now = timezone.now()
        present = weeks.hours_now(now)
        rows = CallableHour.objects.filter(contact__any_of=list(ids), hour__in=list(present))
        return {pk for pk, hour, zone in rows.values_list("contact", "hour", "zone") if zone in present[hour]}

    def hours_of(self, contact_id: int) -> QuerySet:
        rows = CallableHour.objects.filter(contact=contact_id, hour__in=list(weeks.hours_now(timezone.now())))
        return rows.order_by().values_list(JSONObject(hour="hour", zone="zone"), flat=True)

    def is_now(self, hours: list[Any]) -> bool:
        present = weeks.hours_now(timezone.now())
        return any(one["zone"] in present.get(one["hour"], ()) for one in hours)

    def everybody(self, account_id: int) -> QuerySet:
        rows = CallableHour.objects.filter(callable_now(timezone.now()), account=account_id)
        return rows.order_by().values_list("contact", flat=True)
