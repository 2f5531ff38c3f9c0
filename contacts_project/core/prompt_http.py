"""How the web server speaks HTTP: each answer leaves at once.

With several workers uvicorn makes the listening socket itself, and asyncio then leaves Nagle's algorithm on (it looks
for a protocol number that is not set). The body of an answer waits for the reader's delayed acknowledgement of its
headers: 40 ms on every kept connection.
"""

import asyncio
import socket
from typing import cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class PromptProtocol(HttpToolsProtocol):
    """uvicorn's own protocol without that wait; `uvicorn --http contacts_project.core.prompt_http:PromptProtocol`."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:  # type: ignore[override]
        link = transport.get_extra_info("socket")
        if link is not None and link.family in (socket.AF_INET, socket.AF_INET6):
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(cast(asyncio.Transport, transport))
