"""What happened in a department lately: calls and messages and what came of them, links that were made, ended and
brought back, and changes of its operators (product.md §8). The former from the interactions, the rest from the edit
history. Internal notes stand in their threads alone.

Starts from what the viewer may see: a contact that was removed from the department is named to its Admin Operators,
who find it under Removed, and to nobody else (product.md §2).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import prefetch_related_objects

from contacts import policy
from contacts.models import Contact, DepartmentLink
from contacts_project.accounts.models import User
from departments.models import Department, Operator

from .activity_words import Deed, deed_of
from .marks import Mark, marks_of
from .models import Interaction, InteractionContact
from .paging import PAGE, Place, behind, decode, walk
from .visibility import contacts_visible_in, interactions_visible_to
from .words import icon_of

CALLS, LINKS, OPERATORS = range(3)  # the streams
PARTY = "party"  # marks the history of what an interaction made: it stands with its call (contacts.services.parties)
EVENTS = {"at": "pgh_created_at", "pk": "pgh_id"}
NEWEST = ("-pgh_created_at", "-pgh_id")


@dataclass
class Entry:
    """One line. `what` picks its words; `by` and `person` are names ("" when unknown), `mine` says that `by` is you."""

    place: Place
    what: str
    by: str = ""
    mine: bool = False
    interaction: Interaction | None = None
    with_contacts: list[InteractionContact] = field(default_factory=list)
    contact: Contact | None = None
    person: str = ""
    is_admin: bool = False
    mark: Mark | None = None

    @property
    def deed(self) -> Deed | None:
        return deed_of(self.interaction) if self.interaction else None

    @property
    def icon(self) -> str:
        """Of an interaction."""
        return icon_of(self.interaction) if self.interaction else ""


@dataclass(frozen=True)
class Activity:
    """Entries newest first, and the key of the next page, "" on the last."""

    entries: list[Entry]
    older: str


def activity_of(user: User, department: Department, *, leads: bool, after: str = "") -> Activity:
    """A page of what happened; `user` must operate the department, `leads` says as Admin Operator. About 11 queries."""
    place = decode(after)
    calls = _calls(user, department, place)
    operators = _operators(department, place)
    entries = [*_of_calls(user, calls), *_of_operators(operators)]
    # Nearly every link stands with its call: only those that fall among the entries of this page are looked for.
    oldest = sorted(entry.place.at for entry in entries)[-PAGE - 1 :][0] if len(entries) > PAGE else None
    links = _links(user, department, leads, place, oldest)
    entries += _of_links(links)
    entries.sort(key=lambda entry: entry.place.order, reverse=True)
    shown = entries[:PAGE]
    _mark(user, shown)
    _name(user, shown, {**_actors(links, LINKS), **_actors(operators, OPERATORS)}, _people(operators))
    return Activity(shown, shown[-1].place.encode() if len(entries) > PAGE else "")


def _calls(user: User, department: Department, place: Place | None) -> list[Interaction]:
    rows = Interaction.objects.filter(department=department).exclude(type=Interaction.Type.NOTE)
    rows = rows.select_related("author").order_by("-at", "-pk")

    def fetch(place: Place | None, number: int) -> list[Interaction]:
        return list(rows.filter(behind(place, CALLS, at="at", pk="id"))[:number])

    def keep(found: list[Interaction]) -> list[Interaction]:
        asked = interactions_visible_to(user).filter(pk__any_of=[call.pk for call in found])
        seen = set(asked.values_list("pk", flat=True)) if found else set()
        return [call for call in found if call.pk in seen]

    return walk(place, fetch, keep, lambda call: Place(call.at, CALLS, call.pk))


def _links(
    user: User, department: Department, leads: bool, place: Place | None, oldest: datetime.datetime | None
) -> list[Any]:
    """Events of links that no call made, with context and contact; of contacts that the viewer sees, or finds under
    Removed."""
    events = DepartmentLink.pgh_event_model.objects.filter(department=department)  # type: ignore[attr-defined]
    if oldest:
        events = events.filter(pgh_created_at__gte=oldest)
    events = events.prefetch_related("pgh_context").order_by(*NEWEST)

    def fetch(place: Place | None, number: int) -> list[Any]:
        return list(events.filter(behind(place, LINKS, **EVENTS))[:number])

    def keep(found: list[Any]) -> list[Any]:
        own = [event for event in found if not (event.pgh_context and PARTY in event.pgh_context.metadata)]
        seen = _contacts_named(user, department, leads, {event.contact_id for event in own})
        return [event for event in own if event.contact_id in seen]

    found = walk(place, fetch, keep, lambda event: _place(event, LINKS))
    prefetch_related_objects(found, "contact__phones")
    return found


def _contacts_named(user: User, department: Department, leads: bool, contacts: set[int]) -> set[int]:
    """Which of these contacts (ids) the viewer may know: one query, two for an Admin Operator."""
    if not contacts:
        return set()
    seen = set(policy.visible_to(user).filter(pk__any_of=contacts).values_list("pk", flat=True))
    if leads:
        removed = DepartmentLink.objects.filter(department=department, ended_at__isnull=False)
        seen |= set(removed.filter(contact_id__any_of=contacts).values_list("contact", flat=True))
    return seen


def _operators(department: Department, place: Place | None) -> list[Any]:
    events = Operator.pgh_event_model.objects.filter(  # type: ignore[attr-defined]
        behind(place, OPERATORS, **EVENTS), department=department
    )
    return list(events.select_related("pgh_context").order_by(*NEWEST)[: PAGE + 1])


def _of_calls(user: User, calls: list[Interaction]) -> list[Entry]:
    contacts = contacts_visible_in(user, calls)
    return [
        Entry(
            Place(call.at, CALLS, call.pk),
            "call",
            by=call.author.get_full_name() if call.author else "",
            mine=call.author_id == user.pk,
            interaction=call,
            with_contacts=contacts.get(call.pk, []),
        )
        for call in calls
    ]


def _mark(user: User, entries: list[Entry]) -> None:
    marks = marks_of(user, [entry.interaction for entry in entries if entry.interaction])
    for entry in entries:
        entry.mark = marks.get(entry.interaction.pk) if entry.interaction else None


def _of_links(events: Iterable[Any]) -> list[Entry]:
    def what(event: Any) -> str:
        if event.pgh_label == "update":
            return "ended" if event.ended_at else "revived"
        return {"insert": "linked", "delete": "unlinked"}[event.pgh_label]

    return [Entry(_place(event, LINKS), what(event), contact=event.contact) for event in events]


def _of_operators(events: Iterable[Any]) -> list[Entry]:
    words = {"insert": "operator added", "update": "operator changed", "delete": "operator removed"}
    return [Entry(_place(event, OPERATORS), words[event.pgh_label], is_admin=event.is_admin) for event in events]


def _place(event: Any, stream: int) -> Place:
    return Place(event.pgh_created_at, stream, event.pgh_id)


def _actors(events: Iterable[Any], stream: int) -> dict[Place, int | None]:
    """Who did it, by the history's context; None for jobs and commands."""
    return {
        _place(event, stream): (event.pgh_context.metadata or {}).get("user") if event.pgh_context else None
        for event in events
    }


def _people(events: Iterable[Any]) -> dict[Place, int]:
    return {_place(event, OPERATORS): event.user_id for event in events}


def _name(user: User, entries: list[Entry], actors: dict[Place, int | None], people: dict[Place, int]) -> None:
    """Put the names of people on the entries; they are open to everybody in the account. One query."""
    wanted = {pk for pk in (*actors.values(), *people.values()) if pk}
    found = User.objects.filter(pk__in=wanted, account=user.account_id)
    names = {person.pk: person.get_full_name() for person in found}
    for entry in entries:
        if entry.place in actors:
            actor = actors[entry.place]
            entry.by, entry.mine = names.get(actor or 0, ""), actor == user.pk
        entry.person = names.get(people.get(entry.place, 0), "")
