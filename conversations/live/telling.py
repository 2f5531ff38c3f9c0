"""Telling open pages that something happened: ids only, heard when the transaction commits."""

from __future__ import annotations

import json

from django.db import connection

CHANNEL = "kithline"  # of LISTEN and NOTIFY
MESSAGE, THREAD, RING, STATUS, PRESENCE, ACCESS = "message", "thread", "ring", "status", "presence", "access"


def tell(
    account_id: int,
    kind: str,
    *,
    channel: int | None = None,
    conversation: int | None = None,
    interaction: int | None = None,
    user: int | None = None,
) -> None:
    """Announce to the listeners of all processes that something of this kind happened (one of the names above).

    Message: something new; thread: its state changed; ring: a call began or ended to ring; status: of a message;
    presence: somebody opened or left; access: `user` gained or lost something. Listeners ask for each of their users
    whether he or she may know (`hub`), so nothing but ids stands here. One query; delivered at commit.
    """
    facts = {"account": account_id, "kind": kind, "channel": channel, "conversation": conversation}
    facts |= {"interaction": interaction, "user": user}
    text = json.dumps({name: value for name, value in facts.items() if value is not None}, separators=(",", ":"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, text])
