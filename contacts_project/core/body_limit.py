"""A cap on the size of any request, around the ASGI application: Django would first write the whole body to disk.

A body somewhat too large is read and thrown away, so that the browser shows the answer instead of a broken
connection; a much larger one is cut off.
"""

from typing import Any

from . import errors

LARGEST = 55 * 1024 * 1024  # bytes: a file of 50 MB for import, and the form around it
READ_ON = 4 * LARGEST


class BodyLimit:
    """Answer 413 instead of calling `app` when the body is, or turns out to be, larger than `largest` bytes."""

    def __init__(self, app: Any, largest: int = LARGEST, read_on: int = READ_ON) -> None:
        self.app = app
        self.largest = largest
        self.read_on = read_on

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif _announced(scope) > self.largest:
            await self._refuse(receive, send, _announced(scope))
        else:
            await self._watch(scope, receive, send)

    async def _watch(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Count what arrives without an announced size; to the application an excess looks like a visitor who left."""
        seen = 0

        async def counted() -> dict[str, Any]:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            return {"type": "http.disconnect"} if seen > self.largest else message

        async def unless_too_large(message: dict[str, Any]) -> None:
            if seen <= self.largest:
                await send(message)

        await self.app(scope, counted, unless_too_large)
        if seen > self.largest:
            await self._refuse(receive, send, seen)

    async def _refuse(self, receive: Any, send: Any, size: int) -> None:
        read, more = 0, size <= self.read_on
        while more and read <= self.read_on:
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
