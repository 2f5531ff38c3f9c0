"""Reading a mail as it came over the wire (RFC 5322, 2045 to 2049), whatever its sender got wrong. Reads no database.

Nothing that arrives is lost: what cannot be read is kept as a file, and a remark in the text says so. The standard
library parses with headers left as they came, because its structured header parser can be made to fail or to crawl.
"""

from __future__ import annotations

import datetime
import mimetypes
from base64 import encodebytes
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import default
from email.utils import parsedate_to_datetime

from .mail_headers import AsItCame, addresses, decode, decoded, first_id
from .mail_kinds import DeliveryReport, is_automatic, report_of
from .mail_text import text_of
from .providers.base import File

LARGEST = 25 * 1024 * 1024  # bytes of a raw message
LONGEST_BODY = 1_000_000  # characters of the text, and of the formatted body
MOST_FILES = 20
MOST_PARTS = 500
CUT = "[This message is longer than 1 MB. The rest was left out.]"
LEFT_OUT = "[{number} more attached files were left out: a message keeps 20.]"
UNREADABLE = "[This message could not be read. It is attached as it came.]"


class MailTooLarge(ValueError):
    """The raw message has more than 25 MB; `str(error)` is the sentence for people."""

    def __init__(self) -> None:
        super().__init__("This message is larger than 25 MB. Send a link to its files instead.")


@dataclass(frozen=True)
class ParsedMail:
    """A mail in plain values. Addresses are bare, as they were written; ids keep their angle brackets.

    `recipients` are all addresses that its headers name; `pictures`: content id -> place in `files`; `date` is aware,
    None where none can be read. `report` is what a bounce tells of another message.
    """

    message_id: str = ""
    in_reply_to: str = ""
    references: str = ""
    sender: str = ""
    from_name: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    subject: str = ""
    date: datetime.datetime | None = None
    text: str = ""
    html: str = ""
    files: tuple[File, ...] = ()
    pictures: Mapping[str, int] = field(default_factory=dict)
    is_automatic: bool = False
    report: DeliveryReport | None = None


@dataclass
class _Bodies:
    """What the parts of a message hold, as they are walked."""

    texts: list[str] = field(default_factory=list)
    htmls: list[str] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    pictures: dict[str, int] = field(default_factory=dict)
    left_out: int = 0


def read_message(raw: bytes | Message) -> ParsedMail:
    """The mail in plain values; never raises for its content. Raises MailTooLarge above 25 MB."""
    raw = raw if isinstance(raw, bytes) else raw_of(raw)
    if len(raw) > LARGEST:
        raise MailTooLarge
    try:
        message: Message = BytesParser(policy=AsItCame()).parsebytes(raw)
        return _parsed(message, _bodies(message))
    except Exception:  # a thousand parts inside one another, or what else the library trips over
        message = BytesHeaderParser(policy=AsItCame()).parsebytes(raw[:1_000_000])
        return _parsed(message, _Bodies([UNREADABLE], files=[File("message.eml", "message/rfc822", raw)]))


def raw_of(message: Message) -> bytes:
    """The message as it goes over the wire: headers as they came, those that were made here in UTF-8 (RFC 6532).

    Files that were put into it as plain bytes are first encoded: lines are made anew on the way, and theirs are none.
    """
    for part in _leaves(message):
        content = part.get_payload(decode=True)
        if (
            part.get_content_maintype() != "text"
            and "Content-Transfer-Encoding" not in part
            and isinstance(content, bytes)
        ):
            part["Content-Transfer-Encoding"] = "base64"
            part.set_payload(encodebytes(content).decode("ascii"))
    return message.as_bytes(policy=default.clone(refold_source="none", utf8=True))


def _parsed(message: Message, bodies: _Bodies) -> ParsedMail:
    named = addresses(message, "From") or addresses(message, "Sender") or addresses(message, "Return-Path")
    name, sender = named[0] if named else ("", "")
    to, cc = (tuple(address for _, address in addresses(message, header)) for header in ("To", "Cc"))
    routed = [address for header in ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
              for _, address in addresses(message, header)]  # fmt: skip
    return ParsedMail(
        message_id=first_id(message, "Message-ID"),
        in_reply_to=first_id(message, "In-Reply-To"),
        references=decoded(message, "References")[:10_000],
        sender=sender,
        from_name=name,
        to=to,
        cc=cc,
        recipients=tuple(dict.fromkeys([*to, *cc, *routed])),
        subject=decoded(message, "Subject"),
        date=_date(decoded(message, "Date")),
        text=_text(bodies),
        html="\n".join(bodies.htmls)[:LONGEST_BODY],
        files=tuple(bodies.files),
        pictures=bodies.pictures,
        is_automatic=is_automatic(message, sender),
        report=report_of(message),
    )


def _text(bodies: _Bodies) -> str:
    text = "\n\n".join(text.strip() for text in bodies.texts if text.strip())
    text = text or "\n\n".join(text_of(html) for html in bodies.htmls)
    remarks = []
    if len(text) > LONGEST_BODY:
        text = text[:LONGEST_BODY]
        remarks.append(CUT)
    if bodies.left_out:
        remarks.append(LEFT_OUT.format(number=bodies.left_out))
    return "\n\n".join([text, *remarks]).strip()


def _bodies(message: Message) -> _Bodies:
    bodies = _Bodies()
    for part in _leaves(message):
        kind = part.get_content_type()
        # A body may carry a name; only a disposition makes it a file.
        if kind in ("text/plain", "text/html") and part.get_content_disposition() != "attachment":
            text = decode(_content(part), _charset(part)).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
            (bodies.texts if kind == "text/plain" else bodies.htmls).append(text)
        elif kind not in ("message/delivery-status", "text/rfc822-headers"):
            _keep(bodies, part)
    return bodies


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold something, in order; messages inside are parts. Without recursion, MOST_PARTS at most."""
    waiting, number = [message], 0
    while waiting and number < MOST_PARTS:
        part = waiting.pop()
        number += 1
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            waiting.extend(one for one in reversed(inner) if isinstance(one, Message))
        else:
            yield part


def _keep(bodies: _Bodies, part: Message) -> None:
    content = _content(part)
    if not content:
        return
    if len(bodies.files) >= MOST_FILES:
        bodies.left_out += 1
        return
    picture = decoded(part, "Content-ID").strip().strip("<>")[:400]
    if picture:
        bodies.pictures.setdefault(picture, len(bodies.files))
    bodies.files.append(File(_name(part, len(bodies.files) + 1), part.get_content_type()[:100], content))


def _content(part: Message) -> bytes:
    """The bytes of a part, its transfer encoding taken off; of a message inside, that message."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return b"\n".join(one.as_bytes() for one in payload if isinstance(one, Message))
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _charset(part: Message) -> str:
    found = part.get_param("charset", "")
    return (found[2] if isinstance(found, tuple) else str(found or ""))[:40]


def _name(part: Message, number: int) -> str:
    """The file's name; an email inside is named by its subject."""
    given = decoded(part, "", part.get_filename() or "")
    if given:
        return given[:200]
    inner = part.get_payload()
    if isinstance(inner, list) and inner and isinstance(inner[0], Message):
        return f"{decoded(inner[0], 'Subject')[:100] or 'message'}.eml"
    return f"file-{number}{mimetypes.guess_extension(part.get_content_type()) or '.bin'}"


def _date(text: str) -> datetime.datetime | None:
    try:
        date = parsedate_to_datetime(text)
        date = date if date.tzinfo else date.replace(tzinfo=datetime.UTC)
        return date.astimezone(datetime.UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
