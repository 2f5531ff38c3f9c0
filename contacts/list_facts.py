"""What a list was last used for, as far as one viewer may know: a column of the page of lists.

Engagements know; they stand higher and register themselves here (`register`). Nothing is stored on the list: it would
tell of engagements that the viewer does not see.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from contacts_project.accounts.models import User


@dataclass(frozen=True)
class LastUse:
    """The latest engagement with the list: when it began to be sent, its kind in a word ("Text"), and its page."""

    at: datetime.datetime
    what: str
    url: str


class Source(Protocol):
    """Who knows. Lists (ids) must be visible to the user; only what the user may see is told of."""

    def last_uses(self, user: User, ids: Collection[int]) -> dict[int, LastUse]:
        """List id -> the latest, lists without any left out. One query."""
        ...


_sources: list[Source] = []


def register(source: Source) -> None:
    """Called once, when the app that knows is ready."""
    _sources[:] = [source]


def last_uses(user: User, ids: Collection[int]) -> dict[int, LastUse]:
    """List id -> its latest engagement that `user` may see. No query without lists."""
    return _sources[0].last_uses(user, ids) if _sources and ids else {}
