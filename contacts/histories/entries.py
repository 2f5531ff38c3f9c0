"""The page of the edit history: one entry for each saving, with who, when, through what, and its lines."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from contacts_project.accounts.models import User

from . import sources
from .changes import changes_of
from .lines import Line, lines_of
from .logs import LOGS, Reader
from .names import Names
from .reading import MOST, Event, Key, events_of, keys_of, read_position

PAGE = 50  # entries


@dataclass(frozen=True)
class Entry:
    """One saving: `who` did it (`person` where that is somebody), the sentence `did`, and its lines.

    `link` leads to the import, where it is the reader's own. `refs` is what "Restore to before this" posts.
    """

    at: datetime.datetime
    who: str
    person: User | None
    icon: str
    did: str
    link: str
    is_creation: bool
    lines: list[Line]
    refs: tuple[str, ...]


@dataclass(frozen=True)
class HistoryPage:
    """Entries newest first, and the `after=` of the next page; "" on the last one."""

    entries: list[Entry]
    next: str


def page_of(reader: Reader, *, after: str = "", field: str = "", by: int | None = None) -> HistoryPage:
    """A page of what `reader` may know of; `field` is the name of a log, `by` a user's id. Four queries at most.

    A saving whose events fill more than a page by themselves is shown in parts.
    """
    names = (field,) if field in LOGS else ()
    keys = keys_of(reader, after=read_position(after), names=names, by=by)
    shown, rest = _cut(keys)
    events = events_of(reader, ((key.number, key.pk) for key in shown))
    known = Names(reader, events)
    entries = [_entry(reader, saving, known) for saving in _savings(events)]
    return HistoryPage([entry for entry in entries if entry], str(shown[-1]) if rest else "")


def _cut(keys: list[Key]) -> tuple[list[Key], bool]:
    """The keys of one page of whole savings, and whether there are more."""
    seen: dict[object, None] = {}
    for place, key in enumerate(keys):
        if key.saving not in seen and len(seen) == PAGE:
            return keys[:place], True
        seen[key.saving] = None
    if len(keys) < MOST:
        return keys, False
    whole = [key for key in keys if key.saving != keys[-1].saving]  # the last one may go on behind what was read
    return (whole or keys), True


def _savings(events: Iterable[Event]) -> list[list[Event]]:
    found: dict[object, list[Event]] = {}
    for event in events:
        found.setdefault(event.key.saving, []).append(event)
    return list(found.values())


def _entry(reader: Reader, events: list[Event], names: Names) -> Entry | None:
    """None where nothing that the reader may know of has changed."""
    lines = lines_of(changes_of(events), names)
    is_creation = any(event.log.name == "contact" and event.label == "insert" for event in events)
    if not lines and not is_creation:
        return None
    source = sources.source_of(events[0].context, names)
    did = "created the contact" if is_creation else _deed(lines)
    refs = () if is_creation else tuple(ref for line in lines for ref in line.refs)
    return Entry(
        at=events[0].key.at,
        who=source.who,
        person=source.person,
        icon=source.icon,
        did=f"{did}{source.through}",
        link=source.link,
        is_creation=is_creation,
        lines=[] if len(lines) == 1 and lines[0].is_said else lines,
        refs=refs,
    )


def _deed(lines: list[Line]) -> str:
    """What was done, in the words of its one line or as a number."""
    if len(lines) == 1:
        one = lines[0]
        return one.phrase or {"added": "added a value", "removed": "removed a value"}.get(one.deed, "changed 1 field")
    phrases = {line.phrase for line in lines}
    if len(phrases) == 1 and (phrase := phrases.pop()):
        return phrase
    deeds = {line.deed for line in lines}
    if deeds == {"added"} or deeds == {"removed"}:
        return f"{deeds.pop()} {len(lines)} values"
    return f"changed {len(lines)} fields"
