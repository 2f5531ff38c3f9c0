"""Archive and unarchive (product.md §5): deleting sets ARCHIVED, nothing is destroyed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from contacts import policy
from contacts.models import Contact
from contacts_project.accounts.models import User

from .outcomes import ALREADY, DONE, REFUSED, Outcome
from .undoing import CannotUndo, undoes


def archive(actor: User, ids: Iterable[int]) -> list[Outcome]:
    """Archive these contacts where `actor` may; archived ones are left as they are. Hidden ids are left out.

    Three queries, whatever their number. Locks the contacts it changes, so that a send that is being decided either
    sees them archived or is finished first.
    """
    return _switch(actor, list(ids), "archive", archived=True)


def unarchive(actor: User, ids: Iterable[int]) -> list[Outcome]:
    """Bring these contacts back where `actor` may; live ones are left as they are. Hidden ids are left out."""
    return _switch(actor, list(ids), "unarchive", archived=False)


def _switch(actor: User, ids: list[int], action: str, *, archived: bool) -> list[Outcome]:
    with transaction.atomic():
        allowed = policy.scope(actor, action, frozen=True).filter(pk__any_of=ids)
        locked = set(
            allowed.filter(archived=not archived)
            .order_by("pk")
            .select_for_update(no_key=True, of=("self",))
            .values_list("pk", flat=True)
        )
        when = timezone.now() if archived else None
        Contact.objects.filter(pk__any_of=list(locked), archived=not archived).update(archived_at=when)
        visible = dict(policy.visible_to(actor).filter(pk__any_of=ids).values_list("pk", "archived"))
        may = set(allowed.values_list("pk", flat=True)) if len(locked) < len(visible) else locked
    return [_outcome(pk, action, changed=pk in locked, may=pk in may) for pk in ids if pk in visible]


def _outcome(pk: int, action: str, *, changed: bool, may: bool) -> Outcome:
    if changed:
        return Outcome(pk, DONE)
    return Outcome(pk, ALREADY) if may else Outcome(pk, REFUSED, policy.rule_for(action))


def _undone(user: User, data: dict[str, Any], switch: Callable[..., list[Outcome]], word: str) -> tuple[str, str]:
    pk = int(data["contact"])
    outcome = next(iter(switch(user, [pk])), None)
    if outcome is None:
        raise CannotUndo("You do not see this contact any more.")
    if outcome.status == REFUSED:
        raise CannotUndo(outcome.reason)
    return f"{Contact.objects.get(pk=pk).name or 'Contact'} {word}", reverse("contacts:contact-overview", args=[pk])


@undoes("archive")
def undo_archive(user: User, data: dict[str, Any]) -> tuple[str, str]:
    """Bring back what was archived; it may have come back already."""
    return _undone(user, data, unarchive, "unarchived")


@undoes("unarchive")
def undo_unarchive(user: User, data: dict[str, Any]) -> tuple[str, str]:
    """Archive again what was brought back."""
    return _undone(user, data, archive, "archived")
