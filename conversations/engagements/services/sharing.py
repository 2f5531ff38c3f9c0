"""Collaborators of engagements: give, change, take away, leave and put back (product.md §2c).

The engagement is locked first, so that its last Admin is judged by what stands when the change is made.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from contacts.services.collaborating import Sharing
from contacts.services.sharing import kept_line
from contacts.services.undoing import CannotUndo, remember, undoes
from contacts_project.accounts import grants
from contacts_project.accounts.grants import GrantLine, Level
from contacts_project.accounts.models import User
from conversations.engagements import policy
from conversations.engagements.models import Engagement, EngagementUserObjectPermission

from .drafting import hold
from .errors import EngagementError

LAST_ADMIN = "An engagement keeps at least one Admin without an end date. Give somebody else Admin first."

SHARING = Sharing(EngagementUserObjectPermission, LAST_ADMIN, EngagementError, "engagement-shared")
line_of = SHARING.line_of


@transaction.atomic
def set_access(
    actor: User,
    engagement: Engagement,
    user: User,
    level: str,
    until: datetime.date | None = None,
    *,
    raise_only: bool = False,
) -> bool:
    """Give `user` exactly this level, until the given day inclusive; False if he or she had it already.

    With `raise_only` nobody's access gets less: an answer to a request, which tells the person itself; otherwise who
    had nothing is told. Locks the user, so that he or she is not deactivated meanwhile, then the engagement.

    Raises Http404, Refused, EngagementError (the last Admin, a deactivated person, a day too late).
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    engagement = hold(actor, "share", engagement.pk)
    return SHARING.give(actor, engagement, user, level, until, raise_only=raise_only)


@transaction.atomic
def remove_access(actor: User, engagement: Engagement, user: User) -> str:
    """Take the grant of `user` away, or leave. The token of an undo, "" for one who leaves.

    Everybody may leave; others need the right to share. The last Admin stays. Raises Http404, Refused, EngagementError.
    """
    leaves = actor.pk == user.pk
    engagement = hold(actor, "view" if leaves else "share", engagement.pk)
    line = line_of(engagement, user.pk)
    if line is None:
        return ""
    SHARING.refuse_last(engagement, line)
    SHARING.take(actor, engagement, user)
    if leaves:
        return ""
    return remember(actor, "remove-engagement-access", engagement=engagement.pk, person=user.pk, before=kept_line(line))


@undoes("remove-engagement-access")
def put_access_back(actor: User, data: dict[str, Any]) -> tuple[str, str]:
    """Give one person back what was taken, with its giver, date and end."""
    user = User.objects.select_for_update(no_key=True).get(pk=data["person"])
    if not policy.engagements_with(actor, "share").filter(pk=data["engagement"]).exists():
        raise CannotUndo("You no longer share this engagement.")
    engagement = hold(actor, "share", data["engagement"])
    SHARING.put_back(engagement, user, data["before"])
    return f"{user} has access again", reverse("engagements:engagement-collaborators", args=[engagement.pk])


def lines_of(engagement: Engagement) -> list[tuple[GrantLine, bool]]:
    """All current grants, the strongest first, then by name, each with whether it is the last lasting Admin's."""
    today = engagement.account.today()
    lines = grants.lines(EngagementUserObjectPermission, content_object=engagement).values()
    current = [line for line in lines if line.until is None or line.until >= today]
    current.sort(key=lambda line: (-grants.LEVELS.index(line.level), line.user.get_full_name().lower(), line.user.pk))
    lasting = [one for one in current if one.level == Level.ADMIN and one.until is None and one.user.is_active]
    return [(line, lasting == [line]) for line in current]
