"""The collection by last contact: those with any, the latest first; then those without, by name (product.md §4).

Few contacts (NARROW) are read and put in order. For more the activity is walked, newest first, and each batch asked
which of its contacts are in the selection (design/architecture.md §4): the first page costs what the last one does.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from contacts_project.accounts.models import User

from . import last_contacts, policy
from .paging import (
    BATCHES,
    NARROW,
    PAGE,
    Key,
    Order,
    Page,
    Selection,
    fit,
    fitting,
    lanes_for,
    page_for,
    page_of_keys,
    streams,
)

MARK = "!"  # begins the keys of contacts with a last contact; no sort key does
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
MICROSECOND = datetime.timedelta(microseconds=1)
LATEST = 2**53  # microseconds: year 2255


def page_by(user: User, selection: Selection, order: Order, *, after: Key | None = None, size: int = PAGE) -> Page:
    """`paging.page_for` in any order, this one too."""
    if order.by != "last":
        return page_for(user, selection, order, after=after, size=size)
    return page_of_keys(keys_by_last(user, selection, after, size + 1), size)


def keys_by_last(user: User, selection: Selection, after: Key | None, number: int) -> list[Key]:
    """The next keys of this order, at most `number`. A constant number of queries for few contacts, else a few for
    each batch that is walked."""
    if not policy.holds_anything(user):
        return []
    keys = _all_of_few(user, selection)
    if keys is not None:
        return _of_few(user, keys, after, number)
    found: list[Key] = []
    with_last = after is None or after[0].startswith(MARK)
    if with_last:
        for keys in _walked(user, selection, after):
            found += keys
            if len(found) >= number:
                return found[:number]
    for keys in _without(user, selection, None if with_last else after):
        found += keys
        if len(found) >= number:
            break
    return found[:number]


def _key(at: datetime.datetime, pk: int) -> Key:
    return f"{MARK}{(at - EPOCH) // MICROSECOND}", pk


def _order(key: Key) -> tuple[int, int]:
    """The time and the id of a key with MARK; what is no time is the earliest."""
    text = key[0].removeprefix(MARK)
    return (min(int(text), LATEST) if text.isascii() and text.isdecimal() and len(text) < 20 else 0), key[1]


def _all_of_few(user: User, selection: Selection) -> list[Key] | None:
    """All keys of the selection by name; None where there are more than NARROW."""
    if selection.fits is None:
        keys = list(streams(user, selection, limit=NARROW + 1))
        return keys if len(keys) <= NARROW else None
    found: list[Key] = []
    for keys in fitting(user, selection, Order()):
        found += keys
        if len(found) > NARROW:
            return None
    return found


def _of_few(user: User, keys: list[Key], after: Key | None, number: int) -> list[Key]:
    times = last_contacts.times(user, [pk for _, pk in keys])
    dated = sorted((_key(at, pk) for pk, at in times.items()), key=_order, reverse=True)
    others = [key for key in keys if key[1] not in times]
    if after is None:
        return (dated + others)[:number]
    if after[0].startswith(MARK):
        return ([key for key in dated if _order(key) < _order(after)] + others)[:number]
    return [key for key in others if key > after][:number]


def _walked(user: User, selection: Selection, after: Key | None) -> Iterator[list[Key]]:
    """Those with a last contact behind `after`, in lists as they are found."""
    lanes = lanes_for(user, selection)
    until = EPOCH + _order(after)[0] * MICROSECOND if after else None
    size = BATCHES[0]
    while True:
        rows = last_contacts.newest(user, until, size)
        is_end = len(rows) < size
        floor = None if is_end else rows[-1][1]
        # What has the time of the last row may go on behind it: it belongs to the next batch.
        kept = [row for row in rows if floor is None or row[1] > floor]
        if kept:
            keys = _those_whose_last(user, selection, dict(reversed(kept)), lanes)
            yield [key for key in keys if after is None or _order(key) < _order(after)]
        if is_end:
            return
        until, size = floor, min(4 * size, BATCHES[-1]) if kept else 4 * size


def _those_whose_last(
    user: User, selection: Selection, latest: dict[int, datetime.datetime], lanes: policy.Lanes
) -> list[Key]:
    """Of these contacts (id -> its latest in this batch) the ones in the selection that had nothing later."""
    keys = list(streams(user, selection, among=list(latest), limit=None, lanes=lanes))
    if selection.fits is not None:
        keys = fit(keys, selection.fits)
    times = last_contacts.times(user, [pk for _, pk in keys])
    return sorted((_key(at, pk) for pk, at in times.items() if at == latest[pk]), key=_order, reverse=True)


def _without(user: User, selection: Selection, after: Key | None) -> Iterator[list[Key]]:
    """Those without any behind `after`, by name, in lists as they are found."""
    for keys in _by_name(user, selection, after):
        times = last_contacts.times(user, [pk for _, pk in keys])
        yield [key for key in keys if key[1] not in times]


def _by_name(user: User, selection: Selection, after: Key | None) -> Iterator[list[Key]]:
    if selection.fits is not None:
        yield from fitting(user, selection, Order(), after=after)
        return
    lanes = lanes_for(user, selection)
    while keys := list(streams(user, selection, after=after, limit=BATCHES[1], lanes=lanes)):
        yield keys
        after = keys[-1]
