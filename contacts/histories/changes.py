"""What one saving did to each row: its events drawn together, so that a row changed twice is one change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .logs import Log
from .reading import Event, Row

UNSEEN = {"label_of_event", "contact_of_event"}  # of a row's JSON, not of the row


@dataclass(frozen=True)
class Change:
    """A row before and after; `old` is None where it was added, `new` where it was removed."""

    log: Log
    obj: int
    old: Row | None
    new: Row | None
    events: tuple[Event, ...]  # the first one first

    @property
    def refs(self) -> tuple[str, ...]:
        return tuple(event.ref for event in self.events)

    @property
    def row(self) -> Row:
        return self.new if self.new is not None else self.old or {}

    def changed(self, *columns: str) -> bool:
        """Whether one of these columns differs; all of them do where the row was added or removed."""
        if self.old is None or self.new is None:
            return True
        return any(self.old[column] != self.new[column] for column in columns)


def changes_of(events: Iterable[Event]) -> list[Change]:
    """One change for each row that these events of one saving touched, in the order of the logs."""
    touched: dict[tuple[int, int], list[Event]] = {}
    for event in sorted(events, key=lambda event: (event.key.number, event.key.pk)):
        touched.setdefault((event.key.number, event.obj), []).append(event)
    made = (Change(all_[0].log, all_[0].obj, all_[0].old, all_[-1].new, tuple(all_)) for all_ in touched.values())
    return [change for change in made if _plain(change.old) != _plain(change.new)]


def _plain(row: Row | None) -> Row | None:
    return None if row is None else {name: value for name, value in row.items() if name not in UNSEEN}
