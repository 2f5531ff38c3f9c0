"""Collaborators of channels: give, change, take away, leave and put back (product.md §2c).

The channel is locked first, so that its last Admin is judged by what stands when the change is made. A department's
channel has none: its operators use it by role.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from contacts.services.collaborating import Sharing
from contacts.services.sharing import kept_line
from contacts.services.undoing import CannotUndo, remember, undoes
from contacts_project.accounts.models import User
from contacts_project.core.errors import Refused
from conversations import policy
from conversations.live import telling
from conversations.models import Channel, ChannelPreference, ChannelUserObjectPermission

from .channels import ChannelError, hold

LAST_ADMIN = "A line keeps at least one Admin without an end date. Give somebody else Admin first."
BY_ROLE = "The operators of {department} use its lines by role. Make the person an operator."

SHARING = Sharing(ChannelUserObjectPermission, LAST_ADMIN, lambda _field, why: ChannelError(why), "channel-shared")
line_of = SHARING.line_of


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

    With `raise_only` nobody's access gets less: an answer to a request, which tells the person itself; otherwise who
    had nothing is told. Locks the user, so that he or she is not deactivated meanwhile, then the channel.

    Raises Http404, Refused, ChannelError (the last Admin, a deactivated person, a day too late).
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    channel = hold(actor, "share", channel.pk)
    refuse_department(channel)
    is_bounded = not actor.is_account_admin  # who manages lines without a grant of his or her own
    if not SHARING.give(actor, channel, user, level, until, raise_only=raise_only, is_bounded=is_bounded):
        return False
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
    SHARING.refuse_last(channel, line)
    SHARING.take(actor, channel, user)
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
    SHARING.put_back(channel, user, data["before"])
    telling.tell(channel.account_id, telling.ACCESS, user=user.pk)
    return f"{user} has access again", reverse("conversations:channel-detail", args=[channel.pk])


def refuse_department(channel: Channel) -> None:
    """Raise Refused with the way out for a department's channel: what comes by role is not granted."""
    if channel.department:
        way_out = (reverse("departments:department-operators", args=[channel.department.pk]), "Operators")
        raise Refused(BY_ROLE.format(department=channel.department.name), way_out=way_out)
