"""Channels that somebody asks for: by their own address, or by a contact's conversations (product.md §2d).

Whoever sees a contact may ask for its conversations: that reaches the Admins of each channel that holds one and that
he or she does not read. They read which of their lines it is, never with whom.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse

from contacts import policy as contact_policy
from contacts.models import AccessRequest
from contacts.services.places import PlaceLine
from contacts_project.accounts.grants import Level
from contacts_project.accounts.models import User
from departments.models import Operator

from . import policy
from .models import Channel, InteractionContact
from .services.channel_sharing import set_access
from .services.channels import ChannelError

CHANNEL_PATH = re.compile(r"/channels/([0-9]{1,18})/")
CONVERSATIONS_PATH = re.compile(r"/contacts/([0-9]{1,18})/conversations/")
MARK = "channel:"
LEVELS = (Level.READ.value, Level.WRITE.value)
ACTION = {Level.READ.value: "read", Level.WRITE.value: "send"}
BY_ROLE = "Access to this line comes by role: make the person an operator of its department."


class AskedChannels:
    """The Place of channels (contacts.services.places, where its methods are described)."""

    def find(self, user: User, path: str, access: str) -> list[str]:
        """One query, the same one whatever stands at the path."""
        channel, contact = (_number(pattern, path) for pattern in (CHANNEL_PATH, CONVERSATIONS_PATH))
        seen = contact_policy.visible_to(user).filter(pk=contact).order_by().values("pk")
        rows = InteractionContact.objects.filter(
            contact__in=seen, is_current=True, interaction__removed_at__isnull=True
        )
        named = Q(pk=channel) | Q(pk__in=rows.order_by().values("interaction__channel"))
        found = Channel.objects.filter(named, account=user.account_id, archived_at__isnull=True)
        missing = found.exclude(pk__in=policy.channels_with(user, ACTION[access]).values("pk"))
        return [f"{MARK}{pk}" for pk in missing.order_by("pk").values_list("pk", flat=True)]

    def answered_by(self, user: User) -> QuerySet:
        rows = policy.administered_by(user).filter(archived_at__isnull=True)
        return rows.annotate(mark=Concat(Value(MARK), Cast("pk", CharField()))).order_by().values("mark")

    def answerers(self, request: AccessRequest) -> list[User]:
        channels = Channel.objects.filter(pk__in=_ids(request), archived_at__isnull=True).select_related("department")
        people = {user.pk: user for channel in channels for user in policy.admins_of(channel)}
        people.pop(request.user_id, None)
        return sorted(people.values(), key=lambda user: (user.name, user.pk))

    def lines(self, user: User, requests: Iterable[AccessRequest]) -> dict[int, PlaceLine]:
        """Two queries."""
        requests = [request for request in requests if _ids(request)]
        asked = {pk for request in requests for pk in _ids(request)}
        mine = policy.administered_by(user).filter(pk__in=asked, archived_at__isnull=True)
        channels = list(mine.select_related("department").order_by("label", "address", "pk"))
        departments = {channel.department_id for channel in channels if channel.department_id}
        operated = Operator.objects.filter(department__in=departments, user__in=[one.user_id for one in requests])
        roles = set(operated.values_list("user", "department"))
        return {request.pk: _line(request, channels, roles) for request in requests}

    def give(self, actor: User, level: str, request: AccessRequest) -> str:
        if not _ids(request):
            return ""  # it is about something else
        mine = policy.administered_by(actor).filter(pk__in=_ids(request), archived_at__isnull=True)
        channels = list(mine.select_related("account", "department").order_by("pk"))
        own = [channel for channel in channels if channel.department_id is None]
        if not own:
            return "" if channels and self.has(request) else BY_ROLE
        try:
            for channel in own:
                set_access(actor, channel, request.user, level, raise_only=True)
        except ChannelError as error:
            return str(error)
        return ""

    def has(self, request: AccessRequest) -> bool:
        return policy.channels_with(request.user, "read").filter(pk__in=_ids(request)).exists()


def _line(request: AccessRequest, channels: list[Channel], roles: set[tuple[int, int]]) -> PlaceLine:
    wanted = set(_ids(request))
    here = [channel for channel in channels if channel.pk in wanted]
    departments = {channel.department_id: channel.department for channel in here if channel.department}
    missing = [one for pk, one in departments.items() if (request.user_id, pk) not in roles]
    is_own = any(channel.department_id is None for channel in here)
    is_met = not is_own and bool(here) and not missing
    return PlaceLine(
        what=", ".join(str(channel) for channel in here),
        names=tuple((str(channel), reverse("conversations:channel-detail", args=[channel.pk])) for channel in here),
        levels=LEVELS if is_own else (request.access,) if is_met else (),
        ways_out=tuple(
            (f"Make them an operator of {one.name}", reverse("departments:department-operators", args=[one.pk]))
            for one in missing
        ),
        is_met=is_met,
    )


def _ids(request: AccessRequest) -> list[int]:
    return [int(mark.removeprefix(MARK)) for mark in request.about if mark.startswith(MARK)]


def _number(pattern: re.Pattern[str], path: str) -> int:
    """The id in the path, 0 where it names something else: the query stays the same."""
    match = pattern.fullmatch(path)
    return int(match[1]) if match else 0
