"""Opting out and returning, by words of a text (product.md §10).

Both hold the address: a send that is being decided is finished before, or sees it (`core.locks`).
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from contacts_project.core.locks import hold_addresses
from conversations.models import Channel, Interaction, OptOut
from conversations.signals import address_opted_out

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
    word = _word(body)
    if word in LEAVE:
        opt_out(channel.account_id, Medium.TEXT, address)
    elif word in RETURN:
        opt_in(channel.account_id, Medium.TEXT, address)


def says_a_word(type: str, body: str) -> bool:
    """Whether `heed_words` will do something about a text that comes in."""
    return medium_of(type) == Medium.TEXT and _word(body) in LEAVE | RETURN


def asks_to_leave(type: str, body: str) -> bool:
    """Whether a text that came in is one of the words that opt out."""
    return medium_of(type) == Medium.TEXT and _word(body) in LEAVE


def _word(body: str) -> str:
    return body.strip().strip(".").lower() if len(body) < 40 else ""


@transaction.atomic
def opt_out(account_id: int, medium: str, address: str, *, tells: bool = True) -> OptOut:
    """The address gets no messages of this kind any more. One who has opted out already stays so. One row at most.

    What is new is told by `signals.address_opted_out`, unless the caller knows which message it answers: `tells`.
    """
    hold_addresses(account_id, [address])
    found, is_new = OptOut.objects.get_or_create(
        account_id=account_id, medium=medium, address=address.lower(), ended_at=None
    )
    if is_new and tells:
        address_opted_out.send(sender=OptOut, account_id=account_id, medium=medium, address=address.lower())
    return found


@transaction.atomic
def opt_in(account_id: int, medium: str, address: str) -> bool:
    """The address returns. False when it had not opted out."""
    hold_addresses(account_id, [address])
    rows = OptOut.objects.filter(account=account_id, medium=medium, address=address.lower(), ended_at__isnull=True)
    return bool(rows.update(ended_at=timezone.now()))


def is_opted_out(account_id: int, medium: str, address: str) -> bool:
    """Whether the address has opted out of messages of this kind. One query."""
    rows = OptOut.objects.filter(account=account_id, medium=medium, address=address.lower(), ended_at__isnull=True)
    return rows.exists()


def medium_of(type: str) -> str:
    """The medium that a type of message counts as; "" for what nobody opts out of: calls, faxes, chats."""
    return MEDIA.get(type, "")
