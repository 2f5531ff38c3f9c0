"""Collaborators of lists: give, change, take away, leave and put back (product.md §2c).

The list is locked first, so that its last Admin is judged by what stands when the change is made. Its owner keeps
Admin as on personal contacts, and hands ownership on by leaving.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from contacts import list_policy
from contacts.models import List, ListUserObjectPermission
from contacts_project.accounts import grants
from contacts_project.accounts.grants import GrantLine
from contacts_project.accounts.models import User
from contacts_project.accounts.services.notices import notify

from .collaborating import Sharing
from .lists import ListError, hold
from .sharing import kept_line
from .undoing import CannotUndo, remember, undoes

OWNER_FIXED = "The owner of a list keeps Admin."
LAST_ADMIN = "A list keeps at least one Admin without an end date. Give somebody else Admin first."
NO_HEIR = "You are the only Admin without an end date. Give somebody else Admin first, then leave."

SHARING = Sharing(ListUserObjectPermission, LAST_ADMIN, lambda _field, why: ListError(why), "list-shared")
line_of = SHARING.line_of


@transaction.atomic
def set_access(
    actor: User,
    pk: int,
    user: User,
    level: str,
    until: datetime.date | None = None,
    *,
    raise_only: bool = False,
) -> bool:
    """Give `user` exactly this level on the list, until the given day inclusive; False if he or she had it already.

    With `raise_only` nobody's access gets less: an answer to a request, which tells the person itself; otherwise who
    had nothing is told. Locks the user, so that he or she is not deactivated meanwhile, then the list.

    Raises Http404, Refused, ListError (the owner, the last Admin, a deactivated person, a day too late).
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    found = hold(actor, "share", pk)
    fixed = OWNER_FIXED if user.pk == found.owner_id else ""
    return SHARING.give(actor, found, user, level, until, raise_only=raise_only, fixed=fixed)


@transaction.atomic
def remove_access(actor: User, pk: int, user: User) -> str:
    """Take the grant of `user` away; works on archived lists. The token of an undo, "" if there was none.

    Raises Http404, Refused, ListError (the owner, the last Admin).
    """
    found = hold(actor, "share", pk)
    line = line_of(found, user.pk)
    if line is None:
        return ""
    if user.pk == found.owner_id:
        raise ListError(OWNER_FIXED)
    SHARING.refuse_last(found, line)
    SHARING.take(actor, found, user)
    return remember(actor, "remove-list-access", list=found.pk, person=user.pk, before=kept_line(line))


@transaction.atomic
def leave(actor: User, pk: int) -> None:
    """Give up one's own access; an owner hands the list to the longest-standing other Admin.

    Raises Http404, ListError where that would leave no Admin without an end date.
    """
    found = hold(actor, "view", pk)
    line = line_of(found, actor.pk)
    others = grants.lasting_admins(ListUserObjectPermission, found).exclude(user=actor).order_by("granted_at", "pk")
    if found.owner_id == actor.pk or SHARING.is_last(found, line):
        heir = others.select_related("user").first()
        if heir is None:
            raise ListError(NO_HEIR)
        if found.owner_id == actor.pk:
            found.owner = heir.user
            found.save(update_fields=["owner"])
            notify("list-owner", found.pk, to=[heir.user], by=actor)
    SHARING.take(actor, found, actor)


@undoes("remove-list-access")
def put_access_back(actor: User, data: dict[str, Any]) -> tuple[str, str]:
    """Give one person back what was taken, with its giver, date and end."""
    user = User.objects.select_for_update(no_key=True).get(pk=data["person"])
    if not list_policy.lists_with(actor, "share").filter(pk=data["list"]).exists():
        raise CannotUndo("You no longer share this list.")
    found = hold(actor, "share", data["list"])
    SHARING.put_back(found, user, data["before"])
    return f"{user} has access again", reverse("contacts:list-collaborators", args=[found.pk])


def lines_on(found: List) -> list[GrantLine]:
    """Current grants of active people, the owner first, then Admins, then by name. One query."""
    today = found.account.today()
    lines = grants.lines(ListUserObjectPermission, content_object=found, user__is_active=True).values()
    current = [line for line in lines if line.until is None or line.until >= today]
    return sorted(current, key=lambda line: (
        line.user.pk != found.owner_id, -grants.LEVELS.index(line.level), line.user.get_full_name().casefold(),
    ))  # fmt: skip
