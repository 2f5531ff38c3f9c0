"""Files for the import's tests, made in memory."""

import io
import zipfile
from pathlib import Path

from openpyxl import Workbook

from contacts.imports.cards import draft_of_card
from contacts.imports.files import detect
from contacts.imports.mapping import RowReader, guess
from contacts.imports.rows import Draft
from contacts.imports.tables import read_people, summarise
from contacts.imports.vcards import read_cards

FILES = Path(__file__).parent / "files"


def real(name: str) -> io.BytesIO:
    """One of the real exports (files/SOURCES.md says where they come from)."""
    return io.BytesIO((FILES / name).read_bytes())


def csv_file(text: str, encoding: str = "utf-8") -> io.BytesIO:
    return io.BytesIO(text.encode(encoding))


def card_file(*lines: str, version: str = "3.0") -> io.BytesIO:
    """One card with these lines between VERSION and END."""
    return csv_file("\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""]))


def sheet_file(*rows: list) -> io.BytesIO:
    book, stream = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(stream)
    stream.seek(0)
    return stream


def with_part(stream: io.BytesIO, name: str, content: bytes) -> io.BytesIO:
    """A copy of an XLSX file in which one part is replaced."""
    made = io.BytesIO()
    with zipfile.ZipFile(stream) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            target.writestr(entry.filename, content if entry.filename == name else source.read(entry))
    made.seek(0)
    return made


def drafts(stream: io.BytesIO, region: str = "US", targets: list[str] | None = None) -> list[Draft]:
    """Everybody in a file, columns mapped as guessed unless `targets` are given."""
    detected = detect(stream)
    if detected.kind == "vcard":
        return [draft_of_card(card, region) for card in read_cards(stream, detected)]
    table = summarise(stream, detected)
    reader = RowReader(table.header, targets or guess(table.header, table.sample), region)
    return [reader.draft(row.cells) for row in read_people(stream, detected, table.has_header)]


def only(stream: io.BytesIO, **options) -> Draft:
    """The one person of a file."""
    (draft,) = drafts(stream, **options)
    return draft
