"""Corrections of the interaction history, as the edit history of a contact tells them (product.md §2b and §12).

A line is shown to those who may read that interaction now, also where it was removed meanwhile. What was recorded
without a correction (a call that ends, a message that is delivered) is no edit and stands in the thread alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from contacts import policy
from contacts.histories.changes import Change
from contacts.histories.lines import Line, add_log, cut
from contacts.histories.logs import Log, Reader, Row, everything
from contacts.histories.names import Names
from contacts.templatetags.contacts import NAMELESS

from .models import Interaction, InteractionContact
from .outcomes import label_of
from .services.correcting import MARK
from .visibility import interactions_visible_to

ENTRIES, PEOPLE = "interactions", "interaction_people"
ROW = ("type", "direction", "at", "outcome", "body", "removed_at")


@dataclass(frozen=True)
class _Entries(Log):
    """Outcome, note and removal of what is with this contact now."""

    def of(self, reader: Reader) -> QuerySet:
        links = InteractionContact.objects.filter(contact=reader.contact, is_current=True)
        return _marked(self.events).filter(pgh_obj__in=_seen(reader, links))

    def may_know(self, reader: Reader, was: Row) -> bool:
        return bool(was["label_of_event"] != "delete")


@dataclass(frozen=True)
class _People(Log):
    """What was moved to this contact, or away from it."""

    def of(self, reader: Reader) -> QuerySet:
        links = InteractionContact.objects.filter(contact=reader.contact)
        return _marked(self.events).filter(contact=reader.contact.pk, interaction__in=_seen(reader, links))


def _marked(events: QuerySet) -> QuerySet:
    return events.filter(pgh_context__metadata__has_key=MARK)


def _seen(reader: Reader, links: QuerySet[InteractionContact]) -> QuerySet:
    """Ids of the corrected ones of these that the reader may read now: few, of however long a history."""
    corrected = links.filter(interaction__corrected_at__isnull=False).values("interaction")
    return interactions_visible_to(reader.user, removed=True).filter(pk__in=corrected).order_by().values("pk")


def entry_lines(changes: list[Change], names: Names) -> Iterator[Line]:
    """Of one saving: removed or put back, outcome, note."""
    for change in changes:
        if change.old is None or change.new is None:
            continue
        what, day = _what(change.row), _day(change.row["at"])
        if bool(change.old["removed_at"]) != bool(change.new["removed_at"]):
            label, here, gone = f"{what.capitalize()} on {day}", "In the history", "Removed"
            if change.new["removed_at"]:
                yield Line(label, here, gone, phrase=f"removed {_one(what)}")
            else:
                yield Line(label, gone, here, phrase=f"put back {_one(what)}")
        if change.changed("outcome"):
            old, new = (label_of(row["outcome"]) if row["outcome"] else "" for row in (change.old, change.new))
            yield Line(f"Outcome of the {what} on {day}", old, new, phrase=f"corrected {_one(what)}")
        if change.changed("body"):
            old, new = cut(change.old["body"], change.new["body"])
            yield Line(f"Note of the {what} on {day}", old, new, phrase=f"corrected {_one(what)}")


def people_lines(changes: list[Change], names: Names) -> Iterator[Line]:
    """Of one saving: what came from another contact, and what went to one; of these the names that the reader sees."""
    if PEOPLE not in names.told:
        names.told[PEOPLE] = _Moves(names)
    moves = names.told[PEOPLE]
    for change in changes:
        was, is_now = (bool(row and row["is_current"]) for row in (change.old, change.new))
        one = moves.interactions.get(change.row["interaction_id"])
        if was == is_now or one is None:
            continue
        what, day = str(one.get_type_display()).lower(), _day_of(one)
        others = moves.others(one.pk, current=not is_now)
        here = names.reader.contact.name or NAMELESS
        label = f"{what.capitalize()} on {day} with"
        if is_now:
            yield Line(label, others, here, phrase=f"moved {_one(what)} here")
        else:
            yield Line(label, here, others, phrase=f"moved {_one(what)} to another contact")


class _Moves:
    """The interactions of all moves of a page, and whom else they are or were with. Two queries."""

    def __init__(self, names: Names) -> None:
        reader = names.reader
        ids = {event.row["interaction_id"] for event in names.events if event.log.name == PEOPLE}
        found = interactions_visible_to(reader.user, removed=True).filter(pk__any_of=sorted(ids))
        self.interactions = {one.pk: one for one in found}
        rows = InteractionContact.objects.filter(interaction__any_of=sorted(ids)).exclude(contact=reader.contact)
        rows = rows.filter(Exists(policy.visible_to(reader.user).filter(pk=OuterRef("contact_id"))))
        self.rows = list(rows.select_related("contact").order_by("pk"))

    def others(self, interaction: int, *, current: bool) -> str:
        rows = (row for row in self.rows if row.interaction_id == interaction and row.is_current == current)
        return ", ".join(row.contact.name or NAMELESS for row in rows)


def _what(row: Row) -> str:
    return str(Interaction.Type(row["type"]).label).lower()


def _one(what: str) -> str:
    return f"an {what}" if what[0] in "aeiou" else f"a {what}"


def _day(text: str) -> str:
    """3 March, of a row's JSON time in the reader's zone; with the year where it is not this one."""
    moment = parse_datetime(text)
    return _in_words(moment) if moment else ""


def _day_of(one: Interaction) -> str:
    return _in_words(one.at)


def _in_words(moment: object) -> str:
    day = timezone.localtime(moment).date()  # type: ignore[arg-type]  # always an aware datetime
    return f"{day.day} {day:%B}" + (f" {day.year}" if day.year != timezone.localdate().year else "")


def add_logs() -> None:
    """Add both to the histories of contacts."""
    entries = _Entries(ENTRIES, "Calls and messages", Interaction, "pgh_obj_id", ROW, everything, restorable=False)
    columns = ("interaction_id", "is_current")
    people = _People(
        PEOPLE, "Moved calls and messages", InteractionContact, "contact_id", columns, everything, restorable=False
    )
    add_log(entries, entry_lines)
    add_log(people, people_lines)
