"""Whom of a list to call next: the people whom the user sees and may call, the best moment first (product.md §11).

On it stand those who are visible, live, have a number, are not blocked as far as the user knows, and were not reached
today as far as he or she may read. Who is hidden is left out without a trace: no count tells of more.
"""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Case, Exists, IntegerField, Min, OuterRef, QuerySet, Value, When
from django.db.models.functions import Cast

from contacts import callable as call_hours
from contacts import policy
from contacts.blocking import blocked_rows
from contacts.models import ContactPhone, List, ListItem
from contacts_project.accounts.models import User
from conversations.call_panel import hour_in_words
from conversations.call_times import RATE
from conversations.call_windows import WEEK, hour_of_week
from conversations.models import CallableHour, InteractionContact
from conversations.visibility import made_elsewhere, reads_line

MOST = 5000  # people of one list that are put in order; of a longer one those by name, and all callable now
SCALE = 10 * RATE


@dataclass(frozen=True)
class Place:
    """One person of the queue: minutes until the next good hour (0 now, None without any), and that hour in words."""

    contact_id: int
    wait: int | None = None
    when: str = ""
    passed: bool = False

    @property
    def is_callable(self) -> bool:
        return self.wait == 0


def queue_of(user: User, found: List, now: datetime.datetime, passed: Collection[int] = ()) -> list[Place]:
    """The people to call, those callable now first by rate, then by the soonest good hour, then by name.

    `passed`: ids that come at the end for today. The list must come from `list_policy`. Seven queries.
    """
    names = _people(user, found)
    left_out = _left_out(user, names, now)
    names = {pk: name for pk, name in names.items() if pk not in left_out}
    waits = _waits(names, now)
    ranked = []
    for pk, name in names.items():
        hours, rest, zone = waits.get(pk, (None, 0, ""))
        place = _place(pk, hours, zone, now, passed=pk in passed)
        ranked.append(((place.passed, place.wait is None, place.wait or 0, rest, name, pk), place))
    return [place for _, place in sorted(ranked, key=lambda one: one[0])]


def _people(user: User, found: List) -> dict[int, str]:
    """Contact id -> sort key of whom the user sees, live and with a number."""
    items = ListItem.objects.filter(list=found, archived=False)
    ids = set(items.order_by("sort_key", "contact").values_list("contact", flat=True)[:MOST])
    if len(ids) == MOST:
        ready = items.filter(contact__in=call_hours.everybody(found.account_id))
        ids.update(ready.order_by().values_list("contact", flat=True)[:MOST])
    current = ContactPhone.objects.filter(contact=OuterRef("pk"), former_at__isnull=True)
    rows = policy.visible_to(user).filter(Exists(current), pk__any_of=sorted(ids), archived=False)
    return dict(rows.order_by().values_list("pk", "sort_key"))


def _left_out(user: User, ids: Collection[int], now: datetime.datetime) -> set[int]:
    """Who is blocked, and who was reached today by a call that the user may read."""
    midnight = now.astimezone(user.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    readable = reads_line(user, "interaction__") | made_elsewhere("interaction__")
    reached = InteractionContact.objects.filter(
        readable, contact__any_of=list(ids), is_current=True, call=1, at__gte=midnight
    )
    return blocked_rows(user, ids) | set(reached.order_by().values_list("contact", flat=True))


def _waits(ids: Collection[int], now: datetime.datetime) -> dict[int, tuple[int, int, str]]:
    """Contact id -> (hours until the next good hour begins, what is left to sort by there, zone)."""
    rows = CallableHour.objects.filter(contact__any_of=list(ids)).order_by()
    zones = list(rows.values_list("zone", flat=True).distinct())
    if not zones:
        return {}
    present = Case(
        *(When(zone=zone, then=Value(hour_of_week(now.astimezone(zoneinfo.ZoneInfo(zone))))) for zone in zones),
        output_field=IntegerField(),
    )
    wait = (Cast("hour", IntegerField()) + WEEK - present) % WEEK
    likely = Value(RATE + 1) - Cast("rate", IntegerField())
    rest = Case(When(rank=0, then=Value(0)), default=likely, output_field=IntegerField())
    soonest: QuerySet = rows.values("contact", "zone").annotate(soonest=Min(wait * SCALE + rest))
    return {pk: (*divmod(best, SCALE), zone) for pk, zone, best in soonest.values_list("contact", "zone", "soonest")}


def _place(pk: int, hours: int | None, zone: str, now: datetime.datetime, *, passed: bool) -> Place:
    if hours is None:
        return Place(pk, passed=passed)
    if not hours:
        return Place(pk, 0, passed=passed)
    local = now.astimezone(zoneinfo.ZoneInfo(zone))
    start = local.replace(minute=0, second=0, microsecond=0) + datetime.timedelta(hours=hours)
    words = f"{start:%a} {hour_in_words(start.hour)} there"
    return Place(pk, hours * 60 - local.minute, words, passed)
