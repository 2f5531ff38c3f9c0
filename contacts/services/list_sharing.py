"""Collaborators of lists: give, change, take away, leave and put back (product.md §2c).

The list is locked first, so that its last Admin is judged by what stands when the change is made. Its owner keeps
Admin as on personal contacts, and hands ownership on by leaving.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from contacts import list_policy
from contacts.models import List, ListUserObjectPermission
from contacts_project.accounts import grants
from contacts_project.accounts.grants import GrantLine, Level
from contacts_project.accounts.models import User

from .lists import ListError, hold
from .sharing import CHANGED, INACTIVE, kept_line, read_lines
from .undoing import CannotUndo, remember, undoes

OWNER_FIXED = "The owner of a list keeps Admin."
LAST_ADMIN = "A list keeps at least one Admin without an end date. Give somebody else Admin first."
NO_HEIR = "You are the only Admin without an end date. Give somebody else Admin first, then leave."
NOT_LONGER = "Your own access ends on {day}: it cannot be given for longer."


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

    With `raise_only` nobody's access gets less. Locks the user, so that he or she is not deactivated meanwhile, then
    the list. Raises Http404, Refused, ListError (the owner, the last Admin, a deactivated person, a day too late).
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    found = hold(actor, "share", pk)
    line = line_of(found, user.pk)
    if line and line.level == level and line.until == until:
        return False
    if line and raise_only and grants.LEVELS.index(line.level) >= grants.LEVELS.index(Level(level)):
        return False
    if not user.is_active or user.account_id != found.account_id:
        raise ListError(INACTIVE)
    if user.pk == found.owner_id:
        raise ListError(OWNER_FIXED)
    _refuse_longer(actor, found, until)
    if is_last(found, line) and (level != Level.ADMIN or until):
        raise ListError(LAST_ADMIN)
    if line is None:  # what has ended must not come back to life with its old giver
        grants.set_level(ListUserObjectPermission, [found], [user], None, by=actor)
    grants.set_level(ListUserObjectPermission, [found], [user], level, by=actor, until=until)
    return True


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
    if is_last(found, line):
        raise ListError(LAST_ADMIN)
    grants.set_level(ListUserObjectPermission, [found], [user], None, by=actor)
    return remember(actor, "remove-list-access", list=found.pk, person=user.pk, before=kept_line(line))


@transaction.atomic
def leave(actor: User, pk: int) -> None:
    """Give up one's own access; an owner hands the list to the longest-standing other Admin.

    Raises Http404, ListError where that would leave no Admin without an end date.
    """
    found = hold(actor, "view", pk)
    line = line_of(found, actor.pk)
    others = lasting_admins(found).exclude(user=actor).order_by("granted_at", "pk")
    if found.owner_id == actor.pk or is_last(found, line):
        heir = others.values_list("user", flat=True).first()
        if heir is None:
            raise ListError(NO_HEIR)
        if found.owner_id == actor.pk:
            found.owner_id = heir
            found.save(update_fields=["owner"])
    grants.set_level(ListUserObjectPermission, [found], [actor], None, by=actor)


@undoes("remove-list-access")
def put_access_back(actor: User, data: dict[str, Any]) -> tuple[str, str]:
    """Give one person back what was taken, with its giver, date and end."""
    user = User.objects.select_for_update(no_key=True).get(pk=data["person"])
    if not list_policy.lists_with(actor, "share").filter(pk=data["list"]).exists():
        raise CannotUndo("You no longer share this list.")
    found = hold(actor, "share", data["list"])
    if not user.is_active:
        raise CannotUndo(INACTIVE)
    if line_of(found, user.pk):
        raise CannotUndo(CHANGED)
    grants.put_back(ListUserObjectPermission, user, read_lines(user, {found.pk: data["before"]}))
    return f"{user} has access again", reverse("contacts:list-collaborators", args=[found.pk])


def line_of(found: List, user_id: int) -> GrantLine | None:
    """One person's current grant, or None. One query."""
    line = grants.lines(ListUserObjectPermission, content_object=found, user_id=user_id).get((found.pk, user_id))
    return line if line and (line.until is None or line.until >= found.account.today()) else None


def lines_on(found: List) -> list[GrantLine]:
    """Current grants of active people, the owner first, then Admins, then by name. One query."""
    today = found.account.today()
    lines = grants.lines(ListUserObjectPermission, content_object=found, user__is_active=True).values()
    current = [line for line in lines if line.until is None or line.until >= today]
    return sorted(current, key=lambda line: (
        line.user.pk != found.owner_id, -grants.LEVELS.index(line.level), line.user.get_full_name().casefold(),
    ))  # fmt: skip


def lasting_admins(found: List) -> QuerySet:
    """Admin grants that keep the list administered: of active people, without an end date."""
    admin = grants.permission_id(List, Level.ADMIN)
    rows = ListUserObjectPermission.objects.filter(content_object=found, permission=admin, until__isnull=True)
    return rows.filter(user__is_active=True)


def is_last(found: List, line: GrantLine | None) -> bool:
    """Whether this line is the last Admin of an active person without an end date. One query, if any."""
    if line is None or line.level != Level.ADMIN or line.until is not None or not line.user.is_active:
        return False
    return not lasting_admins(found).exclude(user=line.user).exists()


def _refuse_longer(actor: User, found: List, until: datetime.date | None) -> None:
    """Nobody gives more than he or she has."""
    own = line_of(found, actor.pk)
    if own and own.until and (until is None or until > own.until):
        raise ListError(NOT_LONGER.format(day=f"{own.until:%-d %B %Y}"))
