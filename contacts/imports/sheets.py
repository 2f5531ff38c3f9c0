"""Excel files read row by row by openpyxl, after `zips` has made sure that they are harmless.

Formulas give the value that Excel last showed; dates and numbers become text as people would write it.
"""

import datetime
import re
from collections.abc import Iterator
from typing import IO, BinaryIO

from defusedxml.ElementTree import iterparse
from openpyxl.reader.excel import ExcelReader
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from contacts.imports.cells import clean
from contacts.imports.limits import MOST_COLUMNS, TOO_MANY_COLUMNS, FileRefused
from contacts.imports.zips import DAMAGED, check_spreadsheet

EXCEL_ROWS = 1_048_576
ITEM, TEXT, RUN = (f"{{{SHEET_MAIN_NS}}}{name}" for name in ("si", "t", "r"))


class _Reader(ExcelReader):
    """openpyxl's own reader builds objects for each text of the workbook: a third of the time and memory suffices."""

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            with self.archive.open(part.PartName[1:]) as source:
                self.shared_strings = _read_strings(source)


def _read_strings(source: IO[bytes]) -> list[str]:
    """The texts that cells point to; runs of differing looks are joined, how to pronounce them is left out."""
    found: list[str] = []
    events = iterparse(source, events=("start", "end"))
    _, root = next(events)
    for event, element in events:
        if event == "end" and element.tag == ITEM:
            runs = [run.findtext(TEXT) or "" for run in element.findall(RUN)]
            found.append((element.findtext(TEXT) or "") + "".join(runs))
            root.clear()
    return found


def read_sheet(stream: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """(number, cells) of each row that is not blank, of the sheet that is open in Excel. Raises FileRefused."""
    stream.seek(0)
    check_spreadsheet(stream)
    stream.seek(0)
    try:
        reader = _Reader(stream, read_only=True, data_only=True, keep_links=False)
        reader.read()
        book = reader.wb
        try:
            sheet = _sheet(book)
            sheet.reset_dimensions()  # written wrongly by many programs
            # Without a width each row is as long as its cells: a million missing rows must not cost a million tuples.
            rows = sheet.iter_rows(max_row=EXCEL_ROWS)
            for number, cells in enumerate(rows, start=1):
                values = without_blank_end([clean(_text(cell)) for cell in cells])
                if len(values) > MOST_COLUMNS:
                    raise FileRefused(TOO_MANY_COLUMNS)
                if values:
                    yield number, values
        finally:
            book.close()
    except FileRefused:
        raise
    except Exception as error:  # openpyxl raises whatever its parts raise: KeyError, TypeError, ParseError …
        raise FileRefused(DAMAGED) from error


def _sheet(book):
    """The sheet that is open in Excel, unless it is hidden or a chart; else the first visible one."""
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
    if not sheets:
        raise FileRefused("This Excel file has no sheet with rows.")
    return book.active if book.active in sheets else sheets[0]


def _text(cell) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        zeros = cell.number_format  # "00000" is how Excel keeps the zeros of a postal code
        return str(value).zfill(len(zeros)) if re.fullmatch(r"0{2,20}", zeros or "") else str(value)
    if isinstance(value, float):
        return f"{value:.15g}" if abs(value) < 1e15 else f"{value:.0f}"
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)


def without_blank_end(cells: list[str]) -> list[str]:
    last = len(cells)
    while last and not cells[last - 1].strip():
        last -= 1
    return cells[:last]
