"""What a visitor of a public web chat says and sees: one thread of his or her own, nothing of anybody else's.

A visitor is known by a token in a cookie, of which only a hash is stored. An email that is given says who it may be
(`people.read_outside`); it opens no thread, because anybody can type it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from contacts_project.core.emails import EmailImpossible, parse_email
from conversations.models import Channel, ChatVisitor, Interaction

from .arriving import Arrival, record_arrival

LONGEST = 4000  # characters of one message
LONGEST_NAME = 100
SHOWN = 200  # messages of a page; older ones stay with the operators
KEY = re.compile(r"[\w-]{8,32}")
TOKEN = re.compile(r"[\w-]{20,100}")
Type, Direction, Status = Interaction.Type, Interaction.Direction, Interaction.Status
SEEN = (Status.SENT, Status.DELIVERED)


@dataclass(frozen=True)
class Line:
    """A message as its visitor sees it."""

    pk: int
    is_own: bool
    body: str
    at: object


def open_chat(key: str) -> Channel | None:
    """The web chat of this public key, unless it is archived. One query."""
    if not KEY.fullmatch(key):
        return None
    rows = Channel.objects.filter(kind=Channel.Kind.CHAT, archived_at__isnull=True, public_key=key)
    return rows.select_related("account", "department").first()


def new_token() -> str:
    """What a new visitor is known by; kept in the cookie only."""
    return secrets.token_urlsafe(32)


def visitor_of(channel: Channel, token: str) -> ChatVisitor | None:
    """The visitor of this chat with that token, who has written something. One query."""
    if not TOKEN.fullmatch(token):
        return None
    return ChatVisitor.objects.filter(channel=channel, token_hash=_hash(channel, token)).first()


def messages_of(visitor: ChatVisitor | None) -> list[Line]:
    """What the visitor wrote and was answered, oldest first; never notes, nor what has not left. One query."""
    if visitor is None or visitor.conversation_id is None:
        return []
    rows = Interaction.objects.filter(conversation=visitor.conversation_id, type=Type.CHAT, removed_at__isnull=True)
    own = rows.filter(direction=Direction.IN) | rows.filter(direction=Direction.OUT, status__in=SEEN)
    newest = own.order_by("-at", "-pk").values_list("pk", "direction", "body", "at")[:SHOWN]
    return [Line(pk, direction == Direction.IN, body, at) for pk, direction, body, at in reversed(newest)]


@transaction.atomic
def say(channel: Channel, token: str, body: str, *, once: str = "", name: str = "", email: str = "") -> ChatVisitor:
    """Record what the visitor with this token writes. `name` and `email` count with the first message only.

    The same `once` twice is one message. Raises EmailImpossible for an email that is none. One transaction.
    """
    email = parse_email(email).lower() if email.strip() else ""
    name = " ".join(name.replace("\x00", "").split())[:LONGEST_NAME]
    visitor, _ = ChatVisitor.objects.get_or_create(
        token_hash=_hash(channel, token), defaults={"channel": channel, "name": name, "email": email}
    )
    arrived = record_arrival(
        Arrival(
            channel=channel,
            type=Type.CHAT,
            sender=f"visitor-{visitor.pk}",
            at=timezone.now(),
            body=body[:LONGEST],
            name_hint=visitor.name,
            external_id=f"chat {visitor.pk} {once}" if once else "",
        )
    )
    visitor.conversation, visitor.seen_at = arrived.interaction.conversation, timezone.now()
    visitor.save(update_fields=["conversation", "seen_at"])
    return visitor


def is_email(text: str) -> bool:
    """Whether an email can be read in what a visitor typed."""
    try:
        parse_email(text)
    except EmailImpossible:
        return False
    return True


def _hash(channel: Channel, token: str) -> str:
    return hashlib.sha256(f"{channel.pk} {token}".encode()).hexdigest()
