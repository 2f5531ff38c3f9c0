"""Levels of access out of the rows of grants: a level is stored cumulatively, one row for each permission."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from contacts.models import Contact
from contacts_project.accounts import grants
from contacts_project.accounts.grants import LEVELS, Level

from .reading import Event, Row


@dataclass(frozen=True)
class Held:
    """A level, and until which day (ISO) it is held."""

    level: Level
    until: str | None

    @property
    def label(self) -> str:
        return str(self.level.label)


@dataclass(frozen=True)
class LevelChange:
    """What somebody (a user's id) held before and after; None is nothing."""

    user: int
    old: Held | None
    new: Held | None


def levels_of(events: Iterable[Event]) -> list[LevelChange]:
    """One change for each person whose rows these events of one saving touched, where it changed anything."""
    taken: dict[int, dict[int, Row]] = {}
    given: dict[int, dict[int, Row]] = {}
    for event in sorted(events, key=lambda event: event.key.pk):
        if event.old and given.get(event.old["user_id"], {}).pop(event.old["permission_id"], None) is None:
            taken.setdefault(event.old["user_id"], {}).setdefault(event.old["permission_id"], event.old)
        if event.new:
            given.setdefault(event.new["user_id"], {})[event.new["permission_id"]] = event.new
    ranks = {grants.permission_id(Contact, level): rank for rank, level in enumerate(LEVELS)}
    changes = [
        LevelChange(user, *_both(taken.get(user, {}), given.get(user, {}), ranks)) for user in {**taken, **given}
    ]
    return [change for change in changes if change.old != change.new]


def _both(taken: dict[int, Row], given: dict[int, Row], ranks: dict[int, int]) -> tuple[Held | None, Held | None]:
    """The levels before and after; a side without rows of its own is the level below the other's lowest row."""
    old, new = _highest(taken, ranks), _highest(given, ranks)
    if old is None:
        old = _below(given, ranks)
    elif new is None:
        new = _below(taken, ranks)
    return old, new


def _highest(rows: dict[int, Row], ranks: dict[int, int]) -> Held | None:
    known = [pk for pk in rows if pk in ranks]
    if not known:
        return None
    top = max(known, key=ranks.__getitem__)
    return Held(LEVELS[ranks[top]], rows[top]["until"])


def _below(rows: dict[int, Row], ranks: dict[int, int]) -> Held | None:
    """The rows of lower levels, which were not touched, have the same end."""
    known = [pk for pk in rows if pk in ranks]
    lowest = min(known, key=ranks.__getitem__, default=None)
    if lowest is None or not ranks[lowest]:
        return None
    return Held(LEVELS[ranks[lowest] - 1], rows[lowest]["until"])
