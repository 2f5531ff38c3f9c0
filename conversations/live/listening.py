"""The one connection of a process that listens to PostgreSQL; comes back by itself after a restart of the server."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any

import psycopg
from django.db import connections

from .audience import Fact
from .telling import CHANNEL

log = logging.getLogger("kithline.live")

SILENCE = 30.0  # seconds without a notification after which the connection is tried
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0
FOREIGN = ("context", "cursor_factory", "prepare_threshold")  # of Django's own connections


async def listen(heard: Callable[[Fact], None], again: Callable[[], None]) -> None:
    """Call `heard` with each event, for ever; `again` when events may have been lost: after each new connection."""
    pause = FIRST_PAUSE
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(**_parameters(), autocommit=True) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                pause = FIRST_PAUSE
                again()
                await _hear(connection, heard)
        except (psycopg.Error, OSError) as error:
            log.warning("the listening connection is lost", extra={"error": type(error).__name__})
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


async def _hear(connection: psycopg.AsyncConnection, heard: Callable[[Fact], None]) -> None:
    while True:
        async for notification in connection.notifies(timeout=SILENCE):
            if fact := read_fact(notification.payload):
                heard(fact)
        await connection.execute("SELECT 1")  # raises where the server has gone without a word


def read_fact(payload: str) -> Fact | None:
    """The event of a notification; None for what was not written by `telling.tell`."""
    try:
        return Fact(**json.loads(payload))
    except (TypeError, ValueError):
        return None


def _parameters() -> dict[str, Any]:
    params = connections["default"].get_connection_params()
    return {name: value for name, value in params.items() if name not in FOREIGN}
