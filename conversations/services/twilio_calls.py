"""What Twilio must know of a call while it waits: whether one that begins there is wanted, so it is applied at once;
and what a call of ours announces."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from conversations.models import Channel, Interaction
from conversations.services import inbound, twilio_intake, twilio_traffic

log = logging.getLogger("kithline.inbound")


def begin_call(channel: Channel, params: Mapping[str, str]) -> bool:
    """Keep the call and let it ring; whether the caller may wait (blocked ones may not).

    If it cannot be applied now, its job tries again, and the caller waits in the meantime.
    """
    event_id = twilio_intake.keep_call(channel, params)
    try:
        if event_id is not None:
            inbound.apply_event(event_id)
    except Exception:
        log.exception("a call could not be applied at once", extra={"event_id": event_id})
    blocked = Interaction.objects.filter(
        channel=channel, external_id=params.get("CallSid", "") or "-", status=Interaction.Status.BLOCKED
    )
    return not blocked.exists()


def words_of(key: str) -> str:
    """What the announcement with this key says; "" for none of ours. One query."""
    named = twilio_traffic.KEY.fullmatch(key)
    if named is None:
        return ""
    rows = Interaction.objects.filter(
        pk=int(named[1]), type=Interaction.Type.CALL, direction=Interaction.Direction.OUT, channel__provider="twilio"
    )
    return rows.values_list("body", flat=True).first() or ""
