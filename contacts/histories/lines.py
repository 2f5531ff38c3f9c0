"""The lines of one entry: what changed, old and new, in the words of the record."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from contacts import policy
from contacts.models import Block, Contact, Kind, Note
from contacts.services.states import ATTRIBUTES
from contacts.templatetags.contacts import zone_city

from . import access_lines
from .changes import Change
from .logs import LOGS, Log
from .names import Names
from .reading import Event, Row
from .row_lines import row_lines

LONGEST = 300  # letters shown of one value


@dataclass(frozen=True)
class Line:
    """One changed thing: `old` or `new` is "" where it was added or removed.

    `phrase` says in an entry of this line alone what was done ("archived the contact"), `is_said` that it says all.
    `refs` name what a restore posts; none where the value is put back elsewhere.
    """

    label: str
    old: str = ""
    new: str = ""
    phrase: str = ""
    refs: tuple[str, ...] = ()
    is_said: bool = False

    @property
    def deed(self) -> str:
        return "changed" if self.old and self.new else "removed" if self.old else "added"


def lines_of(changes: list[Change], names: Names) -> list[Line]:
    """All lines of one saving, attributes first, in the order of the record."""
    lines: list[Line] = []
    for log in dict.fromkeys(change.log.name for change in changes):
        mine = [change for change in changes if change.log.name == log]
        lines += [line if may else replace(line, refs=()) for may, line in _allowed(log, mine, names)]
    return [line for line in lines if line.old != line.new]


def _allowed(log: str, changes: list[Change], names: Names) -> Iterator[tuple[bool, Line]]:
    """Each line, and whether the reader may put it back; notes are judged one by one by their maker."""
    may = log == "notes" or "edit" in names.reader.actions
    return ((may, line) for line in MAKERS[log](changes, names))


def attribute_lines(changes: list[Change], names: Names) -> Iterator[Line]:
    """Of the contact's own columns, one line each."""
    for change in changes:
        if change.new is None or (change.old is None and change.events[0].label != "insert"):
            continue  # what stood before is not known
        for column in ATTRIBUTES:
            old, new = cut(attribute_text(column, change.old), attribute_text(column, change.new))
            if old != new:
                refs = tuple(f"{ref}:{column}" for ref in change.refs) if change.old else ()
                yield Line(attribute_label(column), old, new, refs=refs)
        if change.old is not None:
            yield from head_lines(change.old, change.new, names)


def attribute_label(column: str) -> str:
    label = str(Contact._meta.get_field(column).verbose_name)  # type: ignore[union-attr]  # all are columns
    return label[:1].upper() + label[1:]


def attribute_text(column: str, row: Row | None) -> str:
    value = row[column] if row else ""
    if column == "birthday" and value:
        return day_text(value)
    if column == "time_zone" and value:
        return f"{zone_city(value)} ({value})"
    return str(value or "")


def head_lines(old: Row, new: Row, names: Names) -> Iterator[Line]:
    """What stands in the record's head: archive state, kind, owner, photo. They have acts of their own to go back."""
    if bool(old["archived_at"]) != bool(new["archived_at"]):
        words = ("Active", "Archived") if new["archived_at"] else ("Archived", "Active")
        phrase = "archived the contact" if new["archived_at"] else "unarchived the contact"
        yield Line("State", *words, phrase=phrase, is_said=True)
    if old["kind"] != new["kind"]:
        yield Line("Kind", Kind(old["kind"]).label, Kind(new["kind"]).label, phrase="changed the kind")
    if old["owner_id"] != new["owner_id"]:
        was, is_now = (names.person(row["owner_id"]) if row["owner_id"] else "" for row in (old, new))
        yield Line("Owner", was, is_now, phrase="changed the owner")
    if old["photo_digest"] != new["photo_digest"]:
        had, has = ("A photo" if old["photo_digest"] else ""), ("A photo" if new["photo_digest"] else "")
        deed = "changed the photo" if had and has else "added a photo" if has else "removed the photo"
        yield Line("Photo", had, "Another photo" if had and has else has, phrase=deed)


def tag_lines(changes: list[Change], names: Names) -> Iterator[Line]:
    for change in changes:
        name = names.thing("tags", change.row["tag_id"])
        words = ("", name) if change.new else (name, "")
        yield Line("Tag", *words, phrase=f"{'added' if change.new else 'removed'} a tag", refs=change.refs)


def link_lines(changes: list[Change], names: Names) -> Iterator[Line]:
    """A link that has ended is a removed department; its row stays."""
    for change in changes:
        was, is_now = (row is not None and row["ended_at"] is None for row in (change.old, change.new))
        if was != is_now:
            name = names.thing("departments", change.row["department_id"])
            phrase = f"added the contact to {name}" if is_now else f"removed the contact from {name}"
            yield Line("Department", name if was else "", name if is_now else "", phrase=phrase)


def note_lines(changes: list[Change], names: Names) -> Iterator[Line]:
    for change in changes:
        label = "Private note" if change.row["visibility"] == "private" else "Note"
        note = Note(author_id=change.row["author_id"], visibility=change.row["visibility"])
        acts = policy.note_acts(names.reader.user, note, set(names.reader.actions))
        old, new = cut(*(row["body"] if row else "" for row in (change.old, change.new)))
        if change.old is None or change.new is None:
            refs = change.refs if change.new is None and "delete" in acts else ()
            yield Line(label, old, new, phrase=f"{'added' if change.new else 'deleted'} a note", refs=refs)
            continue
        if change.changed("body"):
            yield Line(label, old, new, phrase="edited a note", refs=change.refs if "edit" in acts else ())
        if change.changed("visibility"):
            was, is_now = (str(row["visibility"]) for row in (change.old, change.new))
            yield Line("Note is", was.capitalize(), is_now.capitalize(), phrase=f"made a note {is_now}")


def block_lines(changes: list[Change], names: Names) -> Iterator[Line]:
    """A lifted block is a removed one; its row stays."""
    for change in changes:
        old, new = (_block_text(row, names) if row and not row["lifted_at"] else "" for row in (change.old, change.new))
        phrase = "changed a block" if old and new else "blocked the contact" if new else "unblocked the contact"
        yield Line("Block", old, new, phrase=phrase)


def _block_text(row: Row, names: Names) -> str:
    scope = Block.Scope(row["scope"])
    where = names.thing("departments", row["department_id"]) if scope == Block.Scope.DEPARTMENT else scope.label
    until = f", until {day_text(row['until'])}" if row["until"] else ""
    return f"{where}{until}{': ' + row['reason'] if row['reason'] else ''}"


def grant_lines(changes: list[Change], names: Names) -> Iterator[Line]:
    """The rows of one change of somebody's level are one line."""
    events: list[Event] = [event for change in changes for event in change.events]
    for one in access_lines.levels_of(events):
        phrase = "changed access" if one.old and one.new else "gave access" if one.new else "ended access"
        yield Line(f"Access of {names.person(one.user)}", _held(one.old), _held(one.new), phrase=phrase)


def _held(held: access_lines.Held | None) -> str:
    return f"{held.label}{_until(held.until)}" if held else ""


def _until(day: str | None) -> str:
    return f" until {day_text(day)}" if day else ""


def day_text(text: str) -> str:
    """3 March 2026, out of 2026-03-03."""
    day = datetime.date.fromisoformat(text[:10])
    return f"{day.day} {day:%B} {day.year}"


def cut(old: str, new: str) -> tuple[str, str]:
    """Both at most LONGEST letters long; of long texts that begin alike what is around the first difference."""
    same = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    start = max(0, same - LONGEST // 4) if max(len(old), len(new)) > LONGEST else 0
    return _cut(old, start), _cut(new, start)


def _cut(text: str, start: int) -> str:
    shown = f"…{text[start:]}" if start else text
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1].rstrip()}…"


def part_lines(changes: list[Change], names: Names) -> Iterator[Line]:
    account = names.reader.user.account
    for one in row_lines(changes, account.default_region if account else "US"):
        yield Line(one.label, *cut(one.old, one.new), refs=one.refs)


Maker = Callable[[list[Change], Names], Iterator[Line]]
MAKERS: dict[str, Maker] = {
    "contact": attribute_lines,
    "phones": part_lines,
    "emails": part_lines,
    "addresses": part_lines,
    "websites": part_lines,
    "other_fields": part_lines,
    "tags": tag_lines,
    "links": link_lines,
    "notes": note_lines,
    "access": grant_lines,
    "blocks": block_lines,
}


def add_log(log: Log, make: Maker) -> None:
    """Let a higher app tell of its own events in the history of a contact, behind those of contacts.

    What it shows is put back elsewhere, so its lines name nothing that a restore could post. Called once, from the
    app's `ready`.
    """
    LOGS[log.name] = log
    MAKERS[log.name] = make
