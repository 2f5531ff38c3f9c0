"""What contacts do when accounts tells that something happened to a person (the only use of signals)."""

from __future__ import annotations

from typing import Any

from contacts_project.accounts.models import User
from contacts_project.accounts.services.notices import notify

from .jobs import hand_over_contacts
from .services import list_succession, succession

AT_ONCE = 2000  # contacts; more would keep a page waiting for longer than it may


def take_over(sender: Any, *, user: User, successor: User, actor: User | None, **_: Any) -> None:
    """Receiver of `user_deactivated`, inside its transaction: hand over at once, many contacts by a job, and tell.

    The job appears with the deactivation's commit. Until it has run nobody gains anything: grants of the deactivated
    count for nothing.
    """
    if succession.holds_more_than(user, AT_ONCE):
        hand_over_contacts.defer(user_id=user.pk, successor_id=successor.pk, actor_id=actor.pk if actor else None)
    else:
        succession.hand_over(user, successor, by=actor)
    list_succession.hand_over(user, successor, by=actor)
    notify("successor", user.pk, to=[successor], by=actor)
