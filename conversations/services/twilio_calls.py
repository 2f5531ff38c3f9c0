"""A call that begins at Twilio: it must be known at once whether it is wanted, so it is applied while Twilio waits."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from conversations.models import Channel, Interaction
from conversations.services import inbound, twilio_intake

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
