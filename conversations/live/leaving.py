"""Who signs out or is switched off hears no more: the streams' sessions are looked at as soon as that is told."""

from __future__ import annotations

from typing import Any

from contacts_project.accounts.models import User

from .telling import ACCESS, tell


def end_streams(sender: Any, *, user: User | None = None, **_: Any) -> None:
    """Receiver of `user_logged_out` and `user_deactivated`; the hub waits until the act itself is through."""
    if user is not None and user.account_id:
        tell(user.account_id, ACCESS, user=user.pk)
