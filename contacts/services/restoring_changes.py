"""What an edit must say so that old values and rows stand again. Pure: recorded changes beside the state now."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from contacts.histories.changes import Change
from contacts.histories.reading import Event, Row

from .merging import Changes, RowChange
from .states import ATTRIBUTES, ROW_KINDS, RowKind, State

# Logs whose changes go back by acts of their own.
MEANT = {
    "access": "Access is given and taken on the Collaborators tab.",
    "links": "A department is put back on its Removed page.",
    "blocks": "Blocks are set and lifted with Block and Unblock.",
}
HEAD = "This goes back by its own act: Unarchive, a new owner, or another photo."
TAG_IS_GONE = "This tag does not exist any more."


class Elsewhere(Exception):
    """It cannot be put back from here; the text says why, or what to do instead."""


@dataclass(frozen=True)
class Wanted:
    """Changes to take back, the columns named of each event ("" is all of them), the state now, and names of tags.

    `saving` gives what was changed together with an event.
    """

    changes: list[Change]
    columns: dict[str, set[str]]
    now: State
    tags: dict[int, str]
    saving: Callable[[Event], list[Change]]

    def names(self, change: Change, column: str) -> bool:
        """Whether this column ("": the whole row) of the change is asked for."""
        return any(column in self.columns.get(ref, ()) for ref in change.refs)


def restoring_changes(wanted: Wanted, version: int) -> Changes:
    """The edit that takes these changes back, as made from the contact's `version`. Raises Elsewhere."""
    edit = Changes(version=version, tags=_tags(wanted))
    for change in wanted.changes:
        name = change.log.name
        if name == "contact":
            edit.attributes |= _attributes(wanted, change)
        elif name in ROW_KINDS:
            rows = edit.rows.setdefault(name, [])
            for row in _row(wanted, change, ROW_KINDS[name]):
                if not any(row.primary and other.primary and row.pk == other.pk for other in rows):
                    row.index = len(rows)
                    rows.append(row)
    return edit


def _attributes(wanted: Wanted, change: Change) -> dict[str, Any]:
    old = change.old or {}
    whole = wanted.names(change, "")
    found = {
        column: _value(column, old[column])
        for column in ATTRIBUTES
        if change.changed(column) and (whole or wanted.names(change, column))
    }
    if not found:
        raise Elsewhere(HEAD)
    return found


def _value(column: str, stored: Any) -> Any:
    return datetime.date.fromisoformat(stored) if column == "birthday" and stored else stored


def _row(wanted: Wanted, change: Change, kind: RowKind) -> list[RowChange]:
    """What to post for one row, and for the row that was the primary one before."""
    rows = []
    is_mark = _is_mark(change)
    if is_mark or wanted.names(change, "is_primary"):
        rows += _primary(wanted, change, kind)
    if wanted.names(change, "") and not is_mark:
        rows += _values(wanted, change, kind)
    return rows


def _values(wanted: Wanted, change: Change, kind: RowKind) -> list[RowChange]:
    old, now = change.old, wanted.now.rows[kind.name].get(change.obj)
    if old is None or old.get("former_at"):
        is_gone = now is None or now.get("former_at")
        return [] if is_gone else [RowChange(0, change.obj, {}, delete=True)]
    if now is None and change.new is None:
        return [RowChange(0, None, {column: old[column] for column in kind.columns})]
    was_removed = change.new is None or bool(change.new.get("former_at"))
    if now is None or (now.get("former_at") and not was_removed):
        raise Elsewhere(_gone(kind))
    values = {column: old[column] for column in kind.columns if change.changed(column)}
    is_back = bool(now.get("former_at"))
    was_primary = is_back and old.get("is_primary") and wanted.now.primary(kind.name) is None
    return [RowChange(0, change.obj, values, current=is_back, primary=True if was_primary else None)]


def _gone(kind: RowKind) -> str:
    return f"This {kind.noun} has been removed since. Put that back first."


def _is_mark(change: Change) -> bool:
    """Nothing but the mark of the primary row was changed."""
    if change.old is None or change.new is None or not ROW_KINDS[change.log.name].reachable:
        return False
    others = [column for column in change.log.columns if column != "is_primary"]
    return change.changed("is_primary") and not change.changed(*others)


def _primary(wanted: Wanted, change: Change, kind: RowKind) -> list[RowChange]:
    """The mark goes back to the row that had it; where none had it, it is taken away."""
    if not kind.reachable:
        raise Elsewhere(HEAD)
    together = [one for event in change.events for one in wanted.saving(event) if one.log.name == kind.name]
    had = next((one.obj for one in [change, *together] if _has_mark(one.old)), None)
    now = wanted.now.rows[kind.name]
    if had is None:
        return [RowChange(0, change.obj, {}, primary=False)] if _has_mark(now.get(change.obj)) else []
    if had not in now or now[had].get("former_at"):
        raise Elsewhere(_gone(kind))
    return [RowChange(0, had, {}, primary=True)]


def _has_mark(row: Row | None) -> bool:
    return bool(row and row["is_primary"] and not row["former_at"])


def _tags(wanted: Wanted) -> list[str] | None:
    """All tags as they should stand; None where no tag is put back."""
    changes = [change for change in wanted.changes if change.log.name == "tags"]
    if not changes:
        return None
    tags = dict(wanted.now.tags)
    for change in changes:
        name = wanted.tags.get(change.row["tag_id"])
        if name is None:
            raise Elsewhere(TAG_IS_GONE)
        if change.new is None:
            tags[name.lower()] = name
        else:
            tags.pop(name.lower(), None)
    return list(tags.values())
