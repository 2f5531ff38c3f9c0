"""Whom it is a good hour to call now: the filter `callable=1`, the chip of lines and of a record (product.md §11).

Conversations know; they stand higher and register themselves here (`register`). Best call times are the one aggregate
that crosses lines, so the answer is the same for everybody who sees the contact: visibility is the caller's to ask.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Protocol

from django.db.models import QuerySet

from .models import Contact


class Source(Protocol):
    """Who knows."""

    def among(self, ids: Collection[int]) -> set[int]:
        """Those of these contact ids that are in a good window now. One query."""
        ...

    def hours_of(self, contact_id: int) -> QuerySet:
        """For a subquery: what says when one contact is in a good window, for `is_now`."""
        ...

    def is_now(self, hours: list[Any]) -> bool:
        """Whether these (of `hours_of`) are now. No query."""
        ...

    def everybody(self, account_id: int) -> QuerySet:
        """Plain ids of the contacts of an account that are in one: a subquery, or one query when read."""
        ...


_sources: list[Source] = []


def register(source: Source) -> None:
    """Called once, when the app that knows is ready."""
    _sources[:] = [source]


def among(ids: Collection[int]) -> set[int]:
    return _sources[0].among(ids) if _sources and ids else set()


def hours_of(contact_id: int) -> QuerySet:
    return _sources[0].hours_of(contact_id) if _sources else Contact.objects.none().values_list("pk", flat=True)


def is_now(hours: list[Any] | None) -> bool:
    return bool(hours and _sources[0].is_now(hours))


def everybody(account_id: int) -> QuerySet:
    return _sources[0].everybody(account_id) if _sources else Contact.objects.none().values_list("pk", flat=True)
