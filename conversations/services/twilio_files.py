"""Pictures of our own messages that Twilio fetches from us."""

from __future__ import annotations

from conversations.models import Attachment, Interaction


def picture_of(pk: str) -> Attachment | None:
    """The file of this id (as it was signed) if it belongs to a message that we sent by Twilio; else None."""
    rows = Attachment.objects.filter(
        interaction__direction=Interaction.Direction.OUT, interaction__channel__provider="twilio"
    )
    return rows.filter(pk=int(pk)).first() if pk.isascii() and pk.isdigit() else None
