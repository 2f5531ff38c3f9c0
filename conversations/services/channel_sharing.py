"""Collaborators of channels: give, change, take away, leave and put back (product.md §2c).

The channel is locked first, so that its last Admin is judged by what stands when the change is made. A department's
channel has none: its operators use it by role.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from contacts.services.sharing import kept_line, read_lines
from contacts.services.undoing import CannotUndo, remember, undoes
from contacts_project.accounts import grants
from contacts_project.accounts.grants import GrantLine, Level
from contacts_project.accounts.models import User
from contacts_project.core.errors import Refused
from conversations import policy
from conversations.live import telling
from conversations.models import Channel, ChannelPreference, ChannelUserObjectPermission

from .channels import ChannelError, hold

LAST_ADMIN = "A line keeps at least one Admin without an end date. Give somebody else Admin first."
BY_ROLE = "The operators of {department} use its lines by role. Make the person an operator."
INACTIVE = "This person is deactivated."
NOT_LONGER = "Your own access ends on {day}: it cannot be given for longer."
CHANGED = "Changed by somebody else since."


@transaction.atomic
def set_access(
    actor: User,
    channel: Channel,
    user: User,
    level: str,
    until: datetime.date | None = None,
    *,
    raise_only: bool = False,
) -> bool:
    """Give `user` exactly this level, until the given day inclusive; False if he or she had it already.

    With `raise_only` nobody's access gets less. Locks the user, so that he or she is not deactivated meanwhile, then
    the channel. Raises Http404, Refused, ChannelError (the last Admin, a deactivated person, a day too late).
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    channel = hold(actor, "share", channel.pk)
    refuse_department(channel)
    line = line_of(channel, user.pk)
    if line and line.level == level and line.until == until:
        return False
    if line and raise_only and grants.LEVELS.index(line.level) >= grants.LEVELS.index(Level(level)):
        return False
    if not user.is_active or user.account_id != channel.account_id:
        raise ChannelError(INACTIVE)
    _refuse_longer(actor, channel, until)
    if _is_last(channel, line) and (level != Level.ADMIN or until):
        raise ChannelError(LAST_ADMIN)
    if line is None:  # what has ended must not come back to life with its old giver
        grants.set_level(ChannelUserObjectPermission, [channel], [user], None, by=actor)
    grants.set_level(ChannelUserObjectPermission, [channel], [user], level, by=actor, until=until)
    telling.tell(channel.account_id, telling.ACCESS, user=user.pk)
    return True


@transaction.atomic
def remove_access(actor: User, channel: Channel, user: User) -> str:
    """Take the grant of `user` away, or leave; works on archived channels. The token of an undo, "" for one who leaves.

    Everybody may leave; others need the right to share. The last Admin stays. Raises Http404, Refused, ChannelError.
    """
    leaves = actor.pk == user.pk
    channel = hold(actor, "view" if leaves else "share", channel.pk, frozen=True)
    line = line_of(channel, user.pk)
    if line is None:
        return ""
    if _is_last(channel, line):
        raise ChannelError(LAST_ADMIN)
    grants.set_level(ChannelUserObjectPermission, [channel], [user], None, by=actor)
    ChannelPreference.objects.filter(channel=channel, user=user).delete()
    telling.tell(channel.account_id, telling.ACCESS, user=user.pk)
    if leaves:
        return ""
    return remember(actor, "remove-channel-access", channel=channel.pk, person=user.pk, before=kept_line(line))


@undoes("remove-channel-access")
def put_access_back(actor: User, data: dict[str, Any]) -> tuple[str, str]:
    """Give one person back what was taken, with its giver, date and end."""
    user = User.objects.select_for_update(no_key=True).get(pk=data["person"])
    if not policy.channels_with(actor, "share").filter(pk=data["channel"], department__isnull=True).exists():
        raise CannotUndo("You no longer share this line.")
    channel = hold(actor, "share", data["channel"], frozen=True)
    if not user.is_active:
        raise CannotUndo(INACTIVE)
    if line_of(channel, user.pk):
        raise CannotUndo(CHANGED)
    before = read_lines(user, {channel.pk: data["before"]})
    grants.put_back(ChannelUserObjectPermission, user, before)
    telling.tell(channel.account_id, telling.ACCESS, user=user.pk)
    return f"{user} has access again", reverse("conversations:channel-detail", args=[channel.pk])


def line_of(channel: Channel, user_id: int) -> GrantLine | None:
    """One person's current grant, or None. One query."""
    line = grants.lines(ChannelUserObjectPermission, content_object=channel, user_id=user_id).get((channel.pk, user_id))
    return line if line and (line.until is None or line.until >= channel.account.today()) else None


def refuse_department(channel: Channel) -> None:
    """Raise Refused with the way out for a department's channel: what comes by role is not granted."""
    if channel.department:
        way_out = (reverse("departments:department-operators", args=[channel.department.pk]), "Operators")
        raise Refused(BY_ROLE.format(department=channel.department.name), way_out=way_out)


def _refuse_longer(actor: User, channel: Channel, until: datetime.date | None) -> None:
    """Nobody gives more than he or she has; account administrators manage without a grant of their own."""
    own = line_of(channel, actor.pk)
    if actor.is_account_admin or own is None or own.until is None:
        return
    if until is None or until > own.until:
        raise ChannelError(NOT_LONGER.format(day=f"{own.until:%-d %B %Y}"))


def _is_last(channel: Channel, line: GrantLine | None) -> bool:
    """Whether this line is the last Admin of an active person without an end date. One query, if any."""
    if line is None or line.level != Level.ADMIN or line.until is not None or not line.user.is_active:
        return False
    admins = ChannelUserObjectPermission.objects.filter(
        content_object=channel,
        permission=grants.permission_id(Channel, Level.ADMIN),
        until__isnull=True,
        user__is_active=True,
    )
    return not admins.exclude(user=line.user).exists()
