"""What Twilio posts, cut down to what is needed and kept as an event of our own (its webhooks' reference).

Whose it is, the line says: the number that was written to or called, or that it was sent from. Events that Twilio
sends about one message or call differ by their state, so each is kept once.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone

from conversations.models import Channel
from conversations.services.inbound import TWILIO, take_event
from conversations.services.phone_traffic import own_line
from conversations.services.twilio_traffic import PICK_UP

MESSAGE, MESSAGE_STATUS, CALL, CALL_STATUS, RECORDING = "message", "message-status", "call", "call-status", "recording"
MOST_MEDIA = 10
KEPT = (
    "MessageSid", "MessageStatus", "ErrorCode", "CallSid", "ParentCallSid", "CallStatus", "CallDuration",
    "DialCallStatus", "DialCallDuration", "AnsweredBy", "From", "To", "Body", "CallerName", "RecordingSid",
    "RecordingUrl", "RecordingStatus", "RecordingDuration",
)  # fmt: skip
LONGEST = {"Body": 10_000, "RecordingUrl": 1000}
SHORT = 150

Params = Mapping[str, str]


def line_called(params: Params) -> Channel | None:
    """Our line that a message or call came to; None for a number that is no line here. One query."""
    return own_line(params.get("To", ""), provider=TWILIO)


def keep_message(channel: Channel, params: Params) -> int | None:
    """A text or picture message that came in; None if it is known already."""
    media = [
        {"url": _cut("RecordingUrl", params.get(f"MediaUrl{number}", ""))}
        for number in range(min(_number(params.get("NumMedia")), MOST_MEDIA))
    ]
    return _keep(MESSAGE, channel, params, params.get("MessageSid", ""), media=media)


def keep_call(channel: Channel, params: Params) -> int | None:
    """A call that comes in and rings."""
    return _keep(CALL, channel, params, params.get("CallSid", ""))


def keep_message_status(params: Params, key: str) -> int | None:
    """What became of a message of ours; `key` is the one it was handed over with."""
    own_id = f"{params.get('MessageSid', '')}:{params.get('MessageStatus', '')}"
    return _keep(MESSAGE_STATUS, _line_of(params), params, own_id, key=_cut("key", key))


def keep_call_status(params: Params, key: str = "", leg: str = "") -> int | None:
    """How a call goes on; `leg` is "contact" for the other side of a bridged one, "dial" for what a Dial reports,
    "announcement" for a call that reads something out."""
    state = params.get("DialCallStatus" if leg == "dial" else "CallStatus", "")
    own_id = f"{params.get('CallSid', '')}:{leg}:{state}"
    return _keep(CALL_STATUS, _line_of(params), params, own_id, key=_cut("key", key), leg=leg)


def keep_pick_up(params: Params, key: str) -> int | None:
    """That somebody or a machine has picked up an announcement; kept before the call can end."""
    return _keep(PICK_UP, _line_of(params), params, params.get("CallSid", ""), key=_cut("key", key))


def keep_recording(params: Params, key: str = "", *, is_voicemail: bool = False) -> int | None:
    """A recording that is ready, of a voicemail or of a call."""
    own_id = params.get("RecordingSid", "")
    return _keep(RECORDING, _line_of(params), params, own_id, key=_cut("key", key), voicemail=is_voicemail)


def _keep(kind: str, channel: Channel | None, params: Params, own_id: str, **more: object) -> int | None:
    facts = {name: _cut(name, params[name]) for name in KEPT if params.get(name)}
    payload = {"kind": kind, "channel_id": channel.pk if channel else None, "facts": facts, **more}
    payload["at"] = timezone.now().isoformat()
    return take_event(TWILIO, channel.account_id if channel else None, f"{kind}:{_cut('id', own_id)}", payload)


def _cut(name: str, value: str) -> str:
    return value.replace("\x00", "")[: LONGEST.get(name, SHORT)]


def _line_of(params: Params) -> Channel | None:
    """Which end is ours is not said in reports; recordings name none."""
    for name in ("From", "To"):
        if params.get(name) and (channel := own_line(params[name], provider=TWILIO)):
            return channel
    return None


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 4 else 0
