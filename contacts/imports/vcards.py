"""vCards 2.1, 3.0 and 4.0 taken apart: cards of a file, properties of a card. What they mean is `cards.py`'s.

vobject does the escapes and structured values (`splitFields`, `stringToTextValues`). Files are cut into cards and lines
here, because vobject gives up on a whole file at its first odd line, needs quadratic time for long folded lines, and
its expression for one line takes exponential time on hostile parameters (docs/decisions, libraries).
"""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from vobject.icalendar import stringToTextValues
from vobject.vcard import splitFields

from contacts.imports.encodings import STRAY
from contacts.imports.files import Detected, open_text
from contacts.imports.limits import (
    EMPTY,
    LONGEST_CELL,
    LONGEST_RECORD,
    MOST_PROPERTIES,
    MOST_ROWS,
    TOO_MANY_ROWS,
    FileRefused,
)

# Encodings that old phones and mail programs name; any other name is read as UTF-8, else Windows-1252.
CHARSETS = {
    "utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1", "windows-1252", "cp1252", "iso-8859-2",
    "windows-1250", "iso-8859-15", "windows-1251", "koi8-r", "iso-8859-5", "iso-8859-7", "iso-8859-9", "windows-1254",
    "shift_jis", "iso-2022-jp", "euc-jp", "gb2312", "gbk", "gb18030", "big5", "euc-kr",
}  # fmt: skip
NAME = re.compile(r"^(?:([A-Za-z0-9_-]{1,60})\.)?([A-Za-z0-9_-]{1,60})$")
BASE64_LINE = re.compile(r"^[A-Za-z0-9+/=]+$")
OUTSIDE = "This text stands outside of any card."
CUT_OFF = "This card has no end: the file may be cut off."
TOO_LONG = f"This card is larger than 20 MB or has more than {MOST_PROPERTIES:,} properties."


@dataclass
class RawCard:
    """The lines of one card as they stand in the file; `problem` says what is wrong with it as a whole."""

    text: str
    problem: str = ""


@dataclass
class Property:
    """One property: NAME in capitals, its group ("item1"), parameters in capitals -> values, the undecoded value."""

    name: str
    value: str
    group: str = ""
    params: dict[str, list[str]] = field(default_factory=dict)
    version: str = "3.0"

    @property
    def types(self) -> list[str]:
        """Values of TYPE in small letters, in their order."""
        return [value.lower() for value in self.params.get("TYPE", [])]

    @property
    def encoding(self) -> str:
        return next(iter(self.params.get("ENCODING", [])), "").upper()

    @property
    def is_preferred(self) -> bool:
        return "pref" in self.types or self.params.get("PREF", [""])[0] == "1"

    @property
    def is_binary(self) -> bool:
        return self.encoding in ("B", "BASE64") or self.value[:200].lower().startswith("data:")

    def text(self) -> str:
        """The value as one text, escapes resolved."""
        value = self._decoded()
        if self.version == "2.1" or "\\" not in value:
            return value.replace("\\;", ";").replace("\\:", ":")
        return ",".join(stringToTextValues(_without_lone_slash(value))).replace("\\:", ":")

    def values(self) -> list[str]:
        """The value as a list cut at commas (CATEGORIES, NICKNAME)."""
        return [value.strip() for value in stringToTextValues(_without_lone_slash(self._decoded())) if value.strip()]

    def parts(self) -> list[list[str]]:
        """A structured value (N, ADR, ORG): components cut at ";", each a list of values."""
        value = self._decoded()
        if self.version == "2.1":
            return [[part.replace("\\;", ";")] for part in re.split(r"(?<!\\);", value)]
        parts = splitFields(_without_lone_slash(value))
        return [part if isinstance(part, list) else [part] for part in parts]

    def data(self) -> bytes:
        """The bytes of a binary value. Raises ValueError."""
        value = self.value
        if value[:200].lower().startswith("data:"):
            head, _, value = value.partition(",")
            if not head.lower().endswith("base64"):
                raise ValueError("not base64")
        try:
            return base64.b64decode(re.sub(r"\s", "", value), validate=True)
        except binascii.Error as error:
            raise ValueError("not base64") from error

    def _decoded(self) -> str:
        value = self.value[:LONGEST_CELL]
        charset = next(iter(self.params.get("CHARSET", [])), "").lower()
        charset = charset if charset in CHARSETS else ""
        if self.encoding != "QUOTED-PRINTABLE":
            return value
        data = quopri.decodestring(value.encode(charset or "utf-8", "replace"))
        if charset:
            return data.decode(charset, STRAY)
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode("cp1252", STRAY)


def _without_lone_slash(value: str) -> str:
    """A backslash at the very end escapes nothing; vobject would read past it."""
    slashes = len(value) - len(value.rstrip("\\"))
    return value[:-1] if slashes % 2 else value


def read_cards(stream: BinaryIO, detected: Detected) -> Iterator[RawCard]:
    """The cards of a file, one at a time. Raises FileRefused for too many or none."""
    stream.seek(0)
    text = open_text(stream, detected.encoding, detected.errors)
    count = 0
    try:
        for count, card in enumerate(_split_cards(text), start=1):
            if count > MOST_ROWS:
                raise FileRefused(TOO_MANY_ROWS)
            yield card
    finally:
        text.detach()
    if not count:
        raise FileRefused(EMPTY)


@dataclass
class _Open:
    """The card that is being collected; what is beyond the limits is counted and not kept."""

    lines: list[str] = field(default_factory=list)
    size: int = 0
    properties: int = 0
    depth: int = 0

    @property
    def is_too_long(self) -> bool:
        return self.size > LONGEST_RECORD or self.properties > MOST_PROPERTIES

    def add(self, line: str) -> None:
        self.size += len(line)
        self.properties += line[:1] not in " \t" and ":" in line
        if not self.is_too_long:
            self.lines.append(line)

    def close(self, problem: str = "") -> RawCard:
        card = RawCard("\n".join(self.lines), TOO_LONG if self.is_too_long else problem)
        self.lines, self.size, self.properties, self.depth = [], 0, 0, 0
        return card

    def awaits_agent(self) -> bool:
        """Whether the last line announces a card within the card (AGENT: of vCard 2.1)."""
        return bool(self.lines) and self.lines[-1].upper().startswith("AGENT") and self.lines[-1].endswith(":")


def _split_cards(text) -> Iterator[RawCard]:
    card = _Open()
    for line in _bare_lines(text):
        mark = line.strip().upper()
        if mark == "BEGIN:VCARD" and card.lines and not card.awaits_agent():
            yield card.close(CUT_OFF if card.depth else OUTSIDE)
        card.add(line)
        card.depth += mark == "BEGIN:VCARD"
        if mark == "END:VCARD" and card.depth:
            card.depth -= 1
            if not card.depth:
                yield card.close()
    if card.lines:
        yield card.close(CUT_OFF if card.depth else OUTSIDE)


def _bare_lines(text) -> Iterator[str]:
    """Lines without their ends; END and BEGIN that were glued together when files were joined come apart."""
    while line := text.readline(LONGEST_RECORD):
        bare = line.rstrip("\r\n").lstrip("\ufeff").replace("\0", "")  # the database holds no NUL
        if bare[:21].upper() == "END:VCARDBEGIN:VCARD":
            yield "END:VCARD"
            bare = "BEGIN:VCARD"
        # CR CR LF leaves a blank line after each line; a real blank line means nothing in a card either.
        if bare.strip():
            yield bare


def read_properties(card: str) -> tuple[list[Property], list[str]]:
    """Properties of a card in their order, and the lines that are none. BEGIN and END are left out."""
    found, unreadable = [], []
    depth = 0
    nested: list[str] = []
    for line in _unfolded(card.split("\n")):
        mark = line.strip().upper()
        depth += mark == "BEGIN:VCARD"
        if depth > 1:
            nested.append(line)
        elif mark not in ("BEGIN:VCARD", "END:VCARD"):
            one = _property(line)
            if one is None:
                unreadable.append(line)
            else:
                found.append(one)
        depth -= mark == "END:VCARD"
    if nested:
        unreadable.append("\n".join(nested))
    version = next((one.value.strip() for one in found if one.name == "VERSION"), "3.0")
    for one in found:
        one.version = version
    return [one for one in found if one.value.strip() or one.name == "AGENT"], unreadable


def _unfolded(lines: list[str]) -> Iterator[str]:
    """Logical lines: folded ones joined (RFC 6350 §3.2), quoted-printable soft breaks and bare base64 lines too."""
    parts: list[str] = []
    soft = binary = quoted = False
    for line in lines:
        if parts and soft:
            parts[-1] = parts[-1].rstrip()[:-1]
            parts.append(line.lstrip() if binary else line)
        elif parts and line[:1] in (" ", "\t"):
            parts.append(line[1:])
        elif parts and binary and BASE64_LINE.match(line.strip()):
            parts.append(line.strip())
        else:
            if parts:
                yield "".join(parts)
            parts = [line]
            head = line.partition(":")[0].upper()
            binary = "BASE64" in head or "ENCODING=B" in head
            quoted = "QUOTED-PRINTABLE" in head
        soft = quoted and parts[-1].rstrip().endswith("=")
    if parts:
        yield "".join(parts)


def _property(line: str) -> Property | None:
    place = _colon(line)
    if place < 0:
        return None
    name, *params = _split_head(line[:place])
    match = NAME.match(name.strip())
    if not match or len(params) > 100:
        return None
    found = Property(match.group(2).upper().replace("_", "-"), line[place + 1 :], (match.group(1) or "").lower())
    for param in params:
        key, equals, value = param.partition("=")
        if equals:
            values = [item.strip().strip('"') for item in value.strip().strip('"').split(",")]
            found.params.setdefault(key.strip().upper(), []).extend(item for item in values if item)
        elif key.strip():
            name, value = _bare_param(key.strip())
            found.params.setdefault(name, []).append(value)
    return found


def _bare_param(value: str) -> tuple[str, str]:
    """vCard 2.1 writes values without their parameter's name: TEL;WORK;VOICE."""
    if value.upper() in ("QUOTED-PRINTABLE", "BASE64", "B", "8BIT", "7BIT"):
        return "ENCODING", value.upper()
    return "TYPE", value


def _colon(line: str) -> int:
    """Place of the colon that ends the head, quoted parameters skipped; -1 without one."""
    quoted = False
    for place, sign in enumerate(line[:4000]):
        if sign == '"':
            quoted = not quoted
        elif sign == ":" and not quoted:
            return place
    return line.find(":") if quoted else -1


def _split_head(head: str) -> list[str]:
    pieces, quoted = [""], False
    for sign in head:
        quoted ^= sign == '"'
        if sign == ";" and not quoted:
            pieces.append("")
        else:
            pieces[-1] += sign
    return pieces
