"""Which posted values are changes, and which collide with what somebody saved meanwhile (contract.md, `version`).

Pure: compares what was posted with the state it was made from (`before`) and the state now, and says what to write.
A value that the post does not change is left as it is now; one that only the post changes is written; one that both
changed to different values is a conflict. Tags are sets and merge without conflict.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .states import ROW_KINDS, RowKind, State, Values

NEW = 0  # stands for a row that has no id yet
GONE = object()  # a removed row, as one side of a conflict


@dataclass
class RowChange:
    """One posted row: its place in the form, its id (None: new), the columns that were posted, and what is asked of it.

    `primary`: True marks it, False takes the mark away, None says nothing. `current` brings a former row back.
    """

    index: int
    pk: int | None
    values: Values
    delete: bool = False
    current: bool = False
    primary: bool | None = None


@dataclass
class Changes:
    """Everything one post says: attributes by name, rows by kind, tags (names); what is absent stays unchanged."""

    version: int | None = None
    attributes: Values = field(default_factory=dict)
    rows: dict[str, list[RowChange]] = field(default_factory=dict)
    tags: list[str] | None = None


@dataclass(frozen=True)
class Conflict:
    """A field that both changed. `key` is its name in the form; a row's own key ("phones-1") stands for all of it."""

    key: str
    kind: str
    column: str
    mine: Any
    theirs: Any
    before: Any


@dataclass
class RowPlan:
    """What to write for one kind of row, by id; `primary` is the posted row that becomes the primary one.

    `indexes` gives each id its place in the form; `marked` counts the rows that were newly marked as primary.
    """

    added: list[RowChange] = field(default_factory=list)
    updated: dict[int, Values] = field(default_factory=dict)
    removed: list[int] = field(default_factory=list)
    revived: list[int] = field(default_factory=list)
    primary: RowChange | None = None
    unmarked: bool = False
    marked: list[RowChange] = field(default_factory=list)
    indexes: dict[int, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.added or self.updated or self.removed or self.revived or self.primary or self.unmarked)


@dataclass
class Plan:
    """What one saving writes, what it collides with, and posted rows that do not exist (by their form key)."""

    attributes: Values = field(default_factory=dict)
    rows: dict[str, RowPlan] = field(default_factory=dict)
    tags_added: list[str] = field(default_factory=list)
    tags_removed: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.attributes or any(self.rows.values()) or self.tags_added or self.tags_removed)


def merge(changes: Changes, before: State, now: State) -> Plan:
    """Split a post into what is written and what collides."""
    plan = Plan()
    for name, value in changes.attributes.items():
        verdict = _verdict(value, before.attributes[name], now.attributes[name])
        if verdict == "write":
            plan.attributes[name] = value
        elif verdict == "conflict":
            plan.conflicts.append(Conflict(name, "", name, value, now.attributes[name], before.attributes[name]))
    for name, rows in changes.rows.items():
        plan.rows[name] = _merge_rows(ROW_KINDS[name], rows, before, now, plan)
    if changes.tags is not None:
        posted = {name.lower(): name for name in changes.tags}
        plan.tags_added = [name for key, name in posted.items() if key not in before.tags and key not in now.tags]
        plan.tags_removed = [now.tags[key] for key in before.tags if key not in posted and key in now.tags]
    return plan


def _verdict(mine: Any, before: Any, now: Any) -> str:
    if mine in (before, now):
        return "leave"
    return "write" if now == before else "conflict"


def _merge_rows(kind: RowKind, rows: list[RowChange], before: State, now: State, plan: Plan) -> RowPlan:
    rowplan = RowPlan()
    for change in rows:
        key = f"{kind.name}-{change.index}"
        if change.pk is None:
            if not change.delete:
                rowplan.added.append(change)
            continue
        was, is_now = before.rows[kind.name].get(change.pk), now.rows[kind.name].get(change.pk)
        if was is None and is_now is None:
            plan.missing.append(key)
            continue
        rowplan.indexes[change.pk] = change.index
        _merge_row(kind, key, change, was or is_now or {}, is_now, rowplan, plan)
    _merge_primary(kind, rows, before, now, rowplan, plan)
    return rowplan


def _merge_row(
    kind: RowKind, key: str, change: RowChange, was: Values, now: Values | None, rowplan: RowPlan, plan: Plan
) -> None:
    assert change.pk is not None
    gone = now is None or bool(now.get("former_at") and not was.get("former_at"))
    edits = {column: value for column, value in change.values.items() if value != was.get(column)}
    if change.delete:
        if gone:
            return
        assert now is not None
        if any(now[column] != was.get(column) for column in kind.columns):
            plan.conflicts.append(Conflict(f"{key}-DELETE", kind.name, "", GONE, now, was))
        elif not now.get("former_at"):
            rowplan.removed.append(change.pk)
    elif gone and edits and not change.current:
        plan.conflicts.append(Conflict(key, kind.name, "", {**was, **edits}, GONE, was))
    elif now is not None:
        if change.current and now.get("former_at"):
            rowplan.revived.append(change.pk)
        for column, value in edits.items():
            verdict = _verdict(value, was.get(column), now[column])
            if verdict == "write":
                rowplan.updated.setdefault(change.pk, {})[column] = value
            elif verdict == "conflict":
                plan.conflicts.append(
                    Conflict(f"{key}-{column}", kind.name, column, value, now[column], was.get(column))
                )


def _merge_primary(
    kind: RowKind, rows: list[RowChange], before: State, now: State, rowplan: RowPlan, plan: Plan
) -> None:
    """The mark of the primary row is one field of the whole list: it moves, and a newly marked row wins."""
    if not kind.reachable:
        return
    was, is_now = before.primary(kind.name), now.primary(kind.name)
    marked = [row for row in rows if row.primary and not row.delete and (row.pk is None or row.pk != was)]
    rowplan.marked = marked
    if marked:
        wanted = marked[-1]
        if is_now not in (was, wanted.pk):
            held, old = now.rows[kind.name].get(is_now or NEW), before.rows[kind.name].get(was or NEW)
            mine = wanted.values if wanted.pk is None else {**now.rows[kind.name].get(wanted.pk, {}), **wanted.values}
            key = f"{kind.name}-{wanted.index}-is_primary"
            plan.conflicts.append(Conflict(key, kind.name, "is_primary", mine, held, old))
        elif is_now != wanted.pk or wanted.pk is None:
            rowplan.primary = wanted
    elif was is not None and is_now == was and any(row.pk == was and row.primary is False for row in rows):
        rowplan.unmarked = True
