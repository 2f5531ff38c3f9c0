"""What an event of a phone system does here: something new arrives, or a call or message of ours goes on.

Safe in any order and any number of times: a call only goes on, never back, and the first event of it, whichever that
is, makes its entry (product.md §7; docs/webhooks.md).
"""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from contacts_project.accounts.models import Account
from contacts_project.core.phones import PhoneImpossible, parse_phone
from conversations.live.telling import THREAD, tell
from conversations.models import Channel, Interaction
from conversations.phone_events import ANSWERED, BUSY, COMPLETED, FAILED, MISSED, RINGING, PhoneEvent
from conversations.services.arriving import Arrival, record_arrival
from conversations.services.delivering import record_status
from conversations.services.ringing import call_answered, end_call

Type, Direction, Status = Interaction.Type, Interaction.Direction, Interaction.Status
CALL_STATES: dict[str, str] = {RINGING: Status.RINGING, ANSWERED: Status.ACTIVE}
OUTCOMES: dict[str, str] = {MISSED: "no answer", BUSY: "no answer"}
LINES = (Channel.Kind.PHONE, Channel.Kind.CALLER_ID)


def own_line(address: str, *, provider: str = "") -> Channel | None:
    """The phone line of this number, with account and department. One query."""
    return lines_named(address, provider=provider).select_related("account", "department").first()


def lines_named(address: str, *, account: Account | None = None, provider: str = "") -> QuerySet[Channel]:
    """Phone lines of this number, written in any common way; the oldest first where several accounts name one number.

    `account` narrows them to that account's lines and reads numbers as its region does; archived lines are none.
    """
    try:
        number = parse_phone(address, account.default_region if account else "US", hints=False).e164
    except PhoneImpossible:
        number = address.strip()
    wanted = Q(account=account) if account else Q()
    if provider:
        wanted &= Q(provider=provider)
    return Channel.objects.filter(wanted, kind__in=LINES, address=number, archived_at__isnull=True).order_by("pk")


@transaction.atomic
def take_phone_event(channel: Channel, event: PhoneEvent) -> Interaction:
    """Write what the event says, in one transaction; the entry that it is about comes back."""
    arrived = record_arrival(_arrival(channel, event))
    if not arrived.is_new:
        if arrived.interaction.type == Type.CALL:
            move_call(arrived.interaction, event.status, duration=event.duration, at=timezone.now())
        elif arrived.interaction.direction == Direction.OUT:
            record_status(arrived.interaction, event.status, error=_error(event))
    return arrived.interaction


def move_call(call: Interaction, state: str, *, duration: int | None, at: datetime.datetime) -> None:
    """Let a call go on to this state of `phone_events`: reported at `at`, `duration` in seconds of talk.

    What a call that is over already did not know (it was ended as forgotten, or its last report came early) is added.
    """
    if state == RINGING:
        return
    if state == ANSWERED:
        call_answered(call, at=at)
        return
    answered = _spoke(state, duration)
    if not end_call(call, answered=answered, duration=duration, at=at) and answered:
        _settle(call, duration)


def _settle(call: Interaction, duration: int | None) -> None:
    lacking = Q(is_answered__isnull=True) | Q(is_answered=False) | Q(duration__isnull=True)
    rows = Interaction.objects.filter(lacking, pk=call.pk, status=Status.DONE, is_by_hand=False)
    if rows.update(is_answered=True, duration=duration):
        tell(call.account_id, THREAD, channel=call.channel_id, conversation=call.conversation_id, interaction=call.pk)


def _arrival(channel: Channel, event: PhoneEvent) -> Arrival:
    is_call, is_out = event.type == Type.CALL, event.direction == Direction.OUT
    over = is_call and event.status not in CALL_STATES
    status: str = CALL_STATES.get(event.status, Status.DONE) if is_call else event.status if is_out else Status.DONE
    answered = _spoke(event.status, event.duration)
    return Arrival(
        channel=channel,
        type=event.type,
        sender=event.outside,
        at=event.at,
        body=event.body,
        direction=event.direction,
        status=status,
        duration=event.duration if answered or not is_call else None,
        is_answered=answered if over else True if is_call and event.status == ANSWERED else None,
        outcome=event.outcome or (OUTCOMES.get(event.status, "") if is_out and is_call else ""),
        external_id=event.call,
        name_hint=event.name,
    )


def _spoke(state: str, duration: int | None) -> bool:
    return state == COMPLETED and duration != 0


def _error(event: PhoneEvent) -> str:
    return "The phone system could not deliver it" if event.status == FAILED else ""
