"""What departments do when accounts tells that something happened to a person (the only use of signals)."""

from __future__ import annotations

from typing import Any

from contacts_project.accounts.models import User

from .services.operators import hand_over_operators


def take_over(sender: Any, *, user: User, successor: User, actor: User | None, **_: Any) -> None:
    """Receiver of `user_deactivated`, inside its transaction: the leaver's roles end, no department is left alone."""
    hand_over_operators(user, successor, by=actor)
