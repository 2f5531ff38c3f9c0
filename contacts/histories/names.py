"""Names behind the ids in events: people, departments, tags, and one's own imports. Two queries for a page."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast

from contacts.models import Import, Tag
from contacts_project.accounts.models import User
from departments.models import Department

from .logs import Reader
from .reading import Event

PEOPLE = {  # columns with a user's id, by log
    "contact": ("owner_id",),
    "access": ("user_id",),
}
GONE = {"departments": "A department", "tags": "A tag"}


class Names:
    """The people and things that these events name, of the reader's account; an import only where it is one's own."""

    def __init__(self, reader: Reader, events: Iterable[Event]) -> None:
        self.reader = reader
        events = list(events)
        wanted = _wanted(events)
        people = User.objects.filter(account=reader.contact.account_id, pk__in=wanted["people"])
        self.people: dict[int, User] = {user.pk: user for user in people} if wanted["people"] else {}
        self.things = _things(reader, wanted)
        self.events = events
        self.told: dict[str, Any] = {}  # what a log of a higher app has looked up for this page

    def of(self, reader: Reader) -> Names:
        """The same names for the history of another contact of the same reader. No query."""
        other = copy.copy(self)
        other.reader = reader
        return other

    def person(self, pk: int | None) -> str:
        """The name of somebody named by an event; "You" is the sentence's own matter."""
        user = self.people.get(pk or 0)
        return user.get_full_name() if user else "Somebody who is gone"

    def thing(self, kind: str, pk: int | None) -> str:
        """The name of a department, tag or own import; what was deleted keeps only its kind."""
        return self.things.get((kind, pk or 0)) or GONE.get(kind, "")


def _wanted(events: list[Event]) -> dict[str, set[int]]:
    wanted: dict[str, set[int]] = {"people": set(), "departments": set(), "tags": set(), "imports": set()}
    for event in events:
        people = [event.context.get("user"), event.context.get("suggested_by")]
        for row in filter(None, (event.old, event.new)):
            people += [row[column] for column in PEOPLE.get(event.log.name, ())]
            wanted["departments"].add(row.get("department_id") or 0)
            wanted["tags"].add(row.get("tag_id") or 0)
        wanted["people"].update(pk for pk in people if isinstance(pk, int))
        wanted["imports"].add(event.context.get("import_id") or 0)
    return {kind: ids - {0} for kind, ids in wanted.items()}


def _things(reader: Reader, wanted: dict[str, set[int]]) -> dict[tuple[str, int], str]:
    account = reader.contact.account_id
    rows: dict[str, tuple[QuerySet, str]] = {
        "departments": (Department.objects.filter(account=account), "name"),
        "tags": (Tag.objects.filter(account=account), "name"),
        "imports": (Import.objects.filter(user=reader.user), "file_name"),
    }
    parts = [
        found.filter(pk__in=wanted[kind])
        .order_by()
        .annotate(thing=Value(kind), title=Cast(F(column), CharField()))
        .values_list("thing", "pk", "title")
        for kind, (found, column) in rows.items()
        if wanted[kind]
    ]
    if not parts:
        return {}
    found = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    return {(kind, pk): title for kind, pk, title in found}
