"""Undo of the message just shown: a step is taken back once, by its user, with the rights held at that time.

Acts register how they are taken back with `undoes`; a step's data is JSON made by the act itself.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from contacts.models import UndoStep
from contacts_project.accounts.models import User

GOOD_FOR = datetime.timedelta(hours=24)
Undoer = Callable[[User, dict[str, Any]], tuple[str, str]]
_undoers: dict[str, Undoer] = {}


class CannotUndo(Exception):
    """The step is used, too old, or somebody else's; or what it did has been changed since. The text says which."""


def undoes(action: str) -> Callable[[Undoer], Undoer]:
    """Register how `action` is taken back: (user, data) -> (message, address to go to). May raise CannotUndo."""

    def register(undoer: Undoer) -> Undoer:
        _undoers[action] = undoer
        return undoer

    return register


def remember(user: User, action: str, **data: Any) -> str:
    """Keep a step that a message can offer to undo; returns its token."""
    return str(UndoStep.objects.create(user=user, action=action, data=data).token)


def undo(user: User, token: uuid.UUID) -> tuple[str, str]:
    """Take a step back: (message, address). Raises CannotUndo; UndoStep.DoesNotExist for somebody else's token."""
    with transaction.atomic():
        step = UndoStep.objects.select_for_update().get(token=token, user=user)
        if step.used_at:
            raise CannotUndo("This has been undone already.")
        if step.created_at < timezone.now() - GOOD_FOR:
            raise CannotUndo("Undo works for a day. This is older.")
        step.used_at = timezone.now()
        step.save(update_fields=["used_at"])
        return _undoers[step.action](user, step.data)
