"""Opting out and returning, by words of a text (product.md §10)."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from conversations.models import Channel, Interaction, OptOut

Medium = OptOut.Medium
LEAVE = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit"})
RETURN = frozenset({"start", "yes", "unstop"})
MEDIA: dict[str, str] = {
    Interaction.Type.SMS: Medium.TEXT,
    Interaction.Type.MMS: Medium.TEXT,
    Interaction.Type.EMAIL: Medium.EMAIL,
}


def heed_words(channel: Channel, address: str, body: str) -> None:
    """Opt the address out of the account's texts, or back in, if the text is one of the words that say so.

    The whole text, whatever its case and the blanks around it; the same word again changes nothing.
    """
    word = body.strip().strip(".").lower() if len(body) < 40 else ""
    if word in LEAVE:
        opt_out(channel.account_id, Medium.TEXT, address)
    elif word in RETURN:
        opt_in(channel.account_id, Medium.TEXT, address)


@transaction.atomic
def opt_out(account_id: int, medium: str, address: str) -> OptOut:
    """The address gets no messages of this kind any more. One who has opted out already stays so. One row at most."""
    found, _ = OptOut.objects.get_or_create(
        account_id=account_id, medium=medium, address=address.lower(), ended_at=None
    )
    return found


def opt_in(account_id: int, medium: str, address: str) -> bool:
    """The address returns. False when it had not opted out."""
    rows = OptOut.objects.filter(account=account_id, medium=medium, address=address.lower(), ended_at__isnull=True)
    return bool(rows.update(ended_at=timezone.now()))


def is_opted_out(account_id: int, medium: str, address: str) -> bool:
    """Whether the address has opted out of messages of this kind. One query."""
    rows = OptOut.objects.filter(account=account_id, medium=medium, address=address.lower(), ended_at__isnull=True)
    return rows.exists()


def medium_of(type: str) -> str:
    """The medium that a type of message counts as; "" for what nobody opts out of: calls, faxes, chats."""
    return MEDIA.get(type, "")
