"""A phone system for tests: it signs what it posts, as docs/webhooks.md says."""

from __future__ import annotations

import json
import time
from typing import Any

from django.test import Client
from django.utils import timezone

from contacts_project.accounts.models import Account
from conversations.models import InboundEvent, WebhookSecret
from conversations.services.inbound import apply_event
from conversations.signatures import sign

URL = "/webhooks/interactions/"
CALLER = "+12025550142"


def key(account: Account, secret: str = "a key of the phone system") -> WebhookSecret:
    return WebhookSecret.objects.create(account=account, secret=secret)


def facts(channel: Any, /, **more: Any) -> dict[str, Any]:
    """A call that rings, from CALLER; `more` replaces facts, None takes them away."""
    event = {
        "id": "e1", "at": timezone.now().isoformat(), "channel": channel.address, "from": CALLER, "to": channel.address,
        "type": "call", "direction": "in", "status": "ringing", **more,
    }  # fmt: skip
    return {name: value for name, value in event.items() if value is not None}


def post(
    body: bytes | dict, secret: str = "a key of the phone system", *, at: int | None = None, header: str | None = None
):
    raw = json.dumps(body).encode() if isinstance(body, dict) else body
    at = int(time.time()) if at is None else at
    header = f"t={at},v1={sign(secret, at, raw)}" if header is None else header
    headers = {"X-Kithline-Signature": header} if header else {}
    return Client(enforce_csrf_checks=True).post(URL, raw, content_type="application/json", headers=headers)


def apply_all() -> None:
    """What the worker does with the events that wait, in the order in which they came."""
    for pk in InboundEvent.objects.filter(status="waiting").order_by("pk").values_list("pk", flat=True):
        apply_event(pk)
