"""Calling out from one of our lines with a click (product.md §7, Composer; §9, Blocking).

A request writes the call and a job in one transaction; the job asks the provider to place it (`jobs_calls`).
"""

from __future__ import annotations

import pghistory
from django.db import transaction
from django.utils import timezone

from contacts_project.accounts.models import User
from contacts_project.core.phones import PhoneImpossible, parse_phone
from conversations import policy
from conversations.jobs_calls import place_call
from conversations.live.telling import MESSAGE, tell
from conversations.models import Channel, Interaction
from conversations.services.arriving import conversation_with, put_on
from conversations.services.people import OutsideAddress, find_people, is_blocked_on, read_outside, sees_any

Type, Status, Direction = Interaction.Type, Interaction.Status, Interaction.Direction
NO_CALLS = "This line makes no calls. Choose another one."
NOT_VERIFIED = "Verify this Caller ID first. Then calls can show it."
ARCHIVED = "This line is archived. Choose another one."
BLOCKED = "This number is blocked here. Unblock it first."
PEOPLE_ARCHIVED = "The contact with this number is archived: unarchive it first."
NO_NUMBER = "Type the number to call."


class CannotDial(ValueError):
    """The call is not possible: `field` is channel or to, the text is for people."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def makes_calls(channel: Channel) -> bool:
    """Whether calls go out from this channel: a phone number with voice, or a Caller ID; both not archived."""
    return bool(channel.archived_at is None and (channel.kind == Channel.Kind.CALLER_ID or channel.has_voice))


@transaction.atomic
def dial(actor: User, *, channel: Channel, to: str) -> Interaction:
    """Begin a call from `channel` to the number `to`, in any common format; a worker has it placed. One transaction.

    On a department's line its service finds or makes the contact. Raises CannotDial; Http404 and Refused as
    `policy.require` for a channel that `actor` may not call from.
    """
    policy.require(actor, "send", channel)
    address = _address(channel, to)
    with pghistory.context(user=actor.pk):
        people = find_people(channel, address, answered=False, by=actor, at=timezone.now())
        if people.blocked:
            raise CannotDial("to", BLOCKED)
        is_seen = sees_any(actor, people.contacts)
        if is_seen and channel.department_id is None and all(one.archived_at for one in people.contacts):
            raise CannotDial("to", PEOPLE_ARCHIVED)
        call = Interaction.objects.create(
            account_id=channel.account_id, channel=channel, department=channel.department,
            conversation=conversation_with(channel, address), type=Type.CALL, direction=Direction.OUT,
            status=Status.RINGING, at=timezone.now(), outside_address=address.value, author=actor,
            asks_who=people.asks_who, arrived_without_contact=not is_seen,
        )  # fmt: skip
        put_on(call, people)
        place_call.defer(interaction_id=call.pk)
    tell(call.account_id, MESSAGE, channel=channel.pk, conversation=call.conversation_id, interaction=call.pk)
    return call


def _address(channel: Channel, to: str) -> OutsideAddress:
    """The number in E.164 form, once the channel can call it. Raises CannotDial."""
    if channel.archived_at:
        raise CannotDial("channel", ARCHIVED)
    if not makes_calls(channel):
        raise CannotDial("channel", NO_CALLS)
    if channel.needs_check and channel.verified_at is None:
        raise CannotDial("channel", NOT_VERIFIED)
    if not to.strip():
        raise CannotDial("to", NO_NUMBER)
    try:
        parse_phone(to, channel.account.default_region, hints=False)
    except PhoneImpossible as error:
        raise CannotDial("to", str(error)) from error
    address = read_outside(channel, to)
    if is_blocked_on(channel, address.value):  # before anybody is made or restored by the call
        raise CannotDial("to", BLOCKED)
    return address
