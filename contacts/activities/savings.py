"""What one saved, out of the edit history: a context of one's own is a saving, its events tell of which contacts.

Bulk actions and what calls and messages made are no savings of one's own (`units`; decision 23).
"""

from __future__ import annotations

import datetime
import uuid
from itertools import chain
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import JSONObject
from pghistory.models import Context

from contacts import policy, removed
from contacts.histories.logs import LOGS, SHARING, Log, Reader, of_words_open_to
from contacts.histories.names import Names
from contacts.histories.reading import Event, event_of, numbered
from contacts.models import Contact, UndoStep
from contacts_project.accounts.models import User

from .deeds import deed_of, removal_of
from .places import SAVINGS, Place, behind, walk
from .telling import TELLERS, Deed, Entry, Unit
from .things import THINGS, entries_of

MOST_EVENTS = 60  # told of one saving and log; a form saves fewer
MOST_ENTRIES = 5  # told of one saving
BY_HAND = ("page", "admin")  # where one does things oneself; the index own_savings holds these only
NOT_OWN = ("bulk", "party")  # marks of what is told as one, and of what a call or message made
# What stands on a contact itself; blocks are told by their steps, which cover addresses too.
TOLD = ("contact", "phones", "emails", "addresses", "websites", "other_fields", "tags", "links", "notes", "access")


def savings_of(user: User, place: Place | None, since: datetime.datetime) -> list[Unit]:
    """One's own savings behind `place` that changed something one sees.

    Seven queries for a batch of candidates and one for each kind of thing; two where nothing is told of them here.
    """
    contexts = _contexts(user, since)

    def fetch(place: Place | None, number: int) -> list[Context]:
        return list(contexts.filter(behind(place, SAVINGS))[:number])

    return walk(place, fetch, lambda found: _told(user, _with_events(user, found)), _place)


def _contexts(user: User, since: datetime.datetime) -> QuerySet[Context]:
    """Newest first, in the order of the index own_savings."""
    steps = UndoStep.objects.filter(context=OuterRef("pk"), user=user, action__in=TELLERS)
    found = Context.objects.alias(by=KT("metadata__user"), way=KT("metadata__source"))
    found = found.filter(~Exists(steps), by=str(user.pk), way__in=BY_HAND, created_at__gte=since)
    return found.exclude(metadata__has_any_keys=NOT_OWN).order_by("-created_at", "-pk")


def _with_events(user: User, contexts: list[Context]) -> list[Context]:
    """Those with anything to tell, each with its events as `log_<name>` and `thing_<name>`. Two queries.

    First which ones: calls and messages are savings, too, and many more than what stands here.
    """
    ids = [context.pk for context in contexts]
    models = [*(LOGS[name].model for name in TOLD), *(thing.model for thing in THINGS.values())]
    events: list[Any] = [model.pgh_event_model.objects.order_by() for model in models]  # type: ignore[attr-defined]
    first, *others = (found.filter(pgh_context__any_of=ids).values_list("pgh_context") for found in events)
    touched = [pk for (pk,) in first.union(*others)]
    if not touched:
        return []
    logs = {f"log_{name}": _events_in(LOGS[name], user) for name in TOLD}
    things = {f"thing_{name}": thing.in_saving for name, thing in THINGS.items()}
    found = Context.objects.filter(pk__any_of=touched).annotate(**logs, **things)
    return list(found.order_by("-created_at", "-pk"))


def _events_in(log: Log, user: User) -> ArraySubquery:
    events = of_words_open_to(user, log.events) if log.name == "notes" else log.events
    facts = JSONObject(pk=F("pgh_id"), obj=F("pgh_obj_id"), label=F("pgh_label"), row=log.row, was=log.before)
    rows = events.filter(pgh_context=OuterRef("pk")).order_by("pgh_id")
    return ArraySubquery(rows.values(event=facts)[:MOST_EVENTS])


def _place(context: Context) -> Place:
    return Place(context.created_at, SAVINGS, context.pk.int)


def _told(user: User, contexts: list[Context]) -> list[Unit]:
    """Units of those contexts of which something can be told: who is not seen any more leaves nothing."""
    touched = {context.pk: _touched(context) for context in contexts}
    ids = {pk for events in touched.values() for pk in events}
    readers = _readers(user, ids)
    links = removed.removed_by(user, ids - set(readers))
    events = {
        (context.pk, pk): _events(context, found, readers[pk])
        for context in contexts
        for pk, found in touched[context.pk].items()
        if pk in readers
    }
    names = Names(next(iter(readers.values())), chain.from_iterable(events.values())) if readers else None
    entries = entries_of(user, contexts)
    for context in contexts:
        for pk in touched[context.pk]:
            found = events.get((context.pk, pk))
            deed = deed_of(found, names.of(readers[pk]), context.metadata) if names and found else None
            deed = deed or _removal(pk, touched[context.pk][pk], links)
            if deed:
                entries.setdefault(context.pk, []).append(Entry(context.created_at, deed, contact=pk))
    return [Unit(_place(one), _cut(entries[one.pk])) for one in contexts if one.pk in entries]


def _cut(entries: list[Entry]) -> list[Entry]:
    """At most a few and that there was more: of what is no bulk action and touched many all the same."""
    more = [Entry(entries[0].at, Deed("Changed further ones in the same step", icon="dots"))]
    return entries[:MOST_ENTRIES] + (more if len(entries) > MOST_ENTRIES else [])


def _removal(pk: int, events: list[tuple[str, dict[str, Any]]], links: dict[tuple[int, int], Any]) -> Deed | None:
    """What a hidden contact leaves to the Admin Operator who removed it and finds it under Removed."""
    ended = (event["row"]["department_id"] for log, event in events if log == "links" and event["row"]["ended_at"])
    return next((removal_of(links[pk, one]) for one in ended if (pk, one) in links), None)


def _touched(context: Context) -> dict[int, list[tuple[str, dict[str, Any]]]]:
    """Contact id -> (name of the log, event) of this saving."""
    found: dict[int, list[tuple[str, dict[str, Any]]]] = {}
    for name in TOLD:
        for event in getattr(context, f"log_{name}"):
            found.setdefault(event["row"]["contact_of_event"], []).append((name, event))
    return found


def _readers(user: User, ids: set[int]) -> dict[int, Reader]:
    """Of the contacts that `user` sees: each with what he or she may do there. Two queries."""
    if not ids:
        return {}
    seen: dict[int, Contact] = {one.pk: one for one in policy.visible_to(user).filter(pk__any_of=sorted(ids))}
    acts = policy.actions_by_contact(user, ((pk, one.kind, one.archived) for pk, one in seen.items()))
    return {pk: Reader(user, one, frozenset(acts[pk])) for pk, one in seen.items()}


def _events(context: Context, found: list[tuple[str, dict[str, Any]]], reader: Reader) -> list[Event]:
    """Events of one contact that the reader may know of now: of grants only who may grant (product.md §12)."""
    numbers = {log.name: number for number, log in enumerate(numbered())}
    how = context.metadata
    known = (one for one in found if one[0] != "access" or reader.actions & SHARING)
    return [
        event_of(
            reader,
            (context.created_at, numbers[log], e["pk"], context.pk, e["obj"], e["label"], how, e["row"], e["was"]),
        )
        for log, e in known
    ]


def offer_undo(user: User, units: list[Unit]) -> None:
    """Put the Undo of the steps that were remembered with these savings on their entries. One query."""
    savings = {uuid.UUID(int=unit.place.pk): unit for unit in units if unit.place.stream == SAVINGS}
    if not savings:
        return
    steps = UndoStep.objects.filter(user=user, context__any_of=list(savings)).defer("data").order_by("created_at")
    for step in steps:
        entries = savings[step.context].entries  # type: ignore[index]  # it is one of them
        about = step.about.get("contact")
        next((entry for entry in entries if entry.contact == about), entries[0]).offer(step)
