"""Who may do what with a channel: the only place where access to channels is decided (product.md §2c).

`RIGHTS` is the table; everything else derives from it. Roles come from collaborator grants (Read, Write, Admin), from
operating the department that a channel belongs to, and, for managing only, from the account administrator's flag: it
opens no conversation. What is read through a channel is `visibility`'s.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from contacts import policy as contact_policy
from contacts_project.accounts import grants
from contacts_project.accounts.grants import Level
from contacts_project.accounts.models import User
from contacts_project.accounts.policy import administrators_of, is_account_admin
from contacts_project.core.errors import Refused
from contacts_project.core.written import A_DAY, A_USER, STAND_INS, Column, Text, Written, once, write
from departments import policy as department_policy
from departments.models import Department, Operator
from departments.policy import ACCOUNT_ADMIN, ADMIN_OPERATOR, OPERATOR

from .models import Channel, ChannelUserObjectPermission

READ, WRITE, ADMIN = Level.READ.value, Level.WRITE.value, Level.ADMIN.value
WORKERS = frozenset({OPERATOR, ADMIN_OPERATOR})
MANAGERS = frozenset({ADMIN, ADMIN_OPERATOR, ACCOUNT_ADMIN})

RIGHTS: dict[str, frozenset[str]] = {
    "view": frozenset({READ, WRITE, ADMIN, ACCOUNT_ADMIN}) | WORKERS,  # its page: address, label, people
    "read": frozenset({READ, WRITE, ADMIN}) | WORKERS,  # its conversations, together with access to the contact
    "send": frozenset({WRITE, ADMIN}) | WORKERS,  # write and call from it; make it one's default
    "edit": frozenset({WRITE}) | MANAGERS,  # its label
    "share": MANAGERS,
    "archive": MANAGERS,
}
RULES: dict[str, str] = {
    "read": "Only people with access to this line read its conversations",
    "send": "Sending needs Write on this line",
    "edit": "Changing its label needs Write on this line",
    "share": "Only Admins of this line share it",
    "archive": "Only Admins of this line archive it",
    "unarchive": "Archived: unarchive it first",
}
NEEDS_DEPARTMENT = "Only Admin Operators of {department} and account administrators add its lines"


def channels_with(user: User, action: str) -> QuerySet[Channel]:
    """The channels of the account with which `user` may do `action` of RIGHTS, archived ones too, unordered.

    None for visitors, the deactivated and platform staff. A subquery, or one query when read.
    """
    if not contact_policy.holds_anything(user):
        return Channel.objects.none()
    rows = Channel.objects.filter(account=user.account_id)
    if ACCOUNT_ADMIN in RIGHTS[action] and is_account_admin(user):
        return rows
    values = {"user": user.pk, "day": contact_policy.today(user)}
    return rows.filter(Written(_rule(action), {"pk": "pk", "department": "department"}, values))


def visible_to(user: User) -> QuerySet[Channel]:
    """Those of which `user` may know: start every page, menu and count of channels here."""
    return channels_with(user, "view")


def usable(user: User, action: str = "send") -> QuerySet[Channel]:
    """Channels for `action` that are not archived and, where they need it, verified; with department, by name."""
    rows = channels_with(user, action).filter(archived_at__isnull=True)
    unproven = Q(kind__in=[Channel.Kind.CALLER_ID, Channel.Kind.EMAIL], verified_at__isnull=True)
    return rows.exclude(unproven).select_related("department").order_by("label", "address", "pk")


def get_visible(user: User, pk: int) -> Channel:
    """The channel, or Http404 for a hidden one exactly as for none. One query."""
    return get_object_or_404(visible_to(user).select_related("department"), pk=pk)


def get_for(user: User, action: str, pk: int) -> Channel:
    """The channel for `action`: Http404 when hidden, Refused with the rule when visible only. Two or three queries."""
    channel = get_visible(user, pk)
    require(user, action, channel)
    return channel


def can(user: User, action: str, channel: Channel) -> bool:
    """The row check is the scope, asked about one row. One query."""
    return channels_with(user, action).filter(pk=channel.pk).exists()


def require(user: User, action: str, channel: Channel) -> None:
    """Raise Http404 for a hidden channel, Refused with the rule and whom to ask unless allowed."""
    if can(user, action, channel):
        return
    if not can(user, "view", channel):
        raise Http404
    raise Refused(RULES[action], who=[person.get_full_name() for person in admins_of(channel)[:3]])


def allowed_actions(user: User, channel: Channel) -> frozenset[str]:
    """The actions of RIGHTS that `user` may do with this channel. Two queries."""
    held = roles_on(user, channel)
    return frozenset(action for action, roles in RIGHTS.items() if roles & held)


def roles_on(user: User, channel: Channel) -> frozenset[str]:
    """The roles of the user on this channel. One or two queries."""
    if not contact_policy.holds_anything(user) or user.account_id != channel.account_id:
        return frozenset()
    held = {ACCOUNT_ADMIN} if is_account_admin(user) else set()
    if channel.department_id:
        role = department_policy.roles_in(user).get(channel.department_id)
        return frozenset(held | ({role} if role else set()))
    if line := grants.line_on(ChannelUserObjectPermission, channel, user.pk):
        held.add(line.level.value)
    return frozenset(held)


def admins_of(channel: Channel) -> QuerySet[User]:
    """Whom to ask about the channel: its Admins, or the Admin Operators of its department, by name; active only."""
    if channel.department:
        return department_policy.admin_operators(channel.department)
    return _holders(channel, Level.ADMIN)


def administered_by(user: User) -> QuerySet[Channel]:
    """Channels of which `user` is asked for access: by an Admin grant, or as Admin Operator; archived ones too.

    Account administrators manage every channel, but requests go to its own Admins. A subquery, or one query when read.
    """
    if not contact_policy.holds_anything(user):
        return Channel.objects.none()
    mine = Q(pk__in=_granted(user, Level.ADMIN)) | Q(department__in=department_policy.led_by(user))
    return Channel.objects.filter(mine, account=user.account_id)


def line_mates(user: User) -> QuerySet:
    """Ids of those who may send from a channel without department that `user` reads: their blocks of own lines hold
    there (product.md §9). A subquery."""
    if not contact_policy.holds_anything(user):
        return ChannelUserObjectPermission.objects.none().values("user")
    shared = ChannelUserObjectPermission.objects.filter(
        grants.current(contact_policy.today(user)),
        content_object__in=_granted(user, Level.READ),
        permission=grants.permission_id(Channel, Level.WRITE),
    )
    return shared.order_by().values("user")


def manages(user: User, department: Department | None) -> bool:
    """Whether a channel may go there, or come from there, by the hand of `user`: one end of a move. One query."""
    return department is None or department_policy.can(user, "administer", department)


def readers_of(channel: Channel) -> QuerySet[User]:
    """The active people who read its conversations, together with access to the contact; unordered."""
    if channel.department_id:
        rows = Operator.objects.filter(department=channel.department_id)
        return User.objects.filter(pk__in=rows.values("user"), is_active=True)
    return _holders(channel, Level.READ)


def senders_of(channel: Channel) -> QuerySet[User]:
    """The active people who send from it; unordered."""
    return readers_of(channel) if channel.department_id else _holders(channel, Level.WRITE)


def require_adder(user: User, department: Department | None) -> None:
    """Who adds a channel to a department manages it; for oneself everybody may. Raises Refused."""
    if department and not manages(user, department):
        asked = [*department_policy.admin_operators(department)] or [*administrators_of(user)]
        raise Refused(NEEDS_DEPARTMENT.format(department=department.name), who=department_policy.names(asked))


@once
def _rule(action: str) -> Text:
    """Who may do `action`, account administrators apart, as text."""
    roles = RIGHTS[action]
    level = next(level for level in Level if level.value in roles)
    granted = grants.granted(ChannelUserObjectPermission, A_USER, level, A_DAY)
    pieces: list[Any] = ["(", Column("pk"), " IN (", granted, ")"]
    if roles & WORKERS:
        operated = Operator.objects.filter(user=A_USER).order_by().values("department")
        led = operated.filter(is_admin=True)
        pieces += [" OR ", Column("department"), " IN (", operated if roles >= WORKERS else led, ")"]
    return write(*pieces, ")", stand_ins=STAND_INS)


def _granted(user: User, level: Level) -> QuerySet:
    """Ids of channels on which the user's own grant gives `level`: levels are stored cumulatively."""
    return grants.granted(ChannelUserObjectPermission, user, level, contact_policy.today(user))


def _holders(channel: Channel, level: Level) -> QuerySet[User]:
    return grants.holders(ChannelUserObjectPermission, channel, level)


def level_in_words(roles: Iterable[str]) -> str:
    """The user's access as the page of channels says it: "Admin", "Write, by role", "Manages"."""
    held = set(roles)
    if ADMIN_OPERATOR in held:
        return "Admin, by role"
    if OPERATOR in held:
        return "Write, by role"
    for level in reversed(list(Level)):
        if level.value in held:
            return level.label
    return "Manages it, reads nothing" if ACCOUNT_ADMIN in held else "None"
