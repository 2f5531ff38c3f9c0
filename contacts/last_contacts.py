"""When somebody last had to do with a contact, as far as one viewer may see: the column and the sort (product.md §4).

Conversations know; they stand higher and register themselves here (`register`). Nothing is stored on the contact: it
would tell of lines that the viewer does not read.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from contacts_project.accounts.models import User


@dataclass(frozen=True)
class Last:
    """The latest: when, and what it was in words ("Call, 4 min")."""

    at: datetime.datetime
    what: str


class Source(Protocol):
    """Who knows. Contacts (ids) must be visible to the user; only what the user may read is told of."""

    def times(self, user: User, ids: Collection[int]) -> dict[int, datetime.datetime]:
        """Contact id -> the latest, contacts without any left out. One query."""
        ...

    def lasts(self, user: User, ids: Collection[int]) -> dict[int, Last]:
        """The same in words. One query."""
        ...

    def newest(self, user: User, until: datetime.datetime | None, number: int) -> list[tuple[int, datetime.datetime]]:
        """(contact id, time) of what the user's lines had last, newest first, at most `number`, not later than `until`.

        Candidates: whether the user sees the contact is the caller's to ask. A contact may come more than once.
        """
        ...


_sources: list[Source] = []


def register(source: Source) -> None:
    """Called once, when the app that knows is ready."""
    _sources[:] = [source]


def times(user: User, ids: Collection[int]) -> dict[int, datetime.datetime]:
    return _sources[0].times(user, ids) if _sources and ids else {}


def lasts(user: User, ids: Collection[int]) -> dict[int, Last]:
    return _sources[0].lasts(user, ids) if _sources and ids else {}


def newest(user: User, until: datetime.datetime | None, number: int) -> list[tuple[int, datetime.datetime]]:
    return _sources[0].newest(user, until, number) if _sources else []
