"""Which tables of events make up the history of a contact, and who may read which of their rows.

One place says it: the page, its filters, and what may be put back all start from `LOGS` and `readable`. Higher apps
add logs of their own when they are ready (`lines.add_log`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import BooleanField, F, Func, JSONField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from contacts import blocking
from contacts.models import Block, Contact, ContactTag, ContactUserObjectPermission, DepartmentLink, Note
from contacts.services.states import ATTRIBUTES, ROW_KINDS
from contacts_project.accounts.models import User

# Who may do either reads about grants; the second still works where the contact is archived.
SHARING = frozenset({"grant", "revoke"})
NOTE_COLUMNS = ("body", "visibility", "author_id", "edited_by_id", "created_at", "edited_at")
BLOCK_COLUMNS = ("scope", "department_id", "reason", "until", "lifted_at")
CONTACT_COLUMNS = (*ATTRIBUTES, "kind", "owner_id", "archived_at", "photo_digest")


@dataclass(frozen=True)
class Reader:
    """Who reads the history of which contact, and the actions allowed on it (`policy.allowed_actions`)."""

    user: User
    contact: Contact
    actions: frozenset[str]


Readable = Callable[[QuerySet, Reader], QuerySet | None]
Row = dict[str, Any]


@dataclass(frozen=True)
class Log:
    """The events of one table. `contact` is their column with the contact's id; `columns` are what is shown of a row.

    `title` names the log in the menu of fields; `readable` narrows its events to what the reader may know of, None
    where that is nothing at all. `telling` leaves out events that say nothing by themselves. `restorable`: what it
    shows can be put back from the edit history.
    """

    name: str
    title: str
    model: type[models.Model]
    contact: str
    columns: tuple[str, ...]
    readable: Readable
    telling: Callable[[QuerySet], QuerySet] = lambda events: events
    restorable: bool = True

    def may_know(self, reader: Reader, was: Row) -> bool:
        """Of a row's earlier state (`row`): it stood on this contact, and if it is a note then not in private words."""
        if was["label_of_event"] == "delete" or was["contact_of_event"] != reader.contact.pk:
            return False
        return self.name != "notes" or was["visibility"] != "private" or was["author_id"] == reader.user.pk

    @property
    def events(self) -> QuerySet:
        return self.model.pgh_event_model.objects.order_by()  # type: ignore[attr-defined]

    def of(self, reader: Reader) -> QuerySet | None:
        """All events of the reader's contact that he or she may know of."""
        return self.readable(self.events.filter(**{self.contact: reader.contact.pk}), reader)

    @property
    def row(self) -> JSONObject:
        """One event's row, with its label and its contact."""
        return JSONObject(
            label_of_event=F("pgh_label"), contact_of_event=F(self.contact), **{c: F(c) for c in self.columns}
        )

    @property
    def before(self) -> Subquery:
        """The row that the same object had before this event."""
        return Subquery(_earlier(self.events).values(row_then=self.row)[:1])


def _earlier(events: QuerySet) -> QuerySet:
    return events.filter(pgh_obj=OuterRef("pgh_obj"), pgh_id__lt=OuterRef("pgh_id")).order_by("-pgh_id")


class Differs(Func):
    """a IS DISTINCT FROM b"""

    arg_joiner = " IS DISTINCT FROM "
    template = "(%(expressions)s)"
    output_field = BooleanField()
    conditional = True


def _shown() -> Func:
    return Func(*map(F, CONTACT_COLUMNS), function="JSONB_BUILD_ARRAY", output_field=JSONField())


def that_say_something(events: QuerySet) -> QuerySet:
    """Without updates of nothing that is shown, such as the version that rises with every row. 20 µs for an event."""
    earlier = _earlier(Contact.pgh_event_model.objects.order_by())  # type: ignore[attr-defined]
    said = Subquery(earlier.values(shown_then=_shown())[:1])
    return events.filter(~Q(pgh_label="update") | Q(Differs(_shown(), said)))


def everything(events: QuerySet, reader: Reader) -> QuerySet:
    return events


def for_sharers(events: QuerySet, reader: Reader) -> QuerySet | None:
    return events if reader.actions & SHARING else None


def of_known_blocks(events: QuerySet, reader: Reader) -> QuerySet:
    """Of blocks whose chip the reader sees, by the same rule after they were lifted (product.md §12)."""
    known = Block.objects.filter(blocking.known_on(reader.user, reader.contact), contact=reader.contact)
    return events.filter(pgh_obj__in=known.order_by().values("pk"))


def of_readable_notes(events: QuerySet, reader: Reader) -> QuerySet:
    return of_words_open_to(reader.user, events)


def of_words_open_to(user: User, events: QuerySet) -> QuerySet:
    """Events of notes that `user` may know of, on contacts that he or she sees.

    A note is judged by its latest state, a deleted one by its last: made private it takes its past along.
    What was written while it was private stays with its author after it was published (product.md §2a). A note that
    was moved to another contact is that one's.
    """
    latest = Note.pgh_event_model.objects.filter(pgh_obj=OuterRef("pgh_obj")).order_by("-pgh_id")  # type: ignore[attr-defined]
    public = Note.Visibility.PUBLIC
    judged = events.annotate(
        last_contact=Subquery(latest.values("contact_id")[:1]),
        last_author=Subquery(latest.values("author_id")[:1]),
        last_visibility=Subquery(latest.values("visibility")[:1]),
    ).filter(last_contact=F("contact_id"))
    return judged.filter(Q(last_author=user.pk) | Q(last_visibility=public, visibility=public))


def _rows_log(name: str, title: str) -> Log:
    kind = ROW_KINDS[name]
    return Log(name, title, kind.model, "contact_id", kind.stored, everything)


_GRANT: Any = ContactUserObjectPermission
LOGS = {
    log.name: log
    for log in (
        Log("contact", "Name and details", Contact, "pgh_obj_id", CONTACT_COLUMNS, everything, that_say_something),
        _rows_log("phones", "Phone numbers"),
        _rows_log("emails", "Email addresses"),
        _rows_log("addresses", "Addresses"),
        _rows_log("websites", "Web sites"),
        _rows_log("other_fields", "Other fields"),
        Log("tags", "Tags", ContactTag, "contact_id", ("tag_id",), everything),
        Log("links", "Departments", DepartmentLink, "contact_id", ("department_id", "ended_at"), everything),
        Log("notes", "Notes", Note, "contact_id", NOTE_COLUMNS, of_readable_notes),
        Log("access", "Access", _GRANT, "content_object_id", ("user_id", "permission_id", "until"), for_sharers),
        Log("blocks", "Blocks", Block, "contact_id", BLOCK_COLUMNS, of_known_blocks),
    )
}  # fmt: skip


def readable(reader: Reader, names: tuple[str, ...] = ()) -> list[tuple[int, Log, QuerySet]]:
    """(number, log, its readable events) of the logs that the reader may know of, all or those of these names."""
    found = []
    for number, log in enumerate(LOGS.values()):
        events = log.of(reader) if not names or log.name in names else None
        if events is not None:
            found.append((number, log, events))
    return found
