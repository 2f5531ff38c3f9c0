"""Pages of the contacts that a user may see, in order, at any size of the account (design/datalayer.md §2).

Every access source yields its rows from an index in the wanted order; the streams are united and cut at one page. So
the first page and the thousandth cost the same, whoever asks. What may be streamed is decided by `policy` alone.

A filter is *narrow* (at most NARROW ids: the sources are probed with them) or *broad* (the user's own stream is walked
in growing batches, and each batch tested). The walk goes on until the page is full or the stream ends: whether a page
is short must not depend on what is hidden (product.md §2, non-interference).
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from django.db.models import F, QuerySet

from contacts_project.accounts.models import User

from . import lookups, policy
from .models import Contact

PAGE = 50
NARROW = 5000
BATCHES = (100, 400, 1600, 6400)
COUNT_CAP = 10_000
NAMELESS = "~"  # the sort key of contacts without a name (SQL function sort_key)

Key = tuple[str, int]  # (sort key, contact id); for orders by id the sort key is ""


@dataclass(frozen=True)
class Order:
    """How a collection is sorted: by name, by the time of creation, which is the order of ids, or by last contact
    (`paging_last`)."""

    by: str = "name"
    descending: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return ("sort_key", "key") if self.by == "name" else ("key",)


@dataclass(frozen=True)
class Selection:
    """What of a user's contacts is asked for.

    `own`: True only those the user owns, False only what others have shared with him or her, None all. `unnamed`: True
    only callers without a name, False all others. `department`: only what the links of this department, operated by
    the user, give. `kinds`: what `fits` asks for, so that streams without such contacts need not be walked; empty means
    all. `narrow`: querysets of contact ids, each of one filter that may be narrow. `fits`: queryset of
    contacts that fulfil all filters; None when there is no filter. `lanes` are the user's own (policy.lanes_of), where
    they are known already.
    """

    archived: bool = False
    own: bool | None = None
    unnamed: bool | None = None
    department: int | None = None
    kinds: tuple[str, ...] = ()
    narrow: tuple[QuerySet, ...] = ()
    fits: QuerySet | None = None
    lanes: policy.Lanes | None = None


@dataclass(frozen=True)
class Page:
    """Contact ids of one page in order, and the key after which the next one begins (None at the end)."""

    ids: list[int]
    next: Key | None = None


def streams(
    user: User,
    selection: Selection,
    order: Order = Order(),
    *,
    after: Key | None = None,
    among: list[int] | None = None,
    limit: int | None = PAGE + 1,
    lanes: policy.Lanes | None = None,
) -> QuerySet:
    """(sort_key, key) of visible contacts in order, each once, at most `limit`. One query when read.

    `lanes` are the user's own (policy.lanes_of), where the caller has them; else one query more.
    """
    if not policy.holds_anything(user):
        return Contact.objects.none().values_list("sort_key", "pk")
    parts = [
        _after(rows, order, after).values_list("sort_key", "key").order_by()
        for rows in _ranges(user, selection, among, lanes or lanes_for(user, selection))
    ]
    if not parts:
        return Contact.objects.none().values_list("sort_key", "pk")
    if len(parts) == 1:  # no union, so nothing to cut twice
        return _cut(_ordered(parts[0], order), limit)
    if among is None:
        parts = [_cut(_ordered(rows, order), limit) for rows in parts]
    # else no order and no limit in a probe: they tempt the planner to walk the names instead of the ids
    return _cut(_ordered(parts[0].union(*parts[1:]), order), limit)


def lanes_for(user: User, selection: Selection) -> policy.Lanes:
    """The selection's own lanes, else the user's by one query."""
    return selection.lanes or policy.lanes_of(user)


def _ranges(user: User, selection: Selection, among: list[int] | None, lanes: policy.Lanes) -> list[QuerySet]:
    conditions: dict[str, object] = {"archived": selection.archived}
    if selection.unnamed is not None:
        conditions["unnamed"] = selection.unnamed
    if selection.unnamed:  # all of them stand at one place of the order
        conditions["sort_key"] = NAMELESS
    if among is not None:
        conditions["key__any_of"] = among
    return [
        rows.filter(**conditions)
        for rows in policy.ranges(
            user, lanes, own=selection.own, department=selection.department, kinds=selection.kinds
        )
    ]


def _after(rows: QuerySet, order: Order, after: Key | None) -> QuerySet:
    if after is None:
        return rows
    columns, values = (["sort_key", "key"], list(after)) if order.by == "name" else (["key"], [after[1]])
    operator = "<" if order.descending else ">"
    return rows.filter(lookups.RowComparison([F(column) for column in columns], operator, values))


def _ordered(rows: QuerySet, order: Order) -> QuerySet:
    sign = "-" if order.descending else ""
    return rows.order_by(*(sign + column for column in order.columns))


def _cut(rows: QuerySet, limit: int | None) -> QuerySet:
    return rows if limit is None else rows[:limit]


def page_for(
    user: User,
    selection: Selection,
    order: Order = Order(),
    *,
    after: Key | None = None,
    size: int = PAGE,
) -> Page:
    """One page of the selection. One query without filters, a few with them, more while walking."""
    if selection.fits is None:
        return page_of_keys(list(streams(user, selection, order, after=after, limit=size + 1)), size)
    found: list[Key] = []
    for keys in fitting(user, selection, order, after=after):
        found += keys
        if len(found) > size:
            break
    return page_of_keys(found, size)


def page_of_keys(keys: list[Key], size: int) -> Page:
    return Page([pk for _, pk in keys[:size]], keys[size - 1] if len(keys) > size else None)


def fitting(user: User, selection: Selection, order: Order, *, after: Key | None = None) -> Iterator[list[Key]]:
    """Keys of visible contacts that fulfil the filters, in order, in lists as they are found."""
    read = partial(streams, user, selection, order, lanes=lanes_for(user, selection))
    assert selection.fits is not None
    ids = _narrow_ids(selection)
    if ids is not None:
        keys = list(read(after=after, among=ids, limit=None)) if ids else []
        yield fit(keys, selection.fits) if keys else []
        return
    batches = iter(BATCHES)
    size = BATCHES[0]
    while True:
        size = next(batches, size)
        keys = list(read(after=after, limit=size))
        yield fit(keys, selection.fits) if keys else []
        if len(keys) < size:
            return
        after = keys[-1]


def _narrow_ids(selection: Selection) -> list[int] | None:
    """Contact ids of the first filter that is narrow; None when all are broad. A broad one costs NARROW ids to know."""
    for queryset in selection.narrow:
        ids = set(queryset.order_by()[: NARROW + 1])
        if len(ids) <= NARROW:
            return sorted(ids)
    return None


def fit(keys: list[Key], fits: QuerySet) -> list[Key]:
    passed = set(fits.filter(pk__any_of=[pk for _, pk in keys]).order_by().values_list("pk", flat=True))
    return [key for key in keys if key[1] in passed]


def capped_count(user: User, selection: Selection, cap: int = COUNT_CAP) -> int:
    """How many contacts the selection holds, counted up to `cap`."""
    if selection.fits is None:
        return _count_unfiltered(user, selection, cap)
    count = 0
    for keys in fitting(user, selection, Order()):
        count += len(keys)
        if count >= cap:
            return cap
    return count


def _count_unfiltered(user: User, selection: Selection, cap: int) -> int:
    """Ids alone and in no order: nothing is sorted, and the union ends at the cap (5 ms instead of 20 to 55)."""
    if not policy.holds_anything(user):
        return 0
    parts = [
        rows.order_by().values_list("key")[:cap] for rows in _ranges(user, selection, None, lanes_for(user, selection))
    ]
    if len(parts) < 2:
        return parts[0].count() if parts else 0
    return parts[0].union(*parts[1:])[:cap].count()


def all_ids(user: User, selection: Selection) -> Iterator[list[int]]:
    """All contact ids of the selection in batches, for actions on everything that matches."""
    if selection.fits is not None:
        yield from ([pk for _, pk in keys] for keys in fitting(user, selection, Order()) if keys)
        return
    after: Key | None = None
    lanes = lanes_for(user, selection)
    while keys := list(streams(user, selection, after=after, limit=BATCHES[-1], lanes=lanes)):
        yield [pk for _, pk in keys]
        if len(keys) < BATCHES[-1]:
            return
        after = keys[-1]


def encode(key: Key | None) -> str:
    """A key as `after=` of an address: "<id>.<sort key>", the second part in URL-safe base 64."""
    return "" if key is None else f"{key[1]}.{base64.urlsafe_b64encode(key[0].encode()).decode().rstrip('=')}"


def decode(text: str) -> Key | None:
    """The key of `after=`, None where it is malformed. It is a bound only: what is visible is asked of the sources."""
    number, _, code = text.partition(".")
    try:
        sort_key = base64.urlsafe_b64decode(code + "=" * (-len(code) % 4)).decode()
    except ValueError:
        return None
    if not number.isdecimal() or len(number) > 18 or "\0" in sort_key or len(sort_key) > 200:
        return None
    return sort_key, int(number)
