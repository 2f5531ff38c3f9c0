"""Whose an event of the generic webhook is: by the key that signed it, and by the line it names (docs/webhooks.md)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from contacts_project.accounts.models import Account
from conversations import signatures
from conversations.models import Channel, InboundEvent, WebhookSecret
from conversations.phone_events import Malformed, PhoneEvent
from conversations.services.phone_traffic import lines_named

GENERIC = "phones"
OF_THE_INSTALLATION = 0  # the id of keys from the environment; no row has it
NOTED_EACH = datetime.timedelta(minutes=10)


@dataclass(frozen=True)
class Signed:
    """Who signed: an account, or with a key of the installation anybody's (None)."""

    account: Account | None


class LineGone(Exception):
    """The line that the event was for is not there any more."""

    reason = "The line that it was for has been removed"


def who_signed(header: str, body: bytes) -> Signed | None:
    """Whose live key signed this body within the window; None when none did. One query.

    A key of the environment is tried beside those of the accounts; retired ones never are.
    """
    signature = signatures.read_signature(header)
    if signature is None or not signatures.is_fresh(signature, timezone.now().timestamp()):
        return None
    live = WebhookSecret.objects.filter(retired_at__isnull=True).select_related("account")
    if signature.key_id:
        live = live.filter(pk=signature.key_id)
    keys = {secret.pk: secret for secret in live}
    found = signatures.signer(signature, body, [(pk, key.secret) for pk, key in keys.items()])
    if found is not None:
        _note_use(keys[found])
        return Signed(keys[found].account)
    own = [(OF_THE_INSTALLATION, secret) for secret in settings.KITHLINE_WEBHOOK_SECRETS]
    return Signed(None) if signatures.signer(signature, body, own) is not None else None


def line_of(signed: Signed, event: PhoneEvent) -> Channel:
    """The line that the event names, by its id and account alone, which intake needs. One query.

    Raises Malformed, in the same words for an unknown one and another account's.
    """
    channel = lines_named(event.channel, account=signed.account).only("account_id").first()
    if channel is None:
        raise Malformed("channel", "is no phone line of yours")
    return channel


def payload_of(channel: Channel, event: PhoneEvent) -> dict[str, object]:
    """What is kept of an event until it is applied."""
    return {**event.as_json(), "channel_id": channel.pk}


def event_of(stored: InboundEvent) -> tuple[Channel, PhoneEvent]:
    """The line and the event of what was kept. Raises LineGone."""
    rows = Channel.objects.select_related("account", "department")
    channel = rows.filter(pk=stored.payload["channel_id"], account=stored.account_id).first()
    if channel is None:
        raise LineGone
    return channel, PhoneEvent.from_json(stored.payload)


def _note_use(secret: WebhookSecret) -> None:
    """Right to ten minutes: a row written at each event would make all events wait for one another."""
    now = timezone.now()
    if secret.last_used_at is None or secret.last_used_at < now - NOTED_EACH:
        unnoted = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - NOTED_EACH)
        WebhookSecret.objects.filter(unnoted, pk=secret.pk).update(last_used_at=now)
