"""A cap on the size of any request, around the ASGI application: Django would first write the whole body to disk.

A body somewhat too large is read and thrown away, so that the browser shows the answer instead of a broken
connection; a much larger one is cut off.
"""

from typing import Any

from . import errors

LARGEST = 55 * 1024 * 1024  # bytes: a file of 50 MB for import, and the form around it
READ_ON = 4 * LARGEST
# Addresses that machines post to, by their beginning (design/security.md rule 6).
NARROWER = {"/webhooks/interactions/": 1024 * 1024, "/webhooks/twilio/": 1024 * 1024}


class BodyLimit:
    """Answer 413 instead of calling `app` when the body is, or turns out to be, larger than `largest` bytes."""

    def __init__(self, app: Any, largest: int = LARGEST, read_on: int = READ_ON) -> None:
        self.app = app
        self.largest = largest
        self.read_on = read_on

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope.get("path", "")
        narrow = min((most for begin, most in NARROWER.items() if path.startswith(begin)), default=None)
        largest = self.largest if narrow is None else min(narrow, self.largest)
        read_on = self.read_on if narrow is None else 0  # a machine needs no page: nothing more is read
        if _announced(scope) > largest:
            await self._refuse(receive, send, _announced(scope), read_on)
        else:
            await self._watch(scope, receive, send, largest, read_on)

    async def _watch(self, scope: dict[str, Any], receive: Any, send: Any, largest: int, read_on: int) -> None:
        """Count what arrives without an announced size; to the application an excess looks like a visitor who left."""
        seen = 0

        async def counted() -> dict[str, Any]:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            return {"type": "http.disconnect"} if seen > largest else message

        async def unless_too_large(message: dict[str, Any]) -> None:
            if seen <= largest:
                await send(message)

        await self.app(scope, counted, unless_too_large)
        if seen > largest:
            await self._refuse(receive, send, seen, read_on)

    async def _refuse(self, receive: Any, send: Any, size: int, read_on: int) -> None:
        read, more = 0, size <= read_on
        while more and read <= read_on:
            message = await receive()
            read += len(message.get("body", b""))
            more = message["type"] == "http.request" and message.get("more_body", False)
        body = errors.without_request(413).encode()
        headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 413, "headers": [*headers, (b"connection", b"close")]})
        await send({"type": "http.response.body", "body": body})


def _announced(scope: dict[str, Any]) -> int:
    """Return the Content-Length in bytes; 0 when there is none or it is no number."""
    value = dict(scope["headers"]).get(b"content-length", b"0")
    return int(value) if value.isdigit() else 0
