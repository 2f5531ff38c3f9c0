"""Fetching recordings and pictures from Twilio: from its own hosts only, bounded, credentials to the first one only.

Where a file moves to another host it is fetched from there without credentials, and only if that host is on the list.
"""

from __future__ import annotations

import base64
import urllib.error
import urllib.request
from email.message import Message
from http.client import HTTPException
from typing import Any
from urllib.parse import urljoin, urlsplit

from .base import File

LARGEST = 16 * 1024 * 1024  # bytes
TIMEOUT = 20  # seconds
MOST_MOVES = 3
STORES = frozenset({"media.twiliocdn.com", "mms.twiliocdn.com", "s3-external-1.amazonaws.com"})
ENDINGS: dict[str, str] = {
    "audio/mpeg": "mp3", "audio/wav": "wav", "audio/x-wav": "wav", "image/jpeg": "jpg", "image/png": "png",
    "image/gif": "gif", "image/webp": "webp", "application/pdf": "pdf",
}  # fmt: skip


class NotFetched(Exception):
    """The file was not taken; `permanent`: it never will be. The reason names no address."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent


def fetch(url: str, *, base: str, user: str, password: str) -> File:
    """The file at `url`, which must stand at `base` (scheme, host and port). Raises NotFetched."""
    if not _same_place(url, base):
        raise NotFetched("It stands on a host that is not Twilio's", permanent=True)
    token = base64.b64encode(f"{user}:{password}".encode()).decode()
    headers = {"Authorization": f"Basic {token}"}
    for _ in range(MOST_MOVES + 1):
        answer = _open(url, headers)
        moved = answer.headers.get("Location", "") if 300 <= answer.status < 400 else ""
        if not moved:
            return _read(answer)
        url, headers = urljoin(url, moved), {}
        if not (_same_place(url, base) or _is_store(url)):
            raise NotFetched("It moved to a host that is not Twilio's", permanent=True)
    raise NotFetched("It moves from place to place", permanent=True)


def _same_place(url: str, base: str) -> bool:
    try:
        here, there = urlsplit(url), urlsplit(base)
        return (here.scheme, here.hostname, here.port) == (
            there.scheme,
            there.hostname,
            there.port,
        ) and "@" not in here.netloc
    except ValueError:
        return False


def _is_store(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and parts.hostname in STORES and parts.port in (None, 443)
    except ValueError:
        return False


class _Stay(urllib.request.HTTPRedirectHandler):
    """Hands a redirect back instead of following it."""

    def http_error_302(self, req: Any, fp: Any, code: int, msg: str, headers: Message) -> Any:
        return fp

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def _open(url: str, headers: dict[str, str]) -> Any:
    opener = urllib.request.build_opener(_Stay)
    try:
        return opener.open(urllib.request.Request(url, headers=headers), timeout=TIMEOUT)  # noqa: S310  host checked
    except urllib.error.HTTPError as error:
        # A recording may take a moment to be there; what is forbidden or gone stays so.
        raise NotFetched(f"Twilio answered {error.code}", permanent=error.code in (400, 403, 410)) from None
    except (OSError, HTTPException, ValueError):
        raise NotFetched("Twilio cannot be reached", permanent=False) from None


def _read(answer: Any) -> File:
    try:
        content = answer.read(LARGEST + 1)
    except (OSError, HTTPException):
        raise NotFetched("Twilio cannot be reached", permanent=False) from None
    finally:
        answer.close()
    if len(content) > LARGEST:
        raise NotFetched("It is larger than 16 MB", permanent=True)
    kind = answer.headers.get_content_type()
    return File(f"file.{ENDINGS.get(kind, 'bin')}", kind, content)
