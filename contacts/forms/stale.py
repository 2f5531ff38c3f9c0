"""The page of a stale save: yours, theirs and before, one choice per field, and everything typed carried along.

The page posts again to the edit address with the new version: hidden fields for what the post changes, and for each
collision `conflict` (its key) and `choice-<key>` = mine | theirs; `take` decides all. Works without JavaScript.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from contacts.details import last_edit
from contacts.models import Contact
from contacts.services.editing import Stale
from contacts.services.merging import GONE, Conflict, RowChange
from contacts.services.states import ROW_KINDS, RowKind, Values
from contacts_project.accounts.models import User
from contacts_project.core import countries, phones

NOTHING = "Empty"
REMOVED = "Removed"
LABELS = {"is_primary": "primary", "postal_code": "postal code", "region": "state or region", "url": "address"}


@dataclass(frozen=True)
class Choice:
    """One line of the table."""

    key: str
    label: str
    mine: str
    theirs: str
    before: str


class StalePage:
    """What the template needs of one stale save."""

    def __init__(self, stale: Stale, user: User, region: str) -> None:
        self.stale, self.region = stale, region
        self.contact = stale.contact
        self.version = stale.contact.version
        self.last_edit = last_edit(stale.contact)
        self.by_me = self.last_edit is not None and self.last_edit.by == user
        self.choices = [self._choice(conflict) for conflict in stale.conflicts]
        self.hidden = list(self._hidden())
        self.kept = list(dict.fromkeys(self._kept()))

    def _choice(self, conflict: Conflict) -> Choice:
        sides = (self._text(conflict, side) for side in (conflict.mine, conflict.theirs, conflict.before))
        return Choice(conflict.key, self._label(conflict), *sides)

    def _label(self, conflict: Conflict) -> str:
        if not conflict.kind:
            return _attribute_label(conflict.column)
        kind = ROW_KINDS[conflict.kind]
        noun = kind.noun.capitalize()
        if conflict.column in ("", kind.value):
            return noun
        return f"{noun}, {LABELS.get(conflict.column, conflict.column)}"

    def _text(self, conflict: Conflict, value: Any) -> str:
        if value is GONE:
            return REMOVED
        if isinstance(value, dict):
            return self._row_text(ROW_KINDS[conflict.kind], value)
        if conflict.column == "number":
            return phones.format_national(value, self.region) if value else NOTHING
        if conflict.column == "country" and value:
            return countries.country_name(value) or value
        return NOTHING if value in (None, "") else str(value)

    def _row_text(self, kind: RowKind, row: Values) -> str:
        values = {**row}
        if values.get("number"):
            values["number"] = phones.format_national(values["number"], self.region)
        parts = [str(values[column]) for column in kind.columns if column != "label" and values.get(column)]
        return ", ".join([*parts, *([f"({values['label']})"] if values.get("label") else [])]) or NOTHING

    def _kept(self) -> Iterator[str]:
        """Labels of what only this post changes."""
        collided = {conflict.key for conflict in self.stale.conflicts}
        yield from (_attribute_label(name) for name in self.stale.plan.attributes if name not in collided)
        yield from (ROW_KINDS[name].noun.capitalize() for name, plan in self.stale.plan.rows.items() if plan)
        if self.stale.plan.tags_added or self.stale.plan.tags_removed:
            yield "Tags"

    def _hidden(self) -> Iterator[tuple[str, str]]:
        """(name, value) of everything the post changes, as the form would post it."""
        changes, before, now = self.stale.changes, self.stale.before, self.stale.now
        for name, value in changes.attributes.items():
            if value != before.attributes[name]:
                yield name, "" if value is None else str(value)
        if changes.tags is not None:
            plan = self.stale.plan
            gone = {name.lower() for name in plan.tags_removed}
            left = [name for key, name in now.tags.items() if key not in gone]
            yield "tags", ", ".join([*left, *plan.tags_added])
        for kind, rows in changes.rows.items():
            pairs = [pair for row in rows for pair in self._row_fields(ROW_KINDS[kind], row)]
            if pairs:
                yield f"{kind}-TOTAL_FORMS", str(max(row.index for row in rows) + 1)
                yield f"{kind}-INITIAL_FORMS", "0"
                yield from pairs

    def _row_fields(self, kind: RowKind, row: RowChange) -> list[tuple[str, str]]:
        key = f"{kind.name}-{row.index}"
        was = self.stale.before.rows[kind.name].get(row.pk or 0, {})
        is_now = self.stale.now.rows[kind.name].get(row.pk or 0)
        edits = {name: value for name, value in row.values.items() if row.pk is None or value != was.get(name)}
        marks = {
            "DELETE": row.delete,
            "current": row.current,
            "is_primary": row.primary and not was.get("is_primary"),
        }
        if edits and row.pk and (is_now is None or (is_now.get("former_at") and not was.get("former_at"))):
            # Mine brings the row back: a former one by its id, a deleted one as a new row.
            edits = {**{name: was.get(name, "") for name in kind.columns}, **edits}
            marks["current"] = is_now is not None
        ticked = [(f"{key}-{name}", "on") for name, on in marks.items() if on]
        if not edits and not ticked:
            return []
        pk = [(f"{key}-id", str(row.pk))] if row.pk and is_now is not None else []
        return [*pk, *((f"{key}-{name}", str(value)) for name, value in edits.items()), *ticked]


def _attribute_label(name: str) -> str:
    label = str(Contact._meta.get_field(name).verbose_name)
    return label[:1].upper() + label[1:]


def chosen(data: QueryDict) -> QueryDict:
    """A post of the page with the choices made: fields left to the other side are taken out."""
    keys = data.getlist("conflict")
    if not keys:
        return data
    left = data.copy()
    take = data.get("take", "")
    for key in keys:
        if (take or data.get(f"choice-{key}")) == "theirs":
            for name in [name for name in left if name == key or name.startswith(f"{key}-")]:
                del left[name]
    return left
