"""What else people make and change beside contacts: lists and departments here, lines and engagements by higher apps.

Each kind says in `THINGS` which of its recorded changes are worth a line, and names the things that the reader sees.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Model, OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse
from pghistory.models import Context

from contacts import list_policy
from contacts.models import List
from contacts_project.accounts.models import User
from departments.models import Department
from departments.policy import visible_to as departments_visible_to

from .telling import Deed, Entry

MOST_EVENTS = 10  # told of one saving and kind
Row = dict[str, Any]
Seen = Callable[[User, list[int]], dict[int, tuple[str, str]]]  # (name, address) by id


@dataclass(frozen=True)
class Thing:
    """A kind of thing. `columns` are what `said` is asked about: (row before, None where it was made; row now) ->
    what was done, "" where that is no line.

    `seen` gives (name, address) of those of these ids that the user sees now, in one query.
    """

    model: type[Model]
    columns: tuple[str, ...]
    said: Callable[[Row | None, Row], str]
    seen: Seen
    icon: str

    @property
    def in_saving(self) -> ArraySubquery:
        """Of a Context: its events of this kind, each {obj, row, was}."""
        events = self.model.pgh_event_model.objects.order_by()  # type: ignore[attr-defined]
        row = JSONObject(**{column: F(column) for column in self.columns})
        earlier = events.filter(pgh_obj=OuterRef("pgh_obj"), pgh_id__lt=OuterRef("pgh_id")).order_by("-pgh_id")
        facts = JSONObject(obj=F("pgh_obj_id"), row=row, was=Subquery(earlier.values(then=row)[:1]))
        found = events.filter(pgh_context=OuterRef("pk")).exclude(pgh_label="delete").order_by("pgh_id")
        return ArraySubquery(found.values(event=facts)[:MOST_EVENTS])


THINGS: dict[str, Thing] = {}


def entries_of(user: User, contexts: Iterable[Context]) -> dict[uuid.UUID, list[Entry]]:
    """Context id -> entries about things that `user` sees. One query for each kind that was touched."""
    found: dict[uuid.UUID, list[Entry]] = {}
    for name, thing in THINGS.items():
        done = {context: _done(thing, getattr(context, f"thing_{name}")) for context in contexts}
        ids = sorted({pk for said in done.values() for pk in said})
        seen = thing.seen(user, ids) if ids else {}
        for context, said in done.items():
            for pk in said:
                if pk in seen:
                    deed = Deed(said[pk], *seen[pk], icon=thing.icon)
                    found.setdefault(context.pk, []).append(Entry(context.created_at, deed))
    return found


def _done(thing: Thing, events: list[Row]) -> dict[int, str]:
    """Id -> what this saving did to it: between what stood before its first event and after its last."""
    before: dict[int, Row | None] = {}
    after: dict[int, Row] = {}
    for event in events:
        before.setdefault(event["obj"], event["was"])
        after[event["obj"]] = event["row"]
    said = {pk: thing.said(before[pk], row) for pk, row in after.items()}
    return {pk: words for pk, words in said.items() if words}


def made_or_changed(noun: str) -> Callable[[Row | None, Row], str]:
    """Words for what is made and then changed: "Made the list", "Changed the list"."""

    def said(was: Row | None, row: Row) -> str:
        return f"Made the {noun}" if was is None else f"Changed the {noun}" if was != row else ""

    return said


def seen_lists(user: User, ids: list[int]) -> dict[int, tuple[str, str]]:
    """Name and address of those of these lists that `user` sees. One query."""
    rows = list_policy.visible_to(user).filter(pk__any_of=ids)
    return {one.pk: (one.name, reverse("contacts:list-detail", args=[one.pk])) for one in rows}


def _departments(user: User, ids: list[int]) -> dict[int, tuple[str, str]]:
    rows = departments_visible_to(user).filter(pk__any_of=ids)
    return {one.pk: (one.name, reverse("departments:department-detail", args=[one.pk])) for one in rows}


THINGS["lists"] = Thing(List, ("name", "description"), made_or_changed("list"), seen_lists, "list")
THINGS["departments"] = Thing(
    Department, ("name", "hue", "description"), made_or_changed("department"), _departments, "building"
)
