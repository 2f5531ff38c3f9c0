"""What an entry is called: its picture, its title, its few words in a list, its state. Reads and decides nothing."""

from __future__ import annotations

from collections.abc import Sequence

from .models import Attachment, Interaction
from .outcomes import label_of

Type, Direction, Status = Interaction.Type, Interaction.Direction, Interaction.Status
CALLS = frozenset({Type.CALL, Type.VOICEMAIL})
PICTURES = {
    Type.VOICEMAIL: "record-mail",
    Type.FAX: "printer",
    Type.EMAIL: "mail",
    Type.CHAT: "message-circle",
    Type.NOTE: "note",
}
STATES = {  # what stands beside a message of ours
    Status.SCHEDULED: "Scheduled",
    Status.QUEUED: "Waiting",
    Status.SENDING: "Sending",
    Status.UNKNOWN: "Not known whether it arrived",
    Status.SENT: "Sent",
    Status.DELIVERED: "Delivered",
    Status.FAILED: "Failed",
}


def duration_in_words(seconds: int | None) -> str:
    """How long it took: "4 min 12 s", "4 min", "24 s"; "" when unknown."""
    if seconds is None:
        return ""
    minutes, rest = divmod(seconds, 60)
    parts = [f"{minutes} min" if minutes else "", f"{rest} s" if rest or not minutes else ""]
    return " ".join(filter(None, parts)) if seconds else "0 min"


def is_missed(entry: Interaction) -> bool:
    """A call that came in and that nobody answered."""
    return (
        entry.type == Type.CALL
        and entry.direction == Direction.IN
        and entry.is_answered is False
        and entry.status == Status.DONE
        and not entry.is_by_hand
    )


def icon_of(entry: Interaction) -> str:
    """The name of its picture."""
    if entry.status == Status.BLOCKED:
        return "ban"
    if entry.type == Type.CALL:
        return (
            "phone-x" if is_missed(entry) else f"phone-{'incoming' if entry.direction == Direction.IN else 'outgoing'}"
        )
    return PICTURES.get(Type(entry.type), "message")


def title_of(entry: Interaction, files: Sequence[Attachment] = ()) -> str:
    """What a call, voicemail or fax is called on its card; a mail has its subject."""
    if entry.type == Type.CALL:
        return _call(entry)
    if entry.type == Type.VOICEMAIL:
        return _with(entry, "Voicemail")
    if entry.type == Type.FAX:
        verb = "received" if entry.direction == Direction.IN else "sent"
        return f"Fax {verb}{_pages(files)}"
    return entry.subject or "No subject"


def _call(entry: Interaction) -> str:
    incoming = entry.direction == Direction.IN
    plain = "Incoming call" if incoming else "Outgoing call"
    going_on = {
        Status.RINGING: "Ringing" if incoming else "Calling",
        Status.ACTIVE: "In a call",
        Status.BLOCKED: "Blocked call",
        Status.FAILED: "Call failed",
    }
    if words := going_on.get(Status(entry.status)):
        return words
    if is_missed(entry):
        return "Missed call"
    if entry.is_by_hand or entry.is_answered is None:
        return _with(entry, plain)
    return _with(entry, "Call answered") if entry.is_answered else "Call not answered"


def _with(entry: Interaction, words: str) -> str:
    took = duration_in_words(entry.duration)
    return f"{words}, {took}" if took else words


def _pages(files: Sequence[Attachment]) -> str:
    pages = sum(1 for file in files if file.kind == Attachment.Kind.PAGE)
    return f", {pages} page{'' if pages == 1 else 's'}" if pages else ""


def preview_of(entry: Interaction, files: Sequence[Attachment] = ()) -> str:
    """The entry in a few words, for a list."""
    if entry.type in CALLS or (entry.type == Type.FAX and not files):
        return title_of(entry, files)
    if entry.type == Type.FAX:
        return f"{files[0].name or 'Fax'}{_pages(files)}"
    words = entry.subject if entry.type == Type.EMAIL else entry.body
    words = " ".join((words or entry.body)[:400].split())
    if words:
        return words
    return _files(files) or ("No words" if entry.type == Type.EMAIL else "Empty message")


def _files(files: Sequence[Attachment]) -> str:
    pictures = sum(1 for file in files if file.kind == Attachment.Kind.IMAGE)
    if pictures:
        return "Picture" if pictures == 1 else f"{pictures} pictures"
    return files[0].name if files else ""


def outcome_in_words(entry: Interaction) -> str:
    return label_of(entry.outcome) if entry.outcome else ""
