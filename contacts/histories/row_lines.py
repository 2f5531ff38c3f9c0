"""Words for rows of a contact: phones, emails, addresses, web sites, other fields; and for which one is primary."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace

from contacts.services.states import ROW_KINDS, RowKind
from contacts.templatetags.contacts import phone_text, postal_text

from .changes import Change
from .reading import Row

NOUNS = {"phones": "Phone", "emails": "Email", "addresses": "Address", "websites": "Web site", "other_fields": "Field"}


@dataclass(frozen=True)
class RowLine:
    """Label, old and new text, and what a restore posts."""

    label: str
    old: str
    new: str
    refs: tuple[str, ...]


def row_lines(changes: list[Change], region: str) -> Iterator[RowLine]:
    """Of the changes of one kind of row in one saving; `region` is the country of the reader's account."""
    for change in changes:
        kind = ROW_KINDS[change.log.name]
        old, new = _current(change.old), _current(change.new)
        if old is None or new is None:
            if old or new:
                yield RowLine(
                    _label(kind, change.row), row_text(kind, old, region), row_text(kind, new, region), change.refs
                )
            elif change.changed(*kind.columns):
                yield RowLine(f"{_label(kind, change.row)}, former", *_sides(kind, change, region), change.refs)
        elif change.changed(*kind.columns):
            yield RowLine(_label(kind, new), *_sides(kind, change, region), change.refs)
    yield from _primary_line(changes, region)


def _current(row: Row | None) -> Row | None:
    """The row where it counts: a former one is a removed one."""
    return None if row is None or row.get("former_at") else row


def _sides(kind: RowKind, change: Change, region: str) -> tuple[str, str]:
    """Both texts; with their labels where nothing else differs."""
    old, new = row_text(kind, change.old, region), row_text(kind, change.new, region)
    if old != new:
        return old, new
    return tuple(f"{text} ({row['label'] or 'no label'})" for text, row in ((old, change.old), (new, change.new)))  # type: ignore[return-value,index]


def _label(kind: RowKind, row: Row) -> str:
    """ "Email, billing"; of another field its own name."""
    label = (row.get("label") or "").strip()
    if kind.name == "other_fields":
        return label or NOUNS[kind.name]
    return f"{NOUNS[kind.name]}, {label.lower()}" if label else NOUNS[kind.name]


def row_text(kind: RowKind, row: Row | None, region: str) -> str:
    """The row as the Details tab writes it; "" for None."""
    if row is None:
        return ""
    if kind.name == "phones":
        return phone_text(row["number"], row["extension"], region)
    if kind.name == "addresses":
        return postal_text(SimpleNamespace(**row), region)
    return str(row[kind.value])


def _primary_line(changes: list[Change], region: str) -> Iterator[RowLine]:
    """One line where another row became the primary one, or none is marked any more."""
    kind = ROW_KINDS[changes[0].log.name]
    if not kind.reachable:
        return
    made = next((change for change in changes if _marked(change.new) and not _marked(change.old)), None)
    unmade = next((change for change in changes if _marked(change.old) and not _marked(change.new)), None)
    change = made or unmade
    is_removed = made is None and unmade is not None and _current(unmade.new) is None
    is_added = unmade is None and made is not None and _current(made.old) is None
    if change is None or is_removed or is_added:
        return
    old, new = unmade.old if unmade else None, made.new if made else None
    refs = tuple(f"{ref}:is_primary" for ref in change.refs)
    yield RowLine(f"Primary {NOUNS[kind.name].lower()}", row_text(kind, old, region), row_text(kind, new, region), refs)


def _marked(row: Row | None) -> bool:
    return bool(row and row["is_primary"] and not row["former_at"])
