"""Lists: making one, its name and description, archiving it (product.md §2c and §10).

Rights are judged again behind the lock of the list, so that what another session took away meanwhile counts. The
people on it are `list_items`'s, its collaborators `list_sharing`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from contacts import list_policy
from contacts.models import List, ListUserObjectPermission
from contacts_project.accounts import grants
from contacts_project.accounts.grants import Level
from contacts_project.accounts.models import User
from contacts_project.core.errors import Refused

from .contacts import SWITCHED_OFF
from .holding import all_active
from .undoing import CannotUndo, remember, undoes


class ListError(ValueError):
    """A rule forbids it; `str(error)` is the sentence for people."""


class StaleList(Exception):
    """Somebody has changed the same field since; `found` is the list as it stands."""

    def __init__(self, found: List) -> None:
        super().__init__()
        self.found = found


@transaction.atomic
def create_list(actor: User, *, name: str, description: str = "") -> List:
    """A new list of `actor`, who becomes its owner with Admin. Refused for somebody who is being deactivated."""
    assert actor.account
    if not all_active([actor.pk]):
        raise Refused(SWITCHED_OFF)
    made = List.objects.create(account=actor.account, owner=actor, name=name, description=description)
    grants.set_level(ListUserObjectPermission, [made], [actor], Level.ADMIN, by=actor)
    return made


@transaction.atomic
def edit_list(actor: User, pk: int, *, values: Mapping[str, str], before: Mapping[str, str]) -> List:
    """Save `values` (name, description); `before` are those that the form was made from, as far as it says.

    Only what the form changes is written. Raises Http404, Refused, StaleList where somebody else changed that field.
    """
    found = hold(actor, "edit", pk)
    changed = [name for name, value in values.items() if value != before.get(name, getattr(found, name))]
    if any(getattr(found, name) not in (before.get(name, getattr(found, name)), values[name]) for name in changed):
        raise StaleList(found)
    for name in changed:
        setattr(found, name, values[name])
    if changed:
        found.save(update_fields=changed)
    return found


@transaction.atomic
def archive_list(actor: User, pk: int) -> str:
    """Archive: read-only, and no engagement can take it. The token of an undo, "" if it was archived.

    Raises Http404, Refused.
    """
    return _set_archived(actor, pk, archived=True)


@transaction.atomic
def unarchive_list(actor: User, pk: int) -> str:
    """Bring it back; the token of an undo, "" if it was live. Raises Http404, Refused."""
    return _set_archived(actor, pk, archived=False)


def _set_archived(actor: User, pk: int, *, archived: bool) -> str:
    found = hold(actor, "archive", pk)
    if bool(found.archived_at) == archived:
        return ""
    found.archived_at = timezone.now() if archived else None
    found.save(update_fields=["archived_at"])
    return remember(actor, "archive-list" if archived else "unarchive-list", list=pk)


@undoes("archive-list")
def undo_archive(user: User, data: dict[str, Any]) -> tuple[str, str]:
    return _undo(user, data["list"], archived=False)


@undoes("unarchive-list")
def undo_unarchive(user: User, data: dict[str, Any]) -> tuple[str, str]:
    return _undo(user, data["list"], archived=True)


def _undo(user: User, pk: int, *, archived: bool) -> tuple[str, str]:
    found = list_policy.lists_with(user, "archive").filter(pk=pk).first()
    if found is None:
        raise CannotUndo("You may not archive or unarchive this list any more.")
    _set_archived(user, pk, archived=archived)
    return f"{found} {'archived' if archived else 'unarchived'}", reverse("contacts:list-detail", args=[pk])


def hold(actor: User, action: str, pk: int) -> List:
    """Lock the list and judge `action` of list_policy.RIGHTS behind the lock. Inside a transaction.

    Contacts are always locked before it. Raises Http404, Refused. Three queries.
    """
    locked = List.objects.select_for_update(no_key=True, of=("self",)).filter(pk=pk, account=actor.account_id)
    list(locked.values_list("pk", flat=True))
    return list_policy.get_for(actor, action, pk)
