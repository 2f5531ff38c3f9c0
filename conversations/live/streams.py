"""GET /events/ as an ASGI application in front of Django: a stream of server-sent events for each open page.

Django would hold a thread, and a database connection, for as long as a response streams behind middleware that is not
asynchronous (decision 18). Whoever has no session, and every other request, is Django's.

Events: `inbox` and `thread` (data: ids of conversations; 0 stands for all), `ring` and `again`, which means: look at
everything (data: 0). Ids only; what a page then fetches is judged there (design/security.md rule 5).
"""

from __future__ import annotations

import asyncio
import random
from io import BytesIO
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.core.handlers.asgi import ASGIRequest
from django.db import DatabaseError

from .audience import RINGING, News
from .hub import Hub, Stream
from .viewers import Viewer, viewer_of

PATH = "/events/"
HEARTBEAT = 20.0  # seconds: shorter than the patience of proxies
BREATH = 0.2  # seconds between two lots of news: many in a moment are one
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]

hub: Hub | None = None


def the_hub() -> Hub:
    """The hub of this process, made inside its event loop."""
    global hub
    if hub is None:
        hub = Hub()
    return hub


class Events:
    """Serve streams of members of an account; hand everything else to `app`."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        try:
            viewer = await the_hub().in_thread(_viewer, scope)
        except DatabaseError:
            await _bare(send, 503, [(b"retry-after", b"5")])
            return
        if viewer:
            await serve(the_hub(), viewer, receive, send)
        elif b"text/event-stream" in dict(scope["headers"]).get(b"accept", b""):
            await _bare(
                send, 204, []
            )  # the browser's stream asks no more; a page to sign in at would be an error to it
        else:
            await self.app(scope, receive, send)


async def serve(hub: Hub, viewer: Viewer, receive: Any, send: Any) -> None:
    """Send the viewer's news until the browser leaves or the stream is ended."""
    stream = hub.open(viewer)
    leaving = asyncio.create_task(_end_when_left(stream, receive))
    try:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await _write(send, f"retry: {random.randint(1000, 4000)}\n\n")  # noqa: S311  spreads returning browsers
        if viewer.rings:
            stream.add(News(RINGING))
        while not stream.ended:
            news = await stream.next(HEARTBEAT)
            if stream.ended:
                break
            await _write(send, _words(news) if news else ":\n\n")
            if news:
                await asyncio.sleep(BREATH)
        await send({"type": "http.response.body", "body": b""})
    except OSError:
        pass  # the browser has gone while something was written
    finally:
        leaving.cancel()
        hub.close(stream)


async def _end_when_left(stream: Stream, receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.end()


async def _bare(send: Any, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def _write(send: Any, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


def _words(news: list[News]) -> str:
    """One event for each name, its ids together."""
    ids: dict[str, list[str]] = {}
    for one in news:
        ids.setdefault(one.name, []).extend([str(one.id)] if one.id else [])
    return "".join(f"event: {name}\ndata: {','.join(several) or 0}\n\n" for name, several in ids.items())


def _viewer(scope: dict[str, Any]) -> Viewer | None:
    try:
        return viewer_of(ASGIRequest(scope, BytesIO()))
    except (SuspiciousOperation, ValueError, UnicodeError):
        return None
