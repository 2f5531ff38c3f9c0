"""Where an entry stands among the streams of the page of one's own activity.

Ids of savings and steps are UUIDs: in a place each stands as its number, which sorts alike.
"""

from __future__ import annotations

import uuid

from django.db.models import Q

from contacts import keysets
from contacts.keysets import PAGE, Place, walk
from contacts.lookups import RowComparison

__all__ = ["BULKS", "IMPORTS", "PAGE", "SAVINGS", "STEPS", "Place", "behind", "decode", "walk"]

SAVINGS, BULKS, IMPORTS, STEPS = range(4)  # the streams
UUIDS = {SAVINGS, STEPS}
LARGEST_ID = 2**63 - 1
LONGEST = 64  # characters of a key


def decode(text: str) -> Place | None:
    """The place that `after=` names; None for what is no key: then the first page is shown."""
    place = keysets.decode(text, longest=LONGEST)
    if place is None or place.stream > STEPS:
        return None
    return place if place.pk < (2**128 if place.stream in UUIDS else LARGEST_ID) else None


def behind(place: Place | None, stream: int, *, pk: str = "pk") -> Q | RowComparison:
    """True of rows of this stream that come after `place`; `pk` names the column of their id."""
    if place is None:
        return Q()
    if stream == place.stream:
        key = uuid.UUID(int=place.pk) if stream in UUIDS else place.pk
        return RowComparison(["created_at", pk], "<", [place.at, key])
    return Q(**{f"created_at__{'lt' if stream < place.stream else 'lte'}": place.at})
