"""Undo of what was just done: a step is taken back once, by its user, with the rights held at that time.

Acts register how they are taken back with `undoes`, and for how long; a step's data is JSON made by the act itself.
When it is too late the data goes, for it holds what was removed; the step itself says for a month that it was done.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pghistory
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from contacts.models import UndoStep
from contacts_project.accounts.models import User

GOOD_FOR = datetime.timedelta(hours=24)
MONTH = datetime.timedelta(days=30)  # archiving and conversions (product.md §8: undo 30 days)
GRACE = datetime.timedelta(hours=1)
# What the data of a step may name that the act was about: these stay (see UndoStep.about). `did` is a word of ours.
NAMED = (
    "contact", "person", "list", "channel", "conversation", "interaction", "interactions", "call", "engagement",
    "follow_up", "blocks", "bulk", "did",
)  # fmt: skip
Undoer = Callable[[User, dict[str, Any]], tuple[str, str]]


@dataclass(frozen=True)
class Way:
    """How an action is taken back, and for how long after it."""

    undoer: Undoer
    good_for: datetime.timedelta


_ways: dict[str, Way] = {}


class CannotUndo(Exception):
    """The step is used, too old, or somebody else's; or what it did has been changed since. The text says which."""


def undoes(action: str, *, good_for: datetime.timedelta = GOOD_FOR) -> Callable[[Undoer], Undoer]:
    """Register how `action` is taken back: (user, data) -> (message, address to go to). May raise CannotUndo."""

    def register(undoer: Undoer) -> Undoer:
        _ways[action] = Way(undoer, good_for)
        return undoer

    return register


def remember(user: User, action: str, **data: Any) -> str:
    """Keep a step that a message can offer to undo; returns its token."""
    about = {name: data[name] for name in NAMED if data.get(name)}
    with pghistory.context() as saving:  # the one at hand, so that its entry of the edit history offers this step
        step = UndoStep.objects.create(user=user, action=action, data=data, about=about, context=saving.id)
    return str(step.token)


def undo(user: User, token: uuid.UUID) -> tuple[str, str]:
    """Take a step back: (message, address). Raises CannotUndo; UndoStep.DoesNotExist for somebody else's token."""
    with transaction.atomic():
        step = UndoStep.objects.select_for_update().get(token=token, user=user)
        way = _ways[step.action]
        if step.used_at:
            raise CannotUndo("This has been undone already.")
        if step.created_at < timezone.now() - way.good_for:
            raise CannotUndo(f"Undo works for {_in_words(way.good_for)}. This is older.")
        step.used_at = timezone.now()
        step.save(update_fields=["used_at"])
        return way.undoer(user, step.data)


def _in_words(period: datetime.timedelta) -> str:
    return "a day" if period.days == 1 else f"{period.days} days"


def is_open(step: UndoStep) -> bool:
    """Whether the step can still be taken back, as far as time and use tell. No query."""
    return step.used_at is None and step.created_at >= timezone.now() - _ways[step.action].good_for


def open_steps(user: User, actions: Iterable[str]) -> QuerySet[UndoStep]:
    """The user's own steps of these actions that can still be taken back, the newest first."""
    now = timezone.now()
    fresh = Q(pk__in=[])
    for action in actions:
        fresh |= Q(action=action, created_at__gte=now - _ways[action].good_for)
    return UndoStep.objects.filter(fresh, user=user, used_at__isnull=True).order_by("-created_at", "pk")


def forget() -> int:
    """Empty steps that nobody can take back any more, for they hold what was removed, and delete them after a month.

    Returns how many it emptied or deleted.
    """
    limit = timezone.now() - GRACE
    lasting = {action: way.good_for for action, way in _ways.items() if way.good_for > GOOD_FOR}
    late = Q(created_at__lt=limit - GOOD_FOR) & ~Q(action__in=lasting)
    for action, good_for in lasting.items():
        late |= Q(action=action, created_at__lt=limit - good_for)
    gone = UndoStep.objects.filter(created_at__lt=limit - MONTH).delete()[0]
    return gone + UndoStep.objects.filter(late).exclude(data={}).update(data={})
