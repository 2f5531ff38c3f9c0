"""What a phone system may say in the generic webhook, and how it is read (contract.md; docs/webhooks.md).

Turns bytes into a PhoneEvent or says which field is wrong. Reads no database: whose line it is, the service finds out.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from django.utils import timezone

from .models import Interaction

Type, Direction = Interaction.Type, Interaction.Direction
TYPES = frozenset({Type.CALL, Type.VOICEMAIL, Type.SMS, Type.MMS, Type.FAX})
RINGING, ANSWERED, COMPLETED, MISSED, BUSY, FAILED = "ringing", "answered", "completed", "missed", "busy", "failed"
CALL_STATUSES = frozenset({RINGING, ANSWERED, COMPLETED, MISSED, BUSY, FAILED})
SENT_STATUSES = frozenset({"sent", "delivered", FAILED})
RECEIVED = "received"
LONGEST_ID, LONGEST_ADDRESS, LONGEST_BODY, LONGEST_WORD = 150, 254, 100_000, 60
LONGEST_CALL = 7 * 24 * 3600  # seconds
EARLIEST = datetime.datetime(1990, 1, 1, tzinfo=datetime.UTC)
AHEAD = datetime.timedelta(days=1)


class Malformed(ValueError):
    """The body cannot be taken; `field` says which part of it ("" for the whole)."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True)
class PhoneEvent:
    """One event as it was posted. `call` links the events of one call or message; alone it is the event's own id.

    `at`: when the call began or the message was sent. `outside` is the other side's address as it was written.
    `duration` in seconds; `media` stays empty here, files do not come this way.
    """

    id: str
    call: str
    at: datetime.datetime
    channel: str
    outside: str
    type: str
    direction: str
    status: str
    body: str = ""
    duration: int | None = None
    outcome: str = ""
    name: str = ""

    def as_json(self) -> dict[str, Any]:
        return {**self.__dict__, "at": self.at.isoformat()}

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> PhoneEvent:
        """The event as `as_json` wrote it; further keys are passed over."""
        known = {name: facts[name] for name in cls.__dataclass_fields__ if name in facts}
        return cls(**{**known, "at": datetime.datetime.fromisoformat(facts["at"])})


def read_event(body: bytes) -> PhoneEvent:
    """Read the body of a request. Raises Malformed."""
    facts = _object(body)
    type, direction = _choice(facts, "type", TYPES), _choice(facts, "direction", frozenset(Direction.values))
    if direction == Direction.OUT and type == Type.VOICEMAIL:
        _refuse("direction", "a voicemail comes in")
    outside = "from" if direction == Direction.IN else "to"
    event_id = _line(facts, "id", LONGEST_ID, needed=True)
    return PhoneEvent(
        id=event_id,
        call=_line(facts, "call", LONGEST_ID) or event_id,
        at=_moment(facts),
        channel=_line(facts, "channel", LONGEST_ADDRESS, needed=True),
        outside=_line(facts, outside, LONGEST_ADDRESS),
        type=type,
        direction=direction,
        status=_status(facts, type, direction),
        body=_text(facts),
        duration=_seconds(facts),
        outcome=_line(facts, "outcome", LONGEST_WORD),
        name=_line(facts, "name", 2 * LONGEST_WORD),
    )


def _object(body: bytes) -> dict[str, Any]:
    def constant(word: str) -> NoReturn:
        _refuse("", f"{word} is no JSON")

    try:
        facts = json.loads(body.decode("utf-8"), parse_constant=constant)
    except Malformed:
        raise
    except (ValueError, RecursionError):  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        _refuse("", "the body is no JSON in UTF-8")
    if not isinstance(facts, dict):
        _refuse("", "the body is no JSON object")
    return facts


def _line(facts: dict[str, Any], field: str, longest: int, *, needed: bool = False) -> str:
    """One line of text without control characters, trimmed."""
    value = facts.get(field)
    if value is None:
        value = ""
    if not isinstance(value, str):
        _refuse(field, "is no text")
    value = value.strip()
    if len(value) > longest:
        _refuse(field, f"is longer than {longest} characters")
    if any(ord(one) < 32 or 0xD800 <= ord(one) <= 0xDFFF for one in value):
        _refuse(field, "has characters that no text has")
    if needed and not value:
        _refuse(field, "is missing")
    return value


def _text(facts: dict[str, Any]) -> str:
    value = facts.get("body")
    if value is None:
        return ""
    if not isinstance(value, str):
        _refuse("body", "is no text")
    if len(value) > LONGEST_BODY:
        _refuse("body", f"is longer than {LONGEST_BODY} characters")
    if "\x00" in value:
        _refuse("body", "has characters that no text has")
    return value.encode("utf-8", "replace").decode()  # half a surrogate pair is no character, and no reason to lose it


def _choice(facts: dict[str, Any], field: str, choices: frozenset[str]) -> str:
    value = facts.get(field)
    if not isinstance(value, str) or value not in choices:
        _refuse(field, f"is none of {', '.join(sorted(choices))}")
    return value


def _status(facts: dict[str, Any], type: str, direction: str) -> str:
    if type == Type.CALL:
        return _choice(facts, "status", CALL_STATUSES)
    if direction == Direction.OUT:
        return _choice({"status": facts.get("status") or "sent"}, "status", SENT_STATUSES)
    return _choice({"status": facts.get("status") or RECEIVED}, "status", frozenset({RECEIVED}))


def _moment(facts: dict[str, Any]) -> datetime.datetime:
    value = facts.get("at")
    try:
        at = datetime.datetime.fromisoformat(value) if isinstance(value, str) and len(value) <= 40 else None
        at = at.astimezone(datetime.UTC) if at and at.tzinfo else None
    except (ValueError, OverflowError):
        at = None
    if at is None:
        _refuse("at", "is no ISO 8601 time with a zone, such as 2026-11-22T14:05:00Z")
    if not EARLIEST <= at <= timezone.now() + AHEAD:
        _refuse("at", "is too far away")
    return at


def _seconds(facts: dict[str, Any]) -> int | None:
    value = facts.get("duration")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LONGEST_CALL:
        _refuse("duration", f"is no whole number of seconds from 0 to {LONGEST_CALL}")
    return value


def _refuse(field: str, words: str) -> NoReturn:
    raise Malformed(field, words)
