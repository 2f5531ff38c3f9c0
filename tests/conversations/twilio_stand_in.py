"""A server that speaks Twilio's wire format as far as we use it, for tests: it records what it is asked, and can fail.

Its own library talks to it over HTTP; what it would post to us is signed by its own validator.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.test import Client
from twilio.request_validator import RequestValidator

SID, TOKEN, SITE = "AC" + "1" * 32, "the auth token", "https://crm.example"
ROOT = f"/2010-04-01/Accounts/{SID}"
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
SOUND = b"ID3\x03\x00\x00\x00\x00\x00\x00" + b"\xff\xfb\x90\x00" + bytes(413)


class StandIn:
    """`asked` holds (method, path, form, authorization). `answers` are (status, body) to give next instead of its own.

    `slow` seconds pass before an answer; `moves` sends files on to another address.
    """

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        self.asked: list[tuple[str, str, dict[str, list[str]], str]] = []
        self.answers: list[tuple[int, dict[str, Any]]] = []
        self.slow = 0.0
        self.moves = ""

    def refuse(self, status: int, code: int | None = None) -> None:
        """Answer the next request with this error."""
        self.answers.append((status, {"code": code, "message": "No", "status": status}))

    def last(self) -> dict[str, str]:
        """The form of the last request, single values."""
        return {name: values[0] for name, values in self.asked[-1][2].items()}


@contextmanager
def stand_in() -> Iterator[StandIn]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.stand_in = StandIn(server)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.stand_in  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()


def post(path: str, *, token: str = TOKEN, signature: str | None = None, **params: str):
    """What Twilio posts to us: a form, signed for our public address."""
    right = RequestValidator(token).compute_signature(SITE + path, params)
    headers = {"X-Twilio-Signature": right if signature is None else signature}
    return Client(enforce_csrf_checks=True).post(path, params, headers=headers)


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the console."""

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
        own = self._begin(form)
        path = urlsplit(self.path).path
        if own:
            return
        if path == f"{ROOT}/Messages.json":
            self._json(201, {"sid": "SM" + "2" * 32, "status": "queued", "error_code": None})
        elif path.startswith(f"{ROOT}/Calls"):
            self._json(201, {"sid": "CA" + "3" * 32, "status": "queued"})
        else:
            self._json(404, {"code": 20404, "message": "Not found", "status": 404})

    def do_GET(self) -> None:
        if self._begin({}):
            return
        stand = self._stand
        path = urlsplit(self.path).path
        if stand.moves and "/Media/" in path:
            self.send_response(307)
            self.send_header("Location", stand.moves)
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif "/Media/" in path or path == "/moved":
            self._bytes("image/png", PICTURE)
        elif path.endswith(".mp3"):
            self._bytes("audio/mpeg", SOUND)
        elif "/Calls/" in path:
            sid = path.split("/")[-1].removesuffix(".json")
            self._json(200, {"sid": sid, "status": "completed", "answered_by": "machine_end_beep", "duration": "21"})
        elif "/Messages/" in path:
            self._json(
                200, {"sid": path.split("/")[-1].removesuffix(".json"), "status": "delivered", "error_code": None}
            )
        else:
            self._json(404, {"code": 20404, "message": "Not found", "status": 404})

    @property
    def _stand(self) -> StandIn:
        return self.server.stand_in  # type: ignore[attr-defined]

    def _begin(self, form: dict[str, list[str]]) -> bool:
        """Note the request; whether a prepared answer was given."""
        stand = self._stand
        stand.asked.append((self.command, self.path, form, self.headers.get("Authorization", "")))
        time.sleep(stand.slow)
        if stand.answers:
            self._json(*stand.answers.pop(0))
            return True
        return False

    def _json(self, status: int, body: dict[str, Any]) -> None:
        self._bytes("application/json", json.dumps(body).encode(), status)

    def _bytes(self, kind: str, body: bytes, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
