"""Pages of what happened, newest first, by keysets: a deep page costs what the first one does."""

from __future__ import annotations

from django.db.models import Q

from contacts import keysets
from contacts.keysets import LATEST, PAGE, Place, walk
from contacts.lookups import RowComparison

__all__ = ["PAGE", "Place", "behind", "decode", "walk"]

LONGEST = 60  # characters of a key


def decode(text: str) -> Place | None:
    """The place that `after=` names; None for what is no key: then the first page is shown."""
    place = keysets.decode(text, longest=LONGEST)
    return place if place and place.pk <= LATEST else None


def behind(place: Place | None, stream: int, *, at: str, pk: str) -> Q | RowComparison:
    """True of rows of this stream that come after `place`; `at` and `pk` name the columns."""
    if place is None:
        return Q()
    if stream == place.stream:
        return RowComparison([at, pk], "<", [place.at, place.pk])
    return Q(**{f"{at}__lt" if stream < place.stream else f"{at}__lte": place.at})
