"""Which bytes are which letters: finds the encoding of a text file, and never fails half-way through one.

Known for sure: byte order marks, UTF-16 without one (by its zero bytes), UTF-8 (by its strict form). What remains is
read as Windows-1252, unless most letters are outside ASCII and the detector names another script's code page.
"""

import codecs
from dataclasses import dataclass
from typing import BinaryIO

from charset_normalizer import from_bytes

from contacts.imports.limits import FileRefused

BINARY = "This is not a text file. Upload a CSV, Excel (.xlsx) or vCard file."
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like UTF-16 LE: asked first
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Code pages of scripts in which hardly any letter is ASCII: only for these is the detector worth more than our guess.
OTHER_SCRIPTS = {
    "cp1251", "koi8_r", "koi8_u", "mac_cyrillic", "iso8859_5", "cp866", "cp1253", "iso8859_7", "cp1255", "iso8859_8",
    "cp1256", "iso8859_6", "cp874", "cp932", "shift_jis", "euc_jp", "gb18030", "gb2312", "gbk", "big5",
    "cp949", "euc_kr",
}  # fmt: skip
PIECE = 1024 * 1024
STRAY = "kithline_stray_bytes"


def _stray_bytes(error: UnicodeError) -> tuple[str, int]:
    """Bytes that the encoding does not know become the letters Windows would show: visible, never lost."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    letters = []
    for value in error.object[error.start : error.end]:
        try:
            letters.append(bytes([value]).decode("cp1252"))
        except UnicodeDecodeError:
            letters.append(chr(value))
    return "".join(letters), error.end


codecs.register_error(STRAY, _stray_bytes)


@dataclass(frozen=True)
class Encoding:
    """`name` for Python's codecs; `errors` is the handler under which reading cannot fail."""

    name: str
    errors: str = STRAY


def find_encoding(stream: BinaryIO) -> Encoding:
    """The encoding of a text file; the stream is read in pieces and left at its beginning.

    Raises FileRefused for what is no text.
    """
    stream.seek(0)
    head = stream.read(PIECE)
    stream.seek(0)
    for mark, name in MARKS:
        if head.startswith(mark):
            return Encoding(name, "replace" if name != "utf-8-sig" else STRAY)
    wide = _wide(head)
    if wide:
        return Encoding(wide, "replace")
    _refuse_binary(head)
    good, bad = _count_utf8(stream)
    if bad == 0 or good > bad:
        return Encoding("utf-8")
    return Encoding(_other_script(head) or "cp1252")


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: digits, separators and line ends have one zero byte each, always on the same side."""
    sample = head[: len(head) // 2 * 2]
    if len(sample) < 4:
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 10 * even and odd * 20 > len(sample) // 2:
        name = "utf-16-le"
    elif even > 10 * odd and even * 20 > len(sample) // 2:
        name = "utf-16-be"
    else:
        return ""
    text = sample.decode(name, "replace")
    return name if text.count("\ufffd") < 3 and _looks_written(text) else ""


def _looks_written(text: str) -> bool:
    odd = sum(1 for sign in text if ord(sign) < 32 and sign not in "\t\r\n\f\v\x1a")
    return odd * 200 <= len(text)


def _refuse_binary(head: bytes) -> None:
    if b"\0" in head:
        raise FileRefused(BINARY)
    controls = sum(head.count(value) for value in range(1, 32) if value not in (9, 10, 11, 12, 13, 26, 27))
    if controls > 10 and controls * 200 > len(head):
        raise FileRefused(BINARY)


def _count_utf8(stream: BinaryIO) -> tuple[int, int]:
    """How many letters beyond ASCII are right as UTF-8, and how many places are wrong."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    good = bad = 0
    while True:
        piece = stream.read(PIECE)
        text = decoder.decode(piece, final=not piece)
        wrong = text.count("\ufffd") - piece.count("\ufffd".encode())
        bad += max(0, wrong)
        if not text.isascii():
            good += len(text) - len(text.encode("ascii", "ignore")) - max(0, wrong)
        if b"\0" in piece:
            raise FileRefused(BINARY)
        if not piece:
            stream.seek(0)
            return good, bad


def _other_script(head: bytes) -> str:
    sample = head[: 64 * 1024]
    letters = sum(1 for value in sample if value > 127 or chr(value).isalpha())
    beyond = sum(1 for value in sample if value > 127)
    if beyond * 5 < letters * 2:
        return ""
    best = from_bytes(sample[: 16 * 1024]).best()
    return best.encoding if best is not None and best.encoding in OTHER_SCRIPTS else ""
