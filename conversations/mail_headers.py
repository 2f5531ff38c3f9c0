"""Headers of mails read leniently: encoded words (RFC 2047), unknown charsets, lists of addresses, message ids."""

from __future__ import annotations

import binascii
import codecs
import re
from email.message import Message
from email.policy import Compat32
from email.utils import getaddresses

from contacts_project.core.emails import EmailImpossible, parse_email

LONGEST = 20_000  # characters of one header that are looked at
MOST_ADDRESSES = 500
WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)\?=")
BETWEEN_WORDS = re.compile(r"(?<=\?=)\s+(?==\?)")
ID = re.compile(r"<[^<>\s]{1,390}>")
# Codecs that are no charset of a text, or take time by the square of its length.
NO_CHARSET = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "utf-7"})
BRACKETED = re.compile(r"<([^<>\s]{3,254})>|([^\s<>,;:\"()]{1,200}@[^\s<>,;:\"()]{1,200})")


class AsItCame(Compat32):
    """A policy of the standard library whose headers are the strings that were read, undecoded bytes as surrogates."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value


def decoded(message: Message, header: str, value: str | None = None) -> str:
    """A header in words, on one line; "" where there is none. Or the given value of one."""
    text = value if value is not None else str(message.get(header) or "")
    text = BETWEEN_WORDS.sub("", " ".join(_readable(text[:LONGEST]).split()))
    return " ".join(_words(text).replace("\x00", "").split())


def addresses(message: Message, header: str) -> list[tuple[str, str]]:
    """(name, address) of all that the headers of this name hold, addresses checked; unreadable ones left out."""
    found = []
    for value in message.get_all(header) or []:
        text = _readable(str(value)[:LONGEST]).replace("\r", " ").replace("\n", " ")
        for name, address in _split(text)[:MOST_ADDRESSES]:
            try:
                found.append((decoded(message, "", name)[:200], parse_email(_words(address))))
            except EmailImpossible:
                continue
    return found


def first_id(message: Message, header: str) -> str:
    """The first message id of a header in its angle brackets, "" for none; one without them gets them."""
    text = decoded(message, header)
    found = ID.search(text)
    if found:
        return found.group()
    bare = text.split(" ")[0].strip("<>")[:390]
    return f"<{bare}>" if bare else ""


def decode(content: bytes, charset: str) -> str:
    """Bytes as text: by the charset that was named, else as UTF-8, else as what Windows writes. Never raises."""
    for name in (charset, "utf-8"):
        try:
            codec = codecs.lookup(name.strip().strip("\"'"))
            if codec.name not in NO_CHARSET:
                # ASCII and Latin-1 are often said of Windows' charset, which holds both.
                return content.decode("cp1252" if codec.name == "iso8859-1" else codec.name)
        except (LookupError, ValueError, TypeError):
            continue
    return content.decode("cp1252", "replace")


def _readable(text: str) -> str:
    """Undecoded bytes of a header as text: nobody says their charset."""
    try:
        text.encode()
        return text
    except UnicodeEncodeError:
        return decode(text.encode("utf-8", "surrogateescape"), "utf-8")


def _words(text: str) -> str:
    """`text` with its encoded words read; neighbours of one charset first joined, because senders split characters."""
    out: list[str] = []
    charset, waiting, place = "", b"", 0
    for word in WORD.finditer(text):
        if (between := text[place : word.start()]) or word.group(1).lower() != charset:
            out.extend((decode(waiting, charset), between))
            waiting = b""
        charset = word.group(1).lower()
        waiting += _bytes_of(word.group(2), word.group(3))
        place = word.end()
    return "".join([*out, decode(waiting, charset), text[place:]])


def _bytes_of(encoding: str, text: str) -> bytes:
    content = text.encode("ascii", "ignore")
    if encoding in "qQ":
        return binascii.a2b_qp(content, header=True)
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", content)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _split(text: str) -> list[tuple[str, str]]:
    try:
        pairs = getaddresses([text])
    except (RecursionError, ValueError, IndexError):  # thousands of brackets
        pairs = []
    if not any("@" in address for _, address in pairs):
        pairs = [("", match.group(1) or match.group(2)) for match in BRACKETED.finditer(text)]
    return pairs
