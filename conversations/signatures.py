"""The signature of the generic webhook: `t=<unix>,v1=<hex HMAC-SHA256 of "t.body">` (contract.md; docs/webhooks.md).

Knows bytes, keys and a clock; reads no database and no request.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass

WINDOW = 300  # seconds, both ways (design/security.md rule 6)
MOST_VALUES = 5  # signatures in one header: two keys and their successors
LONGEST_HEADER = 1024
TIME = re.compile(r"[0-9]{1,12}", re.ASCII)
DIGEST = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)


@dataclass(frozen=True)
class Signature:
    """What the header says: when it was signed (Unix time), the digests in hex, and the id of the key if named."""

    at: int
    digests: tuple[str, ...]
    key_id: int | None = None


def read_signature(header: str) -> Signature | None:
    """The header's content; None when it is missing, malformed or holds more digests than anybody needs."""
    if not header or len(header) > LONGEST_HEADER:
        return None
    parts = [part.strip().partition("=") for part in header.split(",")]
    values: dict[str, list[str]] = {}
    for name, _, value in parts:
        values.setdefault(name, []).append(value)
    times, digests, keys = values.get("t", []), values.get("v1", []), values.get("k", [])
    if len(times) != 1 or not TIME.fullmatch(times[0]) or not 1 <= len(digests) <= MOST_VALUES or len(keys) > 1:
        return None
    if not all(DIGEST.fullmatch(digest) for digest in digests) or not all(TIME.fullmatch(key) for key in keys):
        return None
    return Signature(int(times[0]), tuple(digest.lower() for digest in digests), int(keys[0]) if keys else None)


def is_fresh(signature: Signature, now: float) -> bool:
    """Whether it was made within WINDOW seconds of `now`, before or after: clocks differ."""
    return abs(now - signature.at) <= WINDOW


def sign(secret: str, at: int, body: bytes) -> str:
    """The digest in hex of the body as signed at this Unix time."""
    return hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()


def signer(signature: Signature, body: bytes, secrets: Iterable[tuple[int, str]]) -> int | None:
    """The id of the key, among (id, secret), that made one of the digests; None for none.

    Every key is tried and every digest compared in constant time, so that the time taken tells nothing.
    """
    found = None
    for key_id, secret in secrets:
        right = sign(secret, signature.at, body)
        matches = [hmac.compare_digest(right, digest) for digest in signature.digests]
        if any(matches) and found is None:
            found = key_id
    return found
