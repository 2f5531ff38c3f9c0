"""What an uploaded file is, told by its content and never by its name.

`detect()` answers with kind, encoding, delimiter and so on, or raises FileRefused with a sentence. It reads the file
in pieces: memory stays small for any input.
"""

import csv
import io
from collections import Counter
from dataclasses import asdict, dataclass
from typing import BinaryIO

from contacts.imports.encodings import Encoding, find_encoding
from contacts.imports.limits import EMPTY, LARGEST_FILE, TOO_LARGE, FileRefused
from contacts.imports.zips import check_spreadsheet

VCARD, CSV, XLSX = "vcard", "csv", "xlsx"
DELIMITERS = ",;\t|"
OTHER_FORMATS = (
    (b"%PDF", "This is a PDF. Upload a CSV, Excel (.xlsx) or vCard file."),
    (b"\xd0\xcf\x11\xe0", "This is an old or locked Excel file. Save it as .xlsx without a password and upload that."),
    (b"\x89PNG", "This is a picture. Upload a CSV, Excel (.xlsx) or vCard file."),
    (b"\xff\xd8\xff", "This is a picture. Upload a CSV, Excel (.xlsx) or vCard file."),
    (b"GIF8", "This is a picture. Upload a CSV, Excel (.xlsx) or vCard file."),
    (b"\x1f\x8b", "This is a packed file. Unpack it and upload the file inside it."),
    (b"7z\xbc\xaf", "This is a packed file. Unpack it and upload the file inside it."),
    (b"Rar!", "This is a packed file. Unpack it and upload the file inside it."),
    (b"{\\rtf", "This is a text document. Upload a CSV, Excel (.xlsx) or vCard file."),
)
MARKUP = ("<!doctype", "<html", "<?xml", "<svg")
NOT_A_TABLE = "This is a web page or data file. Upload a CSV, Excel (.xlsx) or vCard file."
SAMPLE = 128 * 1024  # characters in which the delimiter is looked for


@dataclass(frozen=True)
class Detected:
    """How to read a file: kept with the import, so that every later step reads it in the same way."""

    kind: str
    encoding: str = ""
    errors: str = "strict"
    delimiter: str = ","

    def as_json(self) -> dict:
        return asdict(self)


def detect(stream: BinaryIO) -> Detected:
    """Kind, encoding and delimiter of a seekable binary file, which is left at its beginning. Raises FileRefused."""
    stream.seek(0, 2)
    size = stream.tell()
    stream.seek(0)
    if size > LARGEST_FILE:
        raise FileRefused(TOO_LARGE)
    head = stream.read(8)
    stream.seek(0)
    if not head:
        raise FileRefused(EMPTY)
    for magic, sentence in OTHER_FORMATS:
        if head.startswith(magic):
            raise FileRefused(sentence)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        check_spreadsheet(stream)
        stream.seek(0)
        return Detected(XLSX)
    return _detect_text(stream)


def _detect_text(stream: BinaryIO) -> Detected:
    encoding = find_encoding(stream)
    sample = read_sample(stream, encoding)
    start = sample.lstrip("\ufeff \t\r\n")[:200].lower()
    if not start:
        raise FileRefused(EMPTY)
    if start.startswith("begin:vcard"):
        return Detected(VCARD, encoding.name, encoding.errors)
    if start.startswith(MARKUP) or start[0] in "{[":
        raise FileRefused(NOT_A_TABLE)
    return Detected(CSV, encoding.name, encoding.errors, find_delimiter(sample))


def read_sample(stream: BinaryIO, encoding: Encoding) -> str:
    """The beginning of the text, at most SAMPLE characters, with its line ends as they are."""
    stream.seek(0)
    text = open_text(stream, encoding.name, encoding.errors)
    sample = text.read(SAMPLE)
    text.detach()
    stream.seek(0)
    return sample


def open_text(stream: BinaryIO, encoding: str, errors: str) -> io.TextIOWrapper:
    """The stream as text. Line ends (LF, CRLF, CR, CR CR LF) are kept: csv needs them, vCards split them alike."""
    return io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline="")


def find_delimiter(sample: str) -> str:
    """The delimiter that cuts the first lines into the same number of cells; a comma where nothing does."""
    first = sample.splitlines()[0] if sample.splitlines() else ""
    if first.lower().startswith("sep=") and len(first) == 5:  # Excel's own way of saying it
        return first[4]
    scores = {delimiter: _score(sample, delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda delimiter: scores[delimiter])
    return best if scores[best] > (0, 0) else ","


def _score(sample: str, delimiter: str) -> tuple[float, int]:
    """(share of lines that have the most usual number of cells, that number), (0, 0) for one cell a line."""
    widths: Counter = Counter()
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)):
            if number >= 60:
                break
            if any(cell.strip() for cell in cells):
                widths[len(cells)] += 1
    except csv.Error:
        return (0, 0)
    widths_of_many = {width: count for width, count in widths.items() if width > 1}
    if not widths_of_many:
        return (0, 0)
    width, count = max(widths_of_many.items(), key=lambda item: (item[1], item[0]))
    return (round(count / widths.total(), 1), width)
