"""The words of a saving about one contact: out of the lines of its edit history, without their values.

What stood there and what stands there now, the edit history of the contact shows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from contacts.histories.changes import changes_of
from contacts.histories.lines import Line, lines_of
from contacts.histories.names import Names
from contacts.histories.reading import Event
from contacts.models import DepartmentLink, Kind
from contacts.templatetags.contacts import NAMELESS

from .telling import Deed

MOST_LABELS = 5
WAYS = (("/undo/", "with Undo"), ("/restore/", "from the edit history"))
ROWS = ("phones", "emails", "addresses", "websites", "other_fields")
ACCESS = "Access of "  # how the label of a line about access begins
Lines = dict[str, list[Line]]
Words = tuple[str, str, str, str]  # said, rest, more, icon: see Deed


def deed_of(events: list[Event], names: Names, context: dict[str, Any]) -> Deed | None:
    """Of the readable events of one contact in one saving; None where nothing that is shown has changed."""
    lines = _lines(events, names)
    is_new = any(event.log.name == "contact" and event.label == "insert" for event in events)
    if not lines and not is_new:
        return None
    said, rest, more, icon = ("Created", "", "", "user-plus") if is_new else _words(lines)
    contact = names.reader.contact
    return Deed(
        said=said,
        name=contact.name or NAMELESS,
        url=reverse("contacts:contact-overview", args=[contact.pk]),
        rest=" ".join(filter(None, (rest, _way(context, names)))),
        more=more,
        icon=icon,
    )


def removal_of(link: DepartmentLink) -> Deed:
    """A contact that others still work was removed from a department: its name leads to Removed (decision 16)."""
    url = reverse("contacts:department-removed", args=[link.department_id])
    return Deed("Removed", link.contact.name or NAMELESS, url, rest=f"from {link.department.name}", icon="archive")


def _lines(events: list[Event], names: Names) -> Lines:
    """The lines by log; logs without any left out."""
    by_log: dict[str, list[Event]] = {}
    for event in events:
        by_log.setdefault(event.log.name, []).append(event)
    found = {log: lines_of(changes_of(of_log), names) for log, of_log in by_log.items()}
    return {log: lines for log, lines in found.items() if lines}


def _way(context: dict[str, Any], names: Names) -> str:
    if context.get("suggested_by"):
        return f"as {names.person(context['suggested_by'])} suggested"
    url = str(context.get("url") or "")
    return next((words for part, words in WAYS if part in url), "")


def _words(lines: Lines) -> Words:
    """What changes most says it: kind, state, owner; else the one log that was touched."""
    heads = {line.label: line for line in lines.get("contact", ())}
    for label, say in HEADS.items():
        if label in heads:
            return say(heads[label], lines)
    if len(lines) == 1:
        log, own = next(iter(lines.items()))
        if log in LOGS:
            return LOGS[log](own)
    return "Edited", "", _labels([line for own in lines.values() for line in own]), "pencil"


def _kind(line: Line, lines: Lines) -> Words:
    if line.new == Kind.DEPARTMENT.label:
        to = ", ".join(link.new for link in lines.get("links", ()) if link.new)
        return "Handed over", f"to {to}" if to else "to its departments", "", "building"
    if line.new == Kind.PERSONAL.label:
        return "Kept", "as personal", "", "user"
    return "Made", "a shared contact again", "", "building"


def _state(line: Line, lines: Lines) -> Words:
    return ("Archived", "", "", "archive") if line.new == "Archived" else ("Unarchived", "", "", "archive-off")


def _owner(line: Line, lines: Lines) -> Words:
    return "Changed the owner of", f"to {line.new}" if line.new else "", "", "user"


HEADS: dict[str, Callable[[Line, Lines], Words]] = {"Kind": _kind, "State": _state, "Owner": _owner}


def _tags(lines: list[Line]) -> Words:
    deeds = {line.deed for line in lines}
    said = {"added": "Tagged", "removed": "Removed a tag from"}.get(deeds.pop() if len(deeds) == 1 else "")
    more = ", ".join(f"{line.old} removed" if line.old and not said else line.new or line.old for line in lines)
    return said or "Changed the tags of", "", more, "tag"


def _links(lines: list[Line]) -> Words:
    added = ", ".join(line.new for line in lines if line.new)
    if added:
        return "Added", f"to {added}", "", "building"
    return "Removed", f"from {', '.join(line.old for line in lines)}", "", "archive"


def _notes(lines: list[Line]) -> Words:
    first = lines[0]
    if first.label == "Note is":
        return "Made a note", "", first.new.lower(), "note"
    said = {"added": "Wrote", "removed": "Deleted"}.get(first.deed, "Edited")
    return f"{said} a {first.label.lower()} on", "", "", "note"


def _access(lines: list[Line]) -> Words:
    people = ", ".join(_person(line) for line in lines)
    if all(line.deed == "removed" for line in lines):
        return "Ended access to", "", people, "user-off"
    return ("Shared" if all(line.deed == "added" for line in lines) else "Changed access to"), "", people, "user-share"


def _person(line: Line) -> str:
    """ "Eliza Cole: Write"; what somebody held is not told where it has ended."""
    name = line.label.removeprefix(ACCESS)
    return f"{name}: {line.new}" if line.new else name


def _fields(lines: list[Line]) -> Words:
    return "Edited", "", _labels(lines), "pencil"


LOGS: dict[str, Callable[[list[Line]], Words]] = {
    "contact": _fields,
    **dict.fromkeys(ROWS, _fields),
    "tags": _tags,
    "links": _links,
    "notes": _notes,
    "access": _access,
}


def _labels(lines: list[Line]) -> str:
    """ "Company, Phone, work"; the first few, and how many more there are."""
    labels = list(dict.fromkeys(line.label.removeprefix(ACCESS) for line in lines))
    shown, more = labels[:MOST_LABELS], len(labels) - MOST_LABELS
    return " · ".join(shown) + (f" and {more} more" if more > 0 else "")
