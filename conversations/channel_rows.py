"""Channels as rows of their page, and the people of one channel: what stands there and in which words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from contacts_project.accounts import grants
from contacts_project.accounts.grants import LEVELS, GrantLine, Level
from contacts_project.accounts.models import User
from contacts_project.accounts.policy import is_account_admin
from contacts_project.core import phones
from departments import policy as department_policy
from departments.models import Department, Operator
from departments.policy import ACCOUNT_ADMIN

from . import policy
from .models import Channel, ChannelPreference, ChannelUserObjectPermission
from .providers.registry import PROVIDERS, get_provider

Kind = Channel.Kind
KINDS = {Kind.PHONE: "Phone number", Kind.CALLER_ID: "Caller ID, calls out only"}
CAN = {
    "read": "See its conversations",
    "write": "Send and call from it, change its label",
    "admin": "Share and archive it",
}
CAN_OF_ROLE = {False: "Send and call from it", True: "Send, call, label and archive it"}


@dataclass(frozen=True)
class ChannelRow:
    """One line of the page: the channel, its address as people write it, and the viewer's access in words."""

    channel: Channel
    address: str
    kind: str
    access: str
    through: str
    is_default: bool = False


def channel_rows(user: User, *, archived: bool = False) -> list[ChannelRow]:
    """All channels of which `user` may know, by name: live ones, or archived ones. Four queries."""
    rows = policy.visible_to(user).filter(archived_at__isnull=not archived).select_related("department")
    found = list(rows.order_by("label", "address", "pk"))
    held = _held(user, found)
    mine = set(ChannelPreference.objects.filter(user=user).values_list("channel", flat=True))
    return [_row(user, channel, held[channel.pk], channel.pk in mine) for channel in found]


def archived_count(user: User) -> int:
    return policy.visible_to(user).filter(archived_at__isnull=False).count()


def row_of(user: User, channel: Channel) -> ChannelRow:
    """The same of one channel. Three queries at most."""
    is_default = ChannelPreference.objects.filter(user=user, channel=channel).exists()
    return _row(user, channel, set(policy.roles_on(user, channel)), is_default)


def _held(user: User, channels: list[Channel]) -> dict[int, set[str]]:
    """Channel id -> roles of the user, as `policy.roles_on` says of one. Two queries."""
    today = user.account.today() if user.account else None
    lines = grants.lines(ChannelUserObjectPermission, user=user, content_object__in=channels)
    roles = department_policy.roles_in(user)
    held: dict[int, set[str]] = {}
    for channel in channels:
        own = held.setdefault(channel.pk, {ACCOUNT_ADMIN} if is_account_admin(user) else set())
        if channel.department_id in roles:
            own.add(roles[channel.department_id])
        line = lines.get((channel.pk, user.pk))
        if line and today and (line.until is None or line.until >= today):
            own.add(line.level.value)
    return held


def _row(user: User, channel: Channel, held: set[str], is_default: bool) -> ChannelRow:
    return ChannelRow(
        channel,
        address_in_words(channel, user),
        kind_in_words(channel),
        policy.level_in_words(held),
        provider_label(channel.provider),
        is_default,
    )


def address_in_words(channel: Channel, user: User) -> str:
    """A number as people of the account write it; the public path of a web chat; else the address."""
    if channel.kind in (Kind.PHONE, Kind.CALLER_ID):
        return phones.format_national(channel.address, user.region)
    return reverse("conversations:chat", args=[channel.public_key]) if channel.kind == Kind.CHAT else channel.address


def kind_in_words(channel: Channel) -> str:
    return KINDS.get(Kind(channel.kind), channel.get_kind_display())


def provider_label(name: str) -> str:
    return get_provider(name).label if name in PROVIDERS else name


def providers_on() -> list[Any]:
    """The providers that are on, in the order of the registry."""
    return [provider for provider in map(get_provider, PROVIDERS) if provider.is_on()]


@dataclass(frozen=True)
class Person:
    """One line of People: a grant, or an operator by role. `access` in words, and what it lets one do.

    `is_last`: the only Admin without an end date, who stays.
    """

    user: User
    access: str
    can: str
    line: GrantLine | None = None
    is_last: bool = False


def people_of(channel: Channel) -> list[Person]:
    """Who uses the channel, Admins first, then by name; deactivated people have nothing. One query or two."""
    if channel.department_id:
        rows = Operator.objects.filter(department=channel.department_id, user__is_active=True).select_related("user")
        ordered = rows.order_by("-is_admin", "user__name", "user_id")
        return [Person(row.user, f"{row.role}", CAN_OF_ROLE[row.is_admin]) for row in ordered]
    today = channel.account.today()
    lines = grants.lines(ChannelUserObjectPermission, content_object=channel, user__is_active=True).values()
    current = [line for line in lines if line.until is None or line.until >= today]
    current.sort(key=lambda line: (-LEVELS.index(line.level), line.user.get_full_name().casefold(), line.user.pk))
    lasting = [line for line in current if line.level == Level.ADMIN and line.until is None]
    return [
        Person(line.user, line.level.label, CAN[line.level.value], line, is_last=lasting == [line]) for line in current
    ]


def lines_of(user: User, department: Department) -> list[Channel]:
    """A department's live channels of which `user` may know, by name. One query."""
    rows = policy.visible_to(user).filter(department=department, archived_at__isnull=True)
    return list(rows.order_by("label", "address", "pk"))
