"""Pages of what happened, newest first, by keysets: a deep page costs what the first one does."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Q

from contacts.lookups import RowComparison

PAGE = 50
MOST = 1000  # rows asked about at once
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
LONGEST = 60  # characters of a key
LATEST = 2**53  # microseconds: year 2255

Row = TypeVar("Row")
Kept = TypeVar("Kept")


@dataclass(frozen=True)
class Place:
    """Where an entry stands among several streams: its time, then the number of its stream, then its id."""

    at: datetime.datetime
    stream: int
    pk: int

    @property
    def order(self) -> tuple[datetime.datetime, int, int]:
        """The newest first: times and ids fall, streams rise."""
        return (self.at, -self.stream, self.pk)

    def encode(self) -> str:
        return f"{(self.at - EPOCH) // datetime.timedelta(microseconds=1)}.{self.stream}.{self.pk}"


def decode(text: str) -> Place | None:
    """The place that `after=` names; None for what is no key: then the first page is shown."""
    parts = text.split(".")
    if len(text) > LONGEST or len(parts) != 3 or not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    micros, stream, pk = map(int, parts)
    if max(micros, pk) > LATEST:
        return None
    return Place(EPOCH + datetime.timedelta(microseconds=micros), stream, pk)


def behind(place: Place | None, stream: int, *, at: str, pk: str) -> Q | RowComparison:
    """True of rows of this stream that come after `place`; `at` and `pk` name the columns."""
    if place is None:
        return Q()
    if stream == place.stream:
        return RowComparison([at, pk], "<", [place.at, place.pk])
    return Q(**{f"{at}__lt" if stream < place.stream else f"{at}__lte": place.at})


def walk(
    place: Place | None,
    fetch: Callable[[Place | None, int], list[Row]],
    keep: Callable[[list[Row]], list[Kept]],
    place_of: Callable[[Row], Place],
    *,
    first: int = PAGE + 1,
) -> list[Kept]:
    """The first rows after `place` that `keep` lets through, one more than a page: the candidates in order, from an
    index, and of each batch what the reader may see. One query that does both would first find all that is visible.

    `fetch(place, number)` reads candidates, `first` of them and then more and more, so that much that is hidden costs
    few queries.
    """
    found: list[Kept] = []
    number = first
    while len(found) <= PAGE:
        rows = fetch(place, number)
        found += keep(rows)
        if len(rows) < number:
            break
        place, number = place_of(rows[-1]), min(4 * number, MOST)
    return found[: PAGE + 1]
