"""The page of lists: which ones, in order, and what stands in each line, for one viewer (product.md §10)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Lower

from contacts_project.accounts import grants
from contacts_project.accounts.grants import Level
from contacts_project.accounts.models import User

from . import list_facts, list_policy
from .list_facts import LastUse
from .lookups import RowComparison
from .models import List, ListUserObjectPermission
from .paging import COUNT_CAP
from .searching import folded

PAGE = 50
# Each count ends at the cap, so that a page of large lists costs what a page of small ones does; index-only.
COUNTS = """
    SELECT wanted, people, gone, CASE WHEN people < %(cap)s THEN people - gone ELSE
           (SELECT count(*) FROM (SELECT FROM contacts_listitem i
                                   WHERE i.list_id = wanted AND i.is_subscribed LIMIT %(cap)s) s) END
      FROM unnest(%(ids)s::bigint[]) AS l(wanted),
           LATERAL (SELECT count(*) AS people FROM (SELECT FROM contacts_listitem i
                     WHERE i.list_id = wanted LIMIT %(cap)s) p) p,
           LATERAL (SELECT count(*) AS gone FROM (SELECT FROM contacts_listitem i
                     WHERE i.list_id = wanted AND NOT i.is_subscribed LIMIT %(cap)s) g) g"""


@dataclass(frozen=True)
class Counts:
    """People on a list, and how many of them are subscribed and not; each counted up to COUNT_CAP."""

    people: int = 0
    unsubscribed: int = 0
    subscribed: int = 0


@dataclass(frozen=True)
class ListRow:
    """One list as a line of the page, for one viewer."""

    found: List
    counts: Counts
    level: Level
    actions: frozenset[str]
    last: LastUse | None

    @property
    def subscribed_too(self) -> bool:
        return self.counts.people == self.counts.subscribed


@dataclass(frozen=True)
class ListsPage:
    """`after` is the id for the next page, None at the end; `total` is counted up to COUNT_CAP."""

    rows: list[ListRow]
    total: int
    after: int | None


def lists_page(user: User, *, q: str = "", view: str = "", archived: bool = False, after: int | str = "") -> ListsPage:
    """Lists that `user` may read, by name: those whose name holds `q`; `view` is "mine", "shared" or "" for all.

    Six queries at most, whatever the numbers.
    """
    rows = _chosen(user, q, view, archived)
    total = rows[:COUNT_CAP].count()
    ordered = (_behind(rows, after) if after else rows).order_by(Lower("name"), "pk").select_related("owner")
    found = list(ordered[: PAGE + 1])
    return ListsPage(rows_of(user, found[:PAGE]), total, found[PAGE - 1].pk if len(found) > PAGE else None)


def _chosen(user: User, q: str, view: str, archived: bool) -> QuerySet[List]:
    rows = list_policy.visible_to(user).filter(archived_at__isnull=not archived)
    if view:
        rows = rows.filter(owner=user) if view == "mine" else rows.exclude(owner=user)
    words: Any = folded(Value(q.strip()))
    return rows.alias(words=folded(F("name"))).filter(words__contains=words) if q.strip() else rows


def _behind(rows: QuerySet[List], after: int | str) -> QuerySet[List]:
    """Rows behind that list; all of them where it is not among them (any more)."""
    last = rows.filter(pk=after).values_list(Lower("name"), "pk").first()
    return rows.filter(RowComparison([Lower("name"), F("pk")], ">", list(last))) if last else rows


def rows_of(user: User, found: list[List]) -> list[ListRow]:
    """Lines of these lists, which `user` may read. Three queries at most, none without lists."""
    if not found:
        return []
    ids = [one.pk for one in found]
    lines = grants.lines(ListUserObjectPermission, user=user, content_object__in=ids)
    counts, last = counts_of(ids), list_facts.last_uses(user, ids)
    rows = []
    for one in found:
        line = lines.get((one.pk, user.pk))
        if line:  # else the access has ended between the two queries
            actions = list_policy.actions_at(line.level, archived=one.archived_at is not None)
            rows.append(ListRow(one, counts[one.pk], line.level, actions, last.get(one.pk)))
    return rows


def counts_of(ids: Collection[int]) -> dict[int, Counts]:
    """List id -> its counts. One query; index list_item_place."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, {"ids": list(ids), "cap": COUNT_CAP})
        return {pk: Counts(people, gone, subscribed) for pk, people, gone, subscribed in cursor.fetchall()}
