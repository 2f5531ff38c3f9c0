"""Tables: CSV and XLSX as a header and a stream of rows, in constant memory.

Row numbers are those of a spreadsheet: the first line is row 1, blank lines count.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO, NamedTuple

from contacts.imports.cells import clean
from contacts.imports.files import CSV, XLSX, Detected, open_text
from contacts.imports.limits import (
    EMPTY,
    LONGEST_LINE,
    MOST_COLUMNS,
    MOST_ROWS,
    TOO_MANY_COLUMNS,
    TOO_MANY_ROWS,
    FileRefused,
)
from contacts.imports.sheets import read_sheet, without_blank_end
from contacts.imports.zips import check_spreadsheet
from contacts_project.core.emails import EmailImpossible, parse_email

LONGEST_FIELD = csv.field_size_limit()  # 131,072 characters; the limit is the process's, so it stays as it is
SAMPLE_ROWS = 20
LOOKED_AT = 2000  # rows of a sheet, which takes much longer to read than text


class Row(NamedTuple):
    """One line of a table: `number` as a spreadsheet shows it, `cells` cleaned, as many as the line has."""

    number: int
    cells: list[str]


@dataclass
class Summary:
    """What the mapping page needs to know of a table."""

    header: list[str]
    has_header: bool
    sample: list[Row]
    row_count: int
    notices: list[str] = field(default_factory=list)


def read_rows(stream: BinaryIO, detected: Detected, strict: bool = False) -> Iterator[Row]:
    """Every line that is not blank, the header among them. Raises FileRefused, also half-way."""
    rows = _csv_rows(stream, detected, strict) if detected.kind == CSV else map(Row._make, read_sheet(stream))
    for count, row in enumerate(rows):
        if count > MOST_ROWS:
            raise FileRefused(TOO_MANY_ROWS)
        yield row


def read_people(stream: BinaryIO, detected: Detected, has_header: bool) -> Iterator[Row]:
    """The rows without the header."""
    return islice(read_rows(stream, detected), 1 if has_header else 0, None)


def summarise(stream: BinaryIO, detected: Detected) -> Summary:
    """Header, first rows and count of a table. Raises FileRefused.

    CSV is read whole. Of a large sheet only the beginning is: its count may include blank rows, the check corrects it.
    """
    if detected.kind == XLSX:
        summary = _summarise(islice(read_rows(stream, detected), LOOKED_AT))
        if summary.row_count >= LOOKED_AT - 1:
            stream.seek(0)
            summary.row_count = max(summary.row_count, check_spreadsheet(stream) - summary.has_header)
        return summary
    try:
        return _summarise(read_rows(stream, detected, strict=True))
    except _NotStrict:
        return _summarise(read_rows(stream, detected))


def _summarise(rows: Iterator[Row]) -> Summary:
    first = next(rows, None)
    if first is None:
        raise FileRefused(EMPTY)
    has_header = not _holds_data(first.cells)
    sample = [] if has_header else [first]
    count, widest = len(sample), len(first.cells)
    for row in rows:
        count += 1
        widest = max(widest, len(row.cells))
        if len(sample) < SAMPLE_ROWS:
            sample.append(row)
    if not count:
        raise FileRefused("This file has a header and no rows.")
    names = first.cells if has_header else []
    header = [names[place] if place < len(names) and names[place] else f"Column {place + 1}" for place in range(widest)]
    return Summary(header, has_header, sample, count)


def _holds_data(cells: list[str]) -> bool:
    """Whether a first line is already a person: it has an email address or a long number in it."""
    return any(_is_email(cell) or re.fullmatch(r"\+?[\d\s().\-/]{7,20}", cell) for cell in cells)


def _is_email(cell: str) -> bool:
    try:
        return "@" in cell and bool(parse_email(cell))
    except EmailImpossible:
        return False


class _NotStrict(Exception):
    """The quoting is sloppy: to be read again, leniently."""


def _csv_rows(stream: BinaryIO, detected: Detected, strict: bool) -> Iterator[Row]:
    stream.seek(0)
    text = open_text(stream, detected.encoding, detected.errors)
    reader = csv.reader(_lines(text), delimiter=detected.delimiter, strict=strict)
    number = 0
    try:
        while True:
            started = number + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            number += 1
            if len(cells) > MOST_COLUMNS:
                cells = without_blank_end(cells)
                if len(cells) > MOST_COLUMNS:
                    raise FileRefused(TOO_MANY_COLUMNS)
            cells = [clean(cell) for cell in cells]
            if any(cells) and not (number == 1 and _is_separator_line(cells)):
                yield Row(number, cells)
    except csv.Error as error:
        raise _csv_refusal(error, started, strict) from error
    finally:
        text.detach()


def _csv_refusal(error: csv.Error, row: int, strict: bool) -> Exception:
    if "unexpected end" in str(error):
        return FileRefused(f"A quotation mark opened in row {row} is never closed. The file may be cut off.")
    if "field limit" in str(error):
        return FileRefused(
            f"A cell in row {row} is longer than {LONGEST_FIELD:,} characters. A quotation mark may not be closed."
        )
    return _NotStrict() if strict else FileRefused(f"Row {row} of this file cannot be read.")


def _lines(text) -> Iterator[str]:
    """Lines with their ends; the blank line that CR CR LF would make is left out."""
    lone_return = False
    while line := text.readline(LONGEST_LINE):
        if len(line) >= LONGEST_LINE:
            raise FileRefused("This file has a line of more than 8 million characters. Its line ends may be missing.")
        if lone_return and line == "\r\n":
            lone_return = False
            continue
        lone_return = line.endswith("\r")
        yield line


def _is_separator_line(cells: list[str]) -> bool:
    """Excel's "sep=;" line, as one cell or torn apart at the separator it names."""
    return cells[0].lower().startswith("sep=") and not any(cells[1:])
