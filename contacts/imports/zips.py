"""Spreadsheets are ZIP archives: refuses hostile ones before anything of them is unpacked or parsed into a tree.

Every figure is read from the archive's own directory or counted while streaming, so that memory stays small whatever
the file claims. What is refused: archives that unpack to far more than they weigh, parts with endless elements, rows
with more cells than Excel has columns.
"""

import re
import struct
import zipfile
import zlib
from typing import BinaryIO

from contacts.imports.limits import MOST_ROWS, TOO_MANY_COLUMNS, TOO_MANY_ROWS, FileRefused

DAMAGED = "This Excel file is damaged or cut off. Open it in Excel, save it again and upload that file."
NOT_EXCEL = "This is a ZIP archive, not an Excel file. Upload the file inside it."
BOMB = "This file unpacks to far more than a contact list holds. It was not opened."
DIRECTORY_END = b"PK\x05\x06"
LARGEST_DIRECTORY = 1024 * 1024  # bytes; one entry takes about 100
MOST_UNPACKED = 400 * 1024 * 1024
LARGEST_STRINGS = 128 * 1024 * 1024
LARGEST_OTHER = 8 * 1024 * 1024
HIGHEST_RATIO = 120  # real sheets reach 30 to 1; a bomb starts at 1,000 to 1
EXCEL_COLUMNS = 16_384
PIECE = 512 * 1024


def check_spreadsheet(stream: BinaryIO) -> int:
    """Make sure that an XLSX file is safe to parse; returns the rows of its largest sheet. Raises FileRefused."""
    _check_directory(stream)
    rows = 0
    try:
        archive = zipfile.ZipFile(stream)
        names = set(archive.namelist())
        if "xl/workbook.xml" not in names:
            raise FileRefused(NOT_EXCEL)
        _check_sizes(archive)
        for entry in archive.infolist():
            rows = max(rows, _check_part(archive, entry))
        archive.close()
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, FileRefused):
            raise
        raise FileRefused(DAMAGED) from error
    return rows


def _check_directory(stream: BinaryIO) -> None:
    """Looks at the size of the directory first: zipfile would read all of it into memory."""
    stream.seek(0, 2)
    size = stream.tell()
    stream.seek(max(0, size - 65_557))  # a directory's end is 22 bytes and a comment of up to 65,535
    tail = stream.read()
    place = tail.rfind(DIRECTORY_END)
    if place < 0 or len(tail) - place < 22:
        raise FileRefused(DAMAGED)
    directory_size = struct.unpack("<L", tail[place + 12 : place + 16])[0]
    if directory_size > LARGEST_DIRECTORY:  # also the 0xFFFFFFFF of ZIP64, which no file of 50 MB needs
        raise FileRefused(BOMB)
    stream.seek(0)


def _check_sizes(archive: zipfile.ZipFile) -> None:
    unpacked = packed = 0
    for entry in archive.infolist():
        unpacked += entry.file_size
        packed += entry.compress_size
        if _is_strings(entry.filename) and entry.file_size > LARGEST_STRINGS:
            raise FileRefused(BOMB)
        is_other = _is_parsed(entry.filename) and not _is_sheet(entry.filename) and not _is_strings(entry.filename)
        if is_other and entry.file_size > LARGEST_OTHER:
            raise FileRefused(BOMB)
    if unpacked > MOST_UNPACKED or (unpacked > 20 * 1024 * 1024 and unpacked > HIGHEST_RATIO * max(packed, 1)):
        raise FileRefused(BOMB)


def _is_sheet(name: str) -> bool:
    return name.startswith("xl/worksheets/") and name.endswith(".xml")


def _is_strings(name: str) -> bool:
    return name.lower().endswith("sharedstrings.xml")


def _is_parsed(name: str) -> bool:
    return name.endswith((".xml", ".rels"))


def _check_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> int:
    if not _is_parsed(entry.filename):
        return 0
    if _is_sheet(entry.filename):
        # A cell is at most six tags: <c><f></f><v></v></c>. Excel allows 1,048,576 rows, blank ones among them.
        return _count_tags(archive, entry, "row", most=1_048_577, tags_each=EXCEL_COLUMNS * 6, too_many=TOO_MANY_ROWS)
    if _is_strings(entry.filename):
        _count_tags(archive, entry, "si", most=MOST_ROWS * 10, tags_each=4_000, too_many=BOMB)
    else:
        _count_tags(archive, entry, "nothing", most=0, tags_each=300_000, too_many=BOMB)
    return 0


def _count_tags(archive, entry, mark: str, *, most: int, tags_each: int, too_many: str) -> int:
    """Stream one part and count `mark` elements, and the tags between two of them; returns the first."""
    border = re.compile(rb"<(?:\w{1,20}:)?" + mark.encode() + rb"[\s/>]")
    marks = tags = 0
    rest = b""
    with archive.open(entry) as part:
        while piece := part.read(PIECE):
            if b"<!ENTITY" in piece or b"<!DOCTYPE" in piece:
                raise FileRefused(DAMAGED)
            cut = piece.rfind(b"<")  # so that no tag is torn apart between two pieces
            whole, rest = (rest + piece[:cut], piece[cut:]) if cut > 0 else (b"", rest + piece)
            if len(rest) > 4 * PIECE:  # one text or tag of 2 MB is no cell
                raise FileRefused(DAMAGED)
            first, *others = border.split(whole)
            tags += first.count(b"<")
            for other in others:
                if tags > tags_each:
                    break
                marks, tags = marks + 1, other.count(b"<")
            if tags > tags_each:
                raise FileRefused(TOO_MANY_COLUMNS if mark == "row" and marks else BOMB)
            if marks > most:
                raise FileRefused(too_many)
    return marks
