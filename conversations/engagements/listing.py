"""All engagements that somebody sees, newest first, a page at a time, with their results in short (product.md §10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.http import QueryDict

from contacts import list_policy
from contacts_project.accounts.models import User
from conversations import paging
from conversations import policy as channel_policy
from conversations.models import Channel
from conversations.paging import Place
from conversations.reaching import own_address

from . import policy, statuses
from .models import Engagement, Recipient, Review
from .results_page import ICONS

Status, Kind = Engagement.Status, Engagement.Kind
LONGEST_SEARCH = 100
MOST_COUNTED = 10_000  # of one state of one engagement: what is more is written 10,000+
MOST_NAMED = 3  # lists
LOOKS = {
    Status.DRAFT: "", Status.REVIEW: "is-warn", Status.SCHEDULED: "is-info", Status.SENDING: "is-info",
    Status.PAUSED: "is-warn", Status.DONE: "is-ok", Status.CANCELLED: "",
}  # fmt: skip
COUNTED: dict[str, frozenset[str]] = {
    "waiting": statuses.OPEN,
    "arrived": statuses.ARRIVED,
    "failed": statuses.FAILURES,
    "unknown": frozenset({Recipient.Status.UNKNOWN}),
    "skipped": frozenset({Recipient.Status.SKIPPED}),
}


@dataclass(frozen=True)
class Filters:
    """What the address asks for: statuses, kinds, words of the name. Anything else is ignored."""

    q: str = ""
    statuses: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    after: str = ""

    @classmethod
    def read(cls, data: QueryDict) -> Filters:
        return cls(
            q=" ".join(data.get("q", "").replace("\x00", "").split())[:LONGEST_SEARCH],
            statuses=tuple(one for one in dict.fromkeys(data.getlist("status")) if one in Status.values),
            kinds=tuple(one for one in dict.fromkeys(data.getlist("kind")) if one in Kind.values),
            after=data.get("after", ""),
        )

    @property
    def is_filtered(self) -> bool:
        return bool(self.q or self.statuses or self.kinds)

    def query(self, **changed: Any) -> str:
        """The query string of this state, with these values instead; "after" is never kept."""
        values = {"q": self.q, "status": self.statuses, "kind": self.kinds, **changed}
        return urlencode([(name, one) for name, given in values.items()
                          for one in ([given] if isinstance(given, str) else given) if one])  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One line of the page. `line` is "" where the reader does not see the line; `counts` has the keys of COUNTED."""

    engagement: Engagement
    line: str
    lists: tuple[str, ...]
    counts: dict[str, int]
    look: str
    icon: str

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def finished(self) -> int:
        """Of the bar: how many are not open any more."""
        return self.total - self.counts["waiting"]


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    after: str


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Menu:
    """A filter: `cleared` is the query string without it."""

    name: str
    label: str
    choices: list[Choice]
    cleared: str

    @property
    def chosen(self) -> list[Choice]:
        return [one for one in self.choices if one.chosen]


def page_of(user: User, filters: Filters) -> Page:
    """One page of what `user` sees. Five queries, whatever stands on it."""
    rows = _filtered(policy.visible_to(user), filters)
    behind = paging.behind(paging.decode(filters.after), 0, at="created_at", pk="pk")
    rows = rows.filter(behind).select_related("channel__department", "channel__account", "author")
    found = list(rows.order_by("-created_at", "-pk")[: paging.PAGE + 1])
    after = Place(found[paging.PAGE - 1].created_at, 0, found[paging.PAGE - 1].pk).encode() \
        if len(found) > paging.PAGE else ""  # fmt: skip
    return Page(rows_of(user, found[: paging.PAGE]), after)


def rows_of(user: User, engagements: list[Engagement]) -> list[Row]:
    """These as lines of a page for `user`. Three queries."""
    ids = [one.pk for one in engagements]
    lines = _lines_seen(user, [one.channel for one in engagements if one.channel])
    lists, counts = _lists_seen(user, ids), counts_of(ids)
    return [
        Row(
            engagement=one, line=lines.get(one.channel_id or 0, ""), lists=lists.get(one.pk, ()), counts=counts[one.pk],
            look=LOOKS[Status(one.status)], icon=ICONS[one.kind],
        )
        for one in engagements
    ]  # fmt: skip


def waiting_for(user: User) -> list[Engagement]:
    """What waits for this reader's review, the oldest first; without what he or she wrote or handed in.

    One query, or none."""
    if not (user.is_compliance_admin and user.account and user.account.compliance_required):
        return []
    own = Review.objects.filter(engagement=OuterRef("pk"), answer="", asked_by=user)
    rows = policy.engagements_with(user, "review").filter(~Exists(own), status=Status.REVIEW).exclude(author=user)
    return list(rows.select_related("author").order_by("updated_at", "pk")[: paging.PAGE])


def menus(filters: Filters) -> list[Menu]:
    """The filters of the page."""
    states = [Choice(value, label, value in filters.statuses) for value, label in Status.choices]
    kinds = [Choice(value, label, value in filters.kinds) for value, label in Kind.choices]
    return [
        Menu("status", "Status", states, filters.query(status="")),
        Menu("kind", "Kind", kinds, filters.query(kind="")),
    ]


def _filtered(rows: QuerySet[Engagement], filters: Filters) -> QuerySet[Engagement]:
    if filters.q:
        rows = rows.filter(name__icontains=filters.q)
    if filters.statuses:
        rows = rows.filter(status__in=filters.statuses)
    return rows.filter(kind__in=filters.kinds) if filters.kinds else rows


def _lines_seen(user: User, channels: list[Channel]) -> dict[int, str]:
    """Id -> label and address of the lines among these that the reader may know of. One query."""
    by_id = {one.pk: one for one in channels}
    seen = channel_policy.visible_to(user).filter(pk__in=by_id).values_list("pk", flat=True)
    return {pk: own_address(by_id[pk]) for pk in seen} if by_id else {}


def _lists_seen(user: User, ids: list[int]) -> dict[int, tuple[str, ...]]:
    """Engagement id -> names of the lists that it goes to and the reader sees. One query."""
    seen = list_policy.visible_to(user).order_by().values("pk")
    rows = Engagement.lists.through.objects.filter(engagement__in=ids, is_left_out=False, list__in=seen)
    found: dict[int, tuple[str, ...]] = {}
    for pk, name in rows.order_by("list__name", "pk").values_list("engagement", "list__name"):
        found[pk] = (*found.get(pk, ()), name)
    return found


def counts_of(ids: list[int]) -> dict[int, dict[str, int]]:
    """Engagement id -> how many recipients stand in each state of COUNTED, counting no further than MOST_COUNTED.

    One query over ranges of recipient_by_status: an engagement of 100,000 does not make the page slow.
    """
    found = {pk: dict.fromkeys(COUNTED, 0) for pk in ids}
    if not ids:
        return found
    names, states = zip(*((name, state) for name, group in COUNTED.items() for state in sorted(group)), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT e.id, s.name, sum(counted.n)::int
              FROM unnest(%s::bigint[]) e(id)
             CROSS JOIN unnest(%s::text[], %s::text[]) s(name, status)
             CROSS JOIN LATERAL (
                   SELECT count(*) AS n FROM (
                          SELECT FROM engagements_recipient r
                           WHERE r.engagement_id = e.id AND r.status = s.status LIMIT %s) found) counted
             GROUP BY 1, 2
            """,
            [ids, list(names), list(states), MOST_COUNTED],
        )
        for pk, name, number in cursor.fetchall():
            found[pk][name] = number
    return found
