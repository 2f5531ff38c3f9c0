"""Who may do what with a list: the only place where access to lists is decided (product.md §2c).

`RIGHTS` is the table; everything else derives from it. Whether somebody may open the people on it is `policy`'s: a
list shows of them display name, primary phone and email to all its readers, and no more.
"""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from contacts_project.accounts import grants
from contacts_project.accounts.grants import Level
from contacts_project.accounts.models import User
from contacts_project.core.errors import Refused

from . import policy
from .models import List, ListUserObjectPermission

# The weakest level that suffices: levels are stored cumulatively.
RIGHTS: dict[str, Level] = {
    "view": Level.READ,  # its people by name, primary phone and email
    "use": Level.READ,  # in an engagement, with the reason for each person
    "edit": Level.WRITE,  # its name and description
    "fill": Level.WRITE,  # add and remove people, subscribe and unsubscribe them
    "archive": Level.WRITE,
    "share": Level.ADMIN,
}
RULES: dict[str, str] = {
    "edit": "Renaming a list needs Write on it",
    "fill": "Adding and removing people needs Write on the list",
    "archive": "Archiving a list needs Write on it",
    "share": "Only Admins of this list share it",
}
ARCHIVED = "Archived: unarchive it first"
THAWED = frozenset({"view", "archive", "share"})  # what still works on an archived list; `archive` brings it back, too


def lists_with(user: User, action: str, *, frozen: bool = False) -> QuerySet[List]:
    """The lists on which `user` may do `action` of RIGHTS, unordered; archived ones where it still works on them.

    None for visitors, the deactivated and platform staff. `frozen=True` ignores that archived lists are read-only.
    A subquery, or one query when read.
    """
    if not policy.holds_anything(user):
        return List.objects.none()
    held = grants.granted(ListUserObjectPermission, user, RIGHTS[action], policy.today(user))
    found = List.objects.filter(account=user.account_id, pk__in=held)
    return found if frozen or action in THAWED else found.filter(archived_at__isnull=True)


def visible_to(user: User) -> QuerySet[List]:
    """Those of which `user` may know: start every page, menu, filter and count of lists here."""
    return lists_with(user, "view")


def get_visible(user: User, pk: int) -> List:
    """The list, or Http404 for a hidden one exactly as for none. One query."""
    return get_object_or_404(visible_to(user).select_related("account", "owner"), pk=pk)


def get_for(user: User, action: str, pk: int) -> List:
    """The list for `action`: Http404 when hidden, Refused with the rule when visible only. Two or three queries."""
    found = get_visible(user, pk)
    require(user, action, found)
    return found


def can(user: User, action: str, found: List) -> bool:
    """The row check is the scope, asked about one row. One query."""
    return lists_with(user, action).filter(pk=found.pk).exists()


def require(user: User, action: str, found: List) -> None:
    """Raise Http404 for a hidden list, Refused with the rule and whom to ask unless allowed."""
    if can(user, action, found):
        return
    level = level_on(user, found)
    if level is None:
        raise Http404
    if found.archived_at and _reaches(level, RIGHTS[action]):
        raise Refused(ARCHIVED)
    raise Refused(RULES[action], who=[person.get_full_name() for person in admins_of(found)[:3]])


def allowed_actions(user: User, found: List) -> frozenset[str]:
    """The actions of RIGHTS that `user` may do with this list. One query."""
    return actions_at(level_on(user, found), archived=found.archived_at is not None)


def actions_at(level: Level | None, *, archived: bool) -> frozenset[str]:
    """The actions of RIGHTS that somebody with this level may do with a list. No query."""
    return frozenset(
        action for action, needed in RIGHTS.items()
        if level and _reaches(level, needed) and (action in THAWED or not archived)
    )  # fmt: skip


def level_on(user: User, found: List) -> Level | None:
    """The user's level on this list. One query."""
    if not policy.holds_anything(user) or user.account_id != found.account_id:
        return None
    line = grants.line_on(ListUserObjectPermission, found, user.pk)
    return line.level if line else None


def admins_of(found: List) -> QuerySet[User]:
    """Whom to ask about the list: its active Admins, by name."""
    return holders(found, Level.ADMIN)


def holders(found: List, level: Level) -> QuerySet[User]:
    """The active people who have at least this level on the list, by name."""
    return grants.holders(ListUserObjectPermission, found, level)


def _reaches(level: Level, needed: Level) -> bool:
    return grants.LEVELS.index(level) >= grants.LEVELS.index(needed)
