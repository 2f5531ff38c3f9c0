"""What an event of Twilio does here: a text or call arrives, a message or call of ours goes on, a recording is ready.

Files are fetched afterwards by jobs of their own, outside of any transaction (`fetching`).
"""

from __future__ import annotations

import datetime
import re
from typing import Any

from procrastinate.contrib.django import app

from conversations import phone_events as states
from conversations.models import Channel, InboundEvent, Interaction
from conversations.phone_events import PhoneEvent
from conversations.providers.twilio_calls import ANNOUNCEMENT, CALL_FAILURES, NOT_CONNECTED, outcome_of, picked_up
from conversations.providers.twilio_errors import words_of
from conversations.services.announcing import end_announcement
from conversations.services.arriving import Arrival, record_arrival
from conversations.services.delivering import record_status
from conversations.services.phone_traffic import move_call, take_phone_event

Type, Direction, Status = Interaction.Type, Interaction.Direction, Interaction.Status
PICK_UP = "pick-up"  # the kind of report that says who picked up an announcement
FETCH = "conversations.jobs_inbound.fetch_inbound_file"
KEY = re.compile(r"[a-z]+-([0-9]{1,18})", re.ASCII)  # what calls and messages are handed over with
# Numbers that Twilio writes for callers who withhold theirs.
WITHHELD = frozenset(
    {"anonymous", "restricted", "unavailable", "+266696687", "+86282452253", "+7378742833", "+2562533", "+8656696"}
)
MESSAGE_STATES: dict[str, str] = {
    "sent": Status.SENT, "delivered": Status.DELIVERED, "read": Status.DELIVERED, "undelivered": Status.FAILED,
    "failed": Status.FAILED, "canceled": Status.FAILED,
}  # fmt: skip
ENDS: dict[str, str] = {
    "completed": states.COMPLETED, "busy": states.BUSY, "no-answer": states.MISSED, "canceled": states.MISSED,
    "failed": states.FAILED,
}  # fmt: skip


class NotYet(Exception):
    """What the report is about is not here (yet): it is tried again."""

    reason = "The message or call that it reports on is not known here"


class LineGone(Exception):
    reason = "The line that it was for has been removed"


def take_twilio_event(event: InboundEvent) -> Interaction | None:
    """Write what the event says. In the transaction of whoever calls; raises NotYet, LineGone."""
    return EFFECTS[event.payload["kind"]](event, event.payload["facts"])


def _message(event: InboundEvent, facts: dict[str, str]) -> Interaction:
    media = event.payload.get("media", [])
    arrived = record_arrival(
        Arrival(
            channel=_line(event), type=Type.MMS if media else Type.SMS, sender=_sender(facts), at=_at(event),
            body=facts.get("Body", ""), external_id=facts.get("MessageSid", ""),
        )
    )  # fmt: skip
    if arrived.is_new and arrived.interaction.status != Status.BLOCKED:
        for number in range(len(media)):
            fetch_later(event, number)
    return arrived.interaction


def _message_status(event: InboundEvent, facts: dict[str, str]) -> Interaction | None:
    row = _ours(event, facts.get("MessageSid", ""))
    state = MESSAGE_STATES.get(facts.get("MessageStatus", ""))
    if state is None:  # queued, accepted and so on: nothing new
        return row
    error = words_of(facts.get("ErrorCode")) if state == Status.FAILED else ""
    return record_status(row, state, error=error, external_id=facts.get("MessageSid", ""))


def _call(event: InboundEvent, facts: dict[str, str]) -> Interaction:
    sid = facts.get("CallSid", "")
    ringing = PhoneEvent(
        id=sid, call=sid, at=_at(event), channel="", outside=_sender(facts), type=Type.CALL, direction=Direction.IN,
        status=states.RINGING, name=facts.get("CallerName", "")[:120],
    )  # fmt: skip
    return take_phone_event(_line(event), ringing)


def _call_status(event: InboundEvent, facts: dict[str, str]) -> Interaction:
    """The leg of the other side knows whether anybody spoke; our own leg only that all is over."""
    leg = event.payload.get("leg", "")
    if leg == ANNOUNCEMENT:
        return _announcement(event, facts)
    call = _ours(event, facts.get("ParentCallSid") or facts.get("CallSid", ""))
    state = facts.get("DialCallStatus" if leg == "dial" else "CallStatus", "")
    if leg == "voicemail":  # nobody picked up: it rings no more
        move_call(call, states.MISSED, duration=None, at=_at(event))
    elif leg == "contact" and state == "in-progress":
        move_call(call, states.ANSWERED, duration=None, at=_at(event))
    elif state in ENDS:
        spoke = leg == "contact" and state == "completed"
        length = _seconds(facts.get("CallDuration")) if spoke else None
        if leg == "dial":
            length = _seconds(facts.get("DialCallDuration")) if call.is_answered else None
        # Twilio picks up by itself and takes messages: that its leg is complete says nothing of a person.
        move_call(call, ENDS[state] if spoke or state != "completed" else states.MISSED, duration=length, at=_at(event))
    return call


def _announcement(event: InboundEvent, facts: dict[str, str]) -> Interaction:
    """How it ended. Who had picked up was said before, in a report of its own that may wait yet."""
    call, state = _ours(event, facts.get("CallSid", "")), facts.get("CallStatus", "")
    if state in CALL_FAILURES:
        record_status(call, Status.FAILED, error=NOT_CONNECTED, external_id=facts.get("CallSid", ""))
        return call
    by = facts.get("AnsweredBy") or _picked_up_by(event, facts.get("CallSid", ""))
    if outcome := outcome_of(state, by):
        end_announcement(call, outcome, seconds=_seconds(facts.get("CallDuration")), at=_at(event))
    return call


def _picked_up_by(event: InboundEvent, sid: str) -> str:
    """AnsweredBy as it was kept for this call, applied or not; "" for none."""
    rows = InboundEvent.objects.filter(source=event.source, account=event.account_id, external_id=f"{PICK_UP}:{sid}")
    payload = rows.values_list("payload", flat=True).first()
    return payload["facts"].get("AnsweredBy", "") if payload else ""


def _pick_up(event: InboundEvent, facts: dict[str, str]) -> Interaction:
    """An announcement is heard: that is how it ends, whenever that is reported."""
    call = _ours(event, facts.get("CallSid", ""))
    end_announcement(call, picked_up(facts.get("AnsweredBy", "")), at=_at(event))
    return call


def _recording(event: InboundEvent, facts: dict[str, str]) -> Interaction | None:
    call = _ours(event, facts.get("CallSid", ""))
    if facts.get("RecordingStatus", "completed") != "completed" or call.status == Status.BLOCKED:
        return call
    if not event.payload.get("voicemail"):
        fetch_later(event, 0)
        return call
    move_call(call, states.MISSED, duration=None, at=_at(event))
    assert call.channel
    arrived = record_arrival(
        Arrival(
            channel=call.channel, type=Type.VOICEMAIL, sender=call.outside_address, at=_at(event), is_answered=False,
            duration=_seconds(facts.get("RecordingDuration")), external_id=facts.get("RecordingSid", ""),
        )
    )  # fmt: skip
    if arrived.is_new:
        fetch_later(event, 0)
    return arrived.interaction


EFFECTS = {
    "message": _message, "message-status": _message_status, "call": _call, "call-status": _call_status,
    "recording": _recording, PICK_UP: _pick_up,
}  # fmt: skip


def files_of(event: InboundEvent) -> list[str]:
    """Where the files of an event stand, in the order of their numbers."""
    payload = event.payload
    if payload["kind"] == "recording":
        return [f"{payload['facts'].get('RecordingUrl', '')}.mp3"]
    return [one["url"] for one in payload.get("media", [])]


def fetch_later(event: InboundEvent, number: int) -> None:
    """Have a file of the event fetched, once the event is applied."""
    app.configure_task(FETCH).defer(event_id=event.pk, number=number)


def _line(event: InboundEvent) -> Channel:
    rows = Channel.objects.select_related("account", "department")
    channel = rows.filter(pk=event.payload["channel_id"], account=event.account_id).first()
    if channel is None:
        raise LineGone
    return channel


def _ours(event: InboundEvent, sid: str) -> Interaction:
    """The message or call that a report is about, by the key that we gave or by Twilio's id. Raises NotYet."""
    rows = Interaction.objects.filter(channel__provider="twilio").select_related(
        "channel__account", "channel__department"
    )
    if named := KEY.fullmatch(event.payload.get("key", "")):
        rows = rows.filter(pk=int(named[1]), direction=Direction.OUT)
    else:
        rows = rows.filter(external_id=sid or "-")
    found = rows.order_by("pk").first()
    if found is None:
        raise NotYet
    return found


def _sender(facts: dict[str, str]) -> str:
    sender = facts.get("From", "")
    return "" if sender.lower() in WITHHELD else sender


def _at(event: InboundEvent) -> datetime.datetime:
    return datetime.datetime.fromisoformat(event.payload["at"])


def _seconds(text: Any) -> int | None:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 7 else None
