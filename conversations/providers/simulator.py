"""The simulator: an outside world without any carrier, played by hand at /simulator/ (product.md §7).

Nothing leaves the machine. How an outside address takes what is sent to it stands in `Outgoing.options["behaviour"]`,
a value of models.SimulatedPhone.Behaviour (`services.simulating.options_for` puts it there).
"""

from __future__ import annotations

from .base import ANSWERED, BUSY, MACHINE, UNANSWERED, DeliveryError, Outgoing, OutgoingCall, Receipt

DELIVERS, FAILS, AWAY, SILENT = "delivers", "fails", "away", "silent"
# How an announcement ends at an address that behaves so; at any other a person listens to its end.
ENDS: dict[str, str] = {SILENT: UNANSWERED, "machine": MACHINE, "busy": BUSY}
WORDS_A_SECOND = 2.5
RECORDED = 20  # seconds that a recording takes


class Simulator:
    """Always on, and carries everything. Its ids are our own keys, so that handing over twice is one message."""

    name = "simulator"
    label = "Simulator"
    kinds = frozenset({"phone", "caller_id", "email", "chat"})

    def is_on(self) -> bool:
        return True

    def send(self, message: Outgoing) -> Receipt:
        """Delivered, unless the address behaves otherwise. Raises DeliveryError."""
        behaviour = message.options.get("behaviour", DELIVERS)
        if behaviour == AWAY:
            raise DeliveryError("The provider does not answer", permanent=False)
        if behaviour == FAILS:
            what = "mail address" if message.type == "email" else "number"
            raise DeliveryError(f"The {what} does not exist", permanent=True)
        return self._receipt(message.key, "sent" if behaviour == SILENT else "delivered")

    def call(self, call: OutgoingCall) -> Receipt:
        """Rings until somebody answers it at /simulator/; an announcement is over at once. Raises DeliveryError."""
        behaviour = call.options.get("behaviour", DELIVERS)
        if behaviour in (AWAY, FAILS):
            raise DeliveryError("The number cannot be reached", permanent=behaviour == FAILS)
        if call.say or call.recording:
            return self._announced(call.key, behaviour, seconds_of(call.say))
        return self._receipt(call.key, "ringing")

    def look_up(self, message: Outgoing, external_id: str) -> Receipt | None:
        """What `send` or `call` would say: None for what never left."""
        behaviour = message.options.get("behaviour", DELIVERS)
        if message.type == "call" and behaviour not in (AWAY, FAILS):
            return self._announced(message.key, behaviour, seconds_of(message.body))
        try:
            return self.send(message)
        except DeliveryError:
            return None

    def _announced(self, key: str, behaviour: str, seconds: int) -> Receipt:
        outcome = ENDS.get(behaviour, ANSWERED)
        is_heard = outcome in (ANSWERED, MACHINE)
        return Receipt(f"simulated-{key}", "done", outcome=outcome, seconds=seconds if is_heard else None)

    def _receipt(self, key: str, status: str) -> Receipt:
        return Receipt(f"simulated-{key}", status)


def seconds_of(words: str) -> int:
    """How long it takes to say this; nothing to say is a recording."""
    return max(round(len(words.split()) / WORDS_A_SECOND), 3) if words else RECORDED
