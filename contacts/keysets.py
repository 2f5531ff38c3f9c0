"""Pages of what happened, newest first, out of several streams: where an entry stands, and walking one stream.

A deep page costs what the first one does: each stream is read from the place at which the last page ended.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

PAGE = 50
MOST = 1000  # rows asked about at once
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
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


def decode(text: str, *, longest: int) -> Place | None:
    """The place that `after=` names, of at most so many characters; None for what is no key."""
    parts = text.split(".")
    if len(text) > longest or len(parts) != 3 or not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    micros, stream, pk = map(int, parts)
    if micros > LATEST:
        return None
    return Place(EPOCH + datetime.timedelta(microseconds=micros), stream, pk)


def walk(
    place: Place | None,
    fetch: Callable[[Place | None, int], list[Row]],
    keep: Callable[[list[Row]], list[Kept]],
    place_of: Callable[[Row], Place],
    *,
    first: int = PAGE + 1,
) -> list[Kept]:
    """What `keep` lets through of the rows after `place`, one more than a page where there are so many: the candidates
    in order, from an index, and of each batch what the reader may see. One query that does both would first find all
    that is visible.

    `fetch(place, number)` reads candidates, `first` of them and then more and more, so that much that is hidden costs
    few queries. It goes on until the page is full: where a page ends must not depend on what is hidden.
    """
    found: list[Kept] = []
    number = first
    while len(found) <= PAGE:
        rows = fetch(place, number)
        found += keep(rows) if rows else []
        if len(rows) < number:
            break
        place, number = place_of(rows[-1]), min(4 * number, MOST)
    return found[: PAGE + 1]
