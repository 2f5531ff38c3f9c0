"""The two menus above the edit history: whose changes, and of what."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import IntegerField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.http import QueryDict
from pghistory.models import Context

from contacts_project.accounts.models import User

from .logs import Reader, readable

MOST_PEOPLE = 200


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class HistoryFilter:
    """What is chosen (`field` a log's name, `by` a user's id; unknown values are ignored) and what could be."""

    field: str
    by: int | None
    fields: list[Choice]
    people: list[Choice]

    @property
    def query(self) -> str:
        """The query string of what is chosen, "" for nothing."""
        chosen = {"by": self.by, "field": self.field}
        return urlencode({name: value for name, value in chosen.items() if value})


def read_filter(reader: Reader, data: QueryDict) -> HistoryFilter:
    """Out of ?by= and ?field=; only what the reader may know of is offered. One query."""
    logs = [log for _, log, _ in readable(reader)]
    field = data.get("field", "")
    fields = [Choice(log.name, log.title, log.name == field) for log in logs]
    people = _people(reader)
    wanted = data.get("by", "")
    by = next((person.pk for person in people if str(person.pk) == wanted), None)
    me = reader.user
    names = [Choice(str(one.pk), "You" if one == me else one.get_full_name(), one.pk == by) for one in people]
    return HistoryFilter(field if field in {log.name for log in logs} else "", by, fields, names)


def _people(reader: Reader) -> list[User]:
    """Who made a change that the reader may know of; by name, oneself first."""
    parts = [events.filter(pgh_context__isnull=False).values("pgh_context") for _, _, events in readable(reader)]
    contexts = parts[0].union(*parts[1:])
    users = Context.objects.filter(pk__in=contexts, metadata__user__isnull=False)
    ids = users.annotate(who=Cast(KT("metadata__user"), IntegerField())).values("who")
    people = User.objects.filter(account=reader.contact.account_id, pk__in=ids).order_by("name", "pk")[:MOST_PEOPLE]
    return sorted(people, key=lambda person: person != reader.user)
