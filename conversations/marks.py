"""Marks on entries: what higher apps say of messages and calls, such as the engagement that they belong to.

Higher apps register in their apps.py. A mark stands wherever its entry does: in threads, on a contact's Conversations
tab, in a department's activity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from contacts_project.accounts.models import User

from .models import Interaction

Direction, Type = Interaction.Direction, Interaction.Type
MARKED = frozenset({Type.CALL, Type.SMS, Type.MMS, Type.EMAIL})


@dataclass(frozen=True)
class Mark:
    """`text` names what the entry belongs to; `url` leads there, "" for a reader who may not open it."""

    text: str
    url: str = ""


# (reader, ids of interactions that he or she reads) -> id -> its mark. A number of queries that does not grow.
Marker = Callable[[User, list[int]], dict[int, Mark]]
MARKERS: list[Marker] = []


def register(marker: Marker) -> None:
    """Add a marker, once."""
    if marker not in MARKERS:
        MARKERS.append(marker)


def marks_of(user: User, interactions: Iterable[Interaction]) -> dict[int, Mark]:
    """The marks of these readable interactions. One query for each marker, none where nothing went out."""
    ids = [
        row.pk for row in interactions
        if row.direction == Direction.OUT and row.type in MARKED and not row.is_by_hand
    ]  # fmt: skip
    found: dict[int, Mark] = {}
    if ids:
        for marker in MARKERS:
            found |= marker(user, ids)
    return found
