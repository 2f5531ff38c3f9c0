"""The contract of a provider (design/architecture.md §5, Providers).

A provider carries what it is handed to the outside, and asks what became of it. It never runs inside a request or a
transaction, reads no database and knows no model: jobs hand it plain values. Adding one is a file, a line in
`registry`, and a file of tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

# How a call ends that a machine makes (Receipt.outcome; product.md §10, Delivery).
ANSWERED, MACHINE, UNANSWERED, BUSY = "answered", "machine", "unanswered", "busy"


class DeliveryError(Exception):
    """It could not be handed over. `permanent`: trying again is useless; else it is tried later, with back-off.

    Raise it only when the provider surely did not take the message. The text is shown to people, and names neither
    addresses nor credentials.
    """

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


class OutcomeUnknown(Exception):
    """The provider may have taken it (a time-out, a lost connection): it is asked later, never sent again blindly."""


@dataclass(frozen=True)
class File:
    """An attachment: its bytes are read when it is sent. `attachment_id`: its row, for providers that fetch files."""

    name: str
    content_type: str
    content: bytes
    attachment_id: int | None = None


@dataclass(frozen=True)
class MailHeaders:
    """The place of an email in its thread (RFC 5322 §3.6.4), and further headers such as List-Unsubscribe."""

    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    from_name: str = ""
    cc: tuple[str, ...] = ()
    others: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outgoing:
    """One message. `key` is unique and the same for each try; `type` a value of Interaction.Type: sms, mms, fax, email
    or chat. Addresses are E.164 or emails. `options` are the provider's own, such as how a simulated phone behaves.
    `callback` is the public address of this site, "" where none is set: without it no reports come.
    """

    key: str
    type: str
    sender: str
    to: str
    body: str = ""
    subject: str = ""
    files: tuple[File, ...] = ()
    mail: MailHeaders = field(default_factory=MailHeaders)
    options: Mapping[str, str] = field(default_factory=dict)
    callback: str = ""


@dataclass(frozen=True)
class OutgoingCall:
    """A call to `to` from the channel `sender`; `bridge` is the caller's own phone, rung first ("" for none).

    An announcement instead says `say` in a machine's voice, or plays the sound file at the address `recording`, and
    hangs up. Where it has a `callback`, `key` is that of its interaction (`services.delivering.key_of`): a provider may
    come back for the words.
    """

    key: str
    sender: str
    to: str
    bridge: str = ""
    say: str = ""
    recording: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    callback: str = ""


@dataclass(frozen=True)
class Receipt:
    """What a provider says of what it took: its own id, and a status of `statuses` (sent or delivered; ringing for a
    call). `error` in words for failed.

    An announcement is sent until it is done; then `outcome` says how it ended (ANSWERED, MACHINE, UNANSWERED, BUSY)
    and `seconds` how long it took, where that is known.
    """

    external_id: str = ""
    status: str = "sent"
    error: str = ""
    outcome: str = ""
    seconds: int | None = None


class Provider(Protocol):
    """`name` is stored on channels; `label` is shown; `kinds` are the Channel.Kind it carries."""

    name: str
    label: str
    kinds: frozenset[str]

    def is_on(self) -> bool:
        """Whether its credentials are there (from the environment)."""

    def send(self, message: Outgoing) -> Receipt:
        """Hand the message over, within a time-out. Raises DeliveryError, OutcomeUnknown."""

    def call(self, call: OutgoingCall) -> Receipt:
        """Start a call. Raises DeliveryError, OutcomeUnknown."""

    def look_up(self, message: Outgoing, external_id: str) -> Receipt | None:
        """What became of a message of this key, or of an announcement (type call); None when it cannot tell."""


@runtime_checkable
class Switchboard(Protocol):
    """What a provider can do besides whose calls go on at the carrier, not in our pages."""

    def connect(self, external_id: str, *, to: str, caller_id: str, callback: str) -> None:
        """Lead the caller of this call to the phone `to`. Raises DeliveryError, OutcomeUnknown."""

    def hang_up(self, external_id: str) -> None:
        """End the call. Raises DeliveryError, OutcomeUnknown."""
