"""Channels: adding one, its label and department, archiving it, and whose default it is (product.md §2c and §7).

Rights are judged again behind the lock of the channel, so that what another session took away meanwhile counts.
Collaborators are `channel_sharing`'s; proving an address is `verifying`'s.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from contacts.services.undoing import CannotUndo, remember, undoes
from contacts_project.accounts import grants
from contacts_project.accounts.grants import Level
from contacts_project.accounts.models import User
from contacts_project.core.errors import Refused
from conversations import policy
from conversations.live import telling
from conversations.models import Channel, ChannelPreference, ChannelUserObjectPermission
from departments.models import Department
from departments.policy import admin_operators

TAKEN = "Your account has this line already."
CAPABILITIES = ("voice", "sms", "mms", "fax")
Kind = Channel.Kind


class ChannelError(ValueError):
    """A rule forbids it; `str(error)` is the sentence for people."""


@transaction.atomic
def add_channel(
    actor: User,
    *,
    kind: str,
    address: str,
    label: str,
    department: Department | None,
    provider: str,
    capabilities: Iterable[str] = (),
) -> Channel:
    """A new channel of the actor's account; without a department the actor becomes its Admin.

    `address` as Channel stores it. `capabilities` are of CAPABILITIES, and count for phone numbers; a Caller ID has
    calls. Raises Refused (the department is somebody else's), ChannelError where a live channel has the address.
    """
    assert actor.account
    policy.require_adder(actor, department)
    able = {Kind.PHONE: set(capabilities), Kind.CALLER_ID: {"voice"}}.get(Kind(kind), set())
    channel = Channel(
        account=actor.account,
        kind=kind,
        address=address,
        label=label,
        department=department,
        provider=provider,
        created_by=actor,
        public_key=secrets.token_urlsafe(16) if kind == Kind.CHAT else "",
        **{f"has_{name}": name in able for name in CAPABILITIES},
    )
    _save_address(channel)
    if department is None:
        grants.set_level(ChannelUserObjectPermission, [channel], [actor], Level.ADMIN, by=actor)
    return channel


@transaction.atomic
def edit_channel(actor: User, channel: Channel, *, label: str, department: Department | None) -> Channel:
    """Change the label, for those who may; move the channel, for those who manage both ends (product.md §2c).

    Moving to a department ends all grants: its operators use it by role. Moving out of one makes its Admin Operators
    Admins, the actor where there are none: nobody reads more by it. Raises Http404, Refused.
    """
    channel = hold(actor, "edit", channel.pk)
    if channel.label != label:
        channel.label = label
        channel.save(update_fields=["label"])
    if channel.department_id != (department.pk if department else None):
        _move(actor, channel, department)
    return channel


def _move(actor: User, channel: Channel, department: Department | None) -> None:
    policy.require(actor, "share", channel)
    policy.require_adder(actor, channel.department)
    policy.require_adder(actor, department)
    admins = list(admin_operators(channel.department)) if channel.department else []
    before = set(policy.readers_of(channel).values_list("pk", flat=True))
    held = ChannelUserObjectPermission.objects.filter(content_object=channel).values("user")
    people = User.objects.filter(pk__in=held)
    grants.set_level(ChannelUserObjectPermission, [channel], people, None, by=actor)
    channel.department = department
    channel.save(update_fields=["department"])
    if department is None:
        grants.set_level(ChannelUserObjectPermission, [channel], admins or [actor], Level.ADMIN, by=actor)
    for user in before ^ set(policy.readers_of(channel).values_list("pk", flat=True)):
        telling.tell(channel.account_id, telling.ACCESS, user=user)


@transaction.atomic
def archive_channel(actor: User, channel: Channel) -> str:
    """Archive: nothing is sent from it any more, its conversations stay. The token of an undo, "" if it was archived.

    Raises Http404, Refused.
    """
    channel = hold(actor, "archive", channel.pk, frozen=True)
    if channel.archived_at:
        return ""
    channel.archived_at = timezone.now()
    channel.save(update_fields=["archived_at"])
    return remember(actor, "archive-channel", channel=channel.pk)


@transaction.atomic
def unarchive_channel(actor: User, channel: Channel) -> str:
    """Bring it back; the token of an undo, "" if it was live. Raises Http404, Refused, ChannelError (address taken)."""
    channel = hold(actor, "archive", channel.pk, frozen=True)
    if not channel.archived_at:
        return ""
    channel.archived_at = None
    _save_address(channel, update_fields=["archived_at"])
    return remember(actor, "unarchive-channel", channel=channel.pk)


@undoes("archive-channel")
def undo_archive(user: User, data: dict[str, Any]) -> tuple[str, str]:
    return _undo(user, data["channel"], "unarchived")


@undoes("unarchive-channel")
def undo_unarchive(user: User, data: dict[str, Any]) -> tuple[str, str]:
    return _undo(user, data["channel"], "archived")


def _undo(user: User, pk: int, word: str) -> tuple[str, str]:
    channel = policy.channels_with(user, "archive").filter(pk=pk).first()
    if channel is None:
        raise CannotUndo("You no longer manage this line.")
    try:
        (unarchive_channel if word == "unarchived" else archive_channel)(user, channel)
    except ChannelError as error:
        raise CannotUndo(str(error)) from error
    return f"{channel} {word}", reverse("conversations:channel-detail", args=[pk])


@transaction.atomic
def set_default(actor: User, channel: Channel, *, is_default: bool) -> None:
    """Make the channel the one that `actor` writes or calls from by default, among those of its kind, or end that.

    Raises Http404, Refused.
    """
    channel = hold(actor, "send", channel.pk)
    if is_default:
        ChannelPreference.objects.update_or_create(user=actor, kind=channel.kind, defaults={"channel": channel})
    else:
        ChannelPreference.objects.filter(user=actor, channel=channel).delete()


def hold(actor: User, action: str, pk: int, *, frozen: bool = False) -> Channel:
    """Lock the channel and judge `action` of policy.RIGHTS behind the lock. Inside a transaction.

    Archived ones are refused unless `frozen`. Raises Http404, Refused. Three queries.
    """
    locked = Channel.objects.select_for_update(no_key=True, of=("self",)).filter(pk=pk, account=actor.account_id)
    list(locked.values_list("pk", flat=True))
    channel = policy.get_for(actor, action, pk)
    if channel.archived_at and not frozen:
        raise Refused(policy.RULES["unarchive"])
    return channel


def _save_address(channel: Channel, **options: Any) -> None:
    try:
        with transaction.atomic():
            channel.save(**options)
    except IntegrityError as error:
        if "channel_address_once" not in str(error):
            raise
        raise ChannelError(TAKEN) from error
