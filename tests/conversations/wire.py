"""A provider of the tests' own: it notes what it is handed, and answers as it was told."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from conversations.providers.base import Outgoing, Receipt


class Wire:
    """`answers`: what `send` does next, an exception or a receipt; without one everything is sent."""

    name, label, kinds = "wire", "Wire", frozenset({"phone", "email"})

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.answers: list[Exception | Receipt] = []
        self.known: dict[str, Receipt] = {}
        self.on = True
        self.meanwhile: Callable[[], object] = lambda: None
        self._ids = itertools.count(1)

    def is_on(self) -> bool:
        return self.on

    def send(self, message: Outgoing) -> Receipt:
        self.sent.append(message)
        self.meanwhile()
        answer = self.answers.pop(0) if self.answers else Receipt(f"W{next(self._ids)}")
        if isinstance(answer, Exception):
            raise answer
        return answer

    def look_up(self, message: Outgoing, external_id: str) -> Receipt | None:
        return self.known.get(message.key)
