"""What anymail reads out of the posts of mail services, kept as events. Connected in `apps`; errors reach the caller,
so that the service posts again."""

from __future__ import annotations

from typing import Any

from anymail.signals import AnymailInboundEvent, AnymailTrackingEvent

from .inbound_mail import raw_of
from .services.mail_intake import take_mail, take_report
from .services.mail_traffic import HEEDED


def keep_mail(sender: Any, event: AnymailInboundEvent, esp_name: str, **_: Any) -> None:
    """Receiver of `inbound`: the message as it came, for the recipient that the service names."""
    message = event.message
    if message is None:
        return
    raw = raw_of(message)
    recipient = message.envelope_recipient
    if message.envelope_sender == "":  # a bounce or an auto-reply says so by its envelope only (RFC 3834 §3.3)
        raw = b"Return-Path: <>\r\n" + raw
    take_mail(raw, recipients=[recipient] if isinstance(recipient, str) else [], service=esp_name)


def keep_report(sender: Any, event: AnymailTrackingEvent, esp_name: str, **_: Any) -> None:
    """Receiver of `tracking`: how far a message came, and what became of it there (`mail_traffic.HEEDED`)."""
    if event.event_type in HEEDED and event.message_id:
        take_report(
            message_id=event.message_id, event_type=event.event_type, event_id=event.event_id or "",
            status=event.reject_reason or "", service=esp_name, at=event.timestamp,
        )  # fmt: skip
