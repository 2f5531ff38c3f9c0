"""The window in which a contact wants to be called, set and taken away by hand (product.md §11)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.urls import reverse

from contacts import policy
from contacts.models import Contact
from contacts.services.holding import hold
from contacts.services.undoing import CannotUndo, remember, undoes
from contacts_project.accounts.models import User
from conversations.call_times import mark_stale, recount
from conversations.models import CallPreference

ACTION = "call-times"
SET_SINCE = "A preferred time has been set since."
GONE = "You cannot change this contact any more."


@transaction.atomic
def prefer(actor: User, contact: Contact, *, days: Iterable[int], from_hour: int, to_hour: int) -> None:
    """Call this contact on these days (0 Monday) between two full hours where it is. Refused without the right."""
    contact = hold(contact)
    policy.require(actor, "edit", contact)
    facts = {"days": sorted(set(days)), "from_hour": from_hour, "to_hour": to_hour, "set_by": actor}
    CallPreference.objects.update_or_create(contact=contact, defaults=facts)
    _recount(contact.pk)


@transaction.atomic
def clear(actor: User, contact: Contact) -> str | None:
    """Take the window away; the token for undo, None where there was none. Refused without the right."""
    contact = hold(contact)
    policy.require(actor, "edit", contact)
    was = CallPreference.objects.filter(contact=contact).first()
    if was is None:
        return None
    facts = {"days": was.days, "from_hour": was.from_hour, "to_hour": was.to_hour}
    was.delete()
    _recount(contact.pk)
    return remember(actor, ACTION, contact=contact.pk, **facts)


@undoes(ACTION)
def _undo(user: User, data: dict[str, Any]) -> tuple[str, str]:
    contact = policy.visible_to(user).filter(pk=data["contact"]).first()
    if contact is None or not policy.can(user, "edit", contact):
        raise CannotUndo(GONE)
    if CallPreference.objects.filter(contact=contact).exists():
        raise CannotUndo(SET_SINCE)
    facts = {name: data[name] for name in ("days", "from_hour", "to_hour")}
    prefer(user, contact, **facts)
    return "Preferred time is back", reverse("contacts:contact-overview", args=[contact.pk])


def _recount(contact_id: int) -> None:
    mark_stale(contact_id)
    recount([contact_id])


def bring(contact_id: int, kept_id: int) -> dict[str, Any]:
    """The one record was joined into the other, which takes over its window where it has none; JSON for `take_back`."""
    was = _facts(contact_id)
    if was is None or CallPreference.objects.filter(contact=kept_id).exists():
        return {}
    CallPreference.objects.create(contact_id=kept_id, **was)
    mark_stale(kept_id)
    return {"call_preference": True}


def take_back(contact_id: int, kept_id: int, moved: dict[str, Any]) -> None:
    """They were parted: what was set on the kept one since stays there."""
    was = _facts(contact_id)
    if moved.get("call_preference") and was:
        CallPreference.objects.filter(contact=kept_id, **was).delete()
        mark_stale(kept_id)


def _facts(contact_id: int) -> dict[str, Any] | None:
    names = ("days", "from_hour", "to_hour", "set_by_id")
    rows: Any = CallPreference.objects.filter(contact=contact_id).values(*names)
    return rows.first()
