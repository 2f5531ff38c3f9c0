"""Web chat: what an operator writes is there for the visitor's page, which asks for it (`views.webchat`)."""

from __future__ import annotations

from .base import DeliveryError, Outgoing, OutgoingCall, Receipt

NO_FILES = "A web chat carries no files"
NO_CALLS = "A web chat carries no calls"


class WebChat:
    """The provider of web chats: nothing leaves this installation, so nothing can fail on its way."""

    name = "webchat"
    label = "Web chat"
    kinds = frozenset({"chat"})

    def is_on(self) -> bool:
        return True

    def send(self, message: Outgoing) -> Receipt:
        """Deliver by being there. Raises DeliveryError for files, which the public page does not show."""
        if message.files:
            raise DeliveryError(NO_FILES, permanent=True)
        return Receipt(status="delivered")

    def call(self, call: OutgoingCall) -> Receipt:
        raise DeliveryError(NO_CALLS, permanent=True)

    def look_up(self, message: Outgoing, external_id: str) -> Receipt | None:
        """A message without a file is delivered once it is written."""
        return None if message.files else Receipt(status="delivered")
