"""Leading a live call to the phone of whoever answered it in the browser, and hanging up, at providers that can.

Requests only enqueue; jobs talk to the provider (design/architecture.md §5, Providers).
"""

from __future__ import annotations

from django.conf import settings
from procrastinate.contrib.django import app

from conversations.models import CallbackPhone, Interaction
from conversations.providers.base import DeliveryError, Switchboard
from conversations.providers.registry import get_provider

CONNECT, HANG_UP = "conversations.jobs_inbound.connect_call", "conversations.jobs_inbound.hang_up_call"
LIVE = frozenset({"twilio"})  # providers whose calls go on somewhere else than in our pages
NO_PHONE = "Say where you are rung for calls: the caller was led to the voicemail"

Status = Interaction.Status


def connect_later(call: Interaction) -> None:
    """Have the caller led to the phone of the call's author. In the transaction that notes the answer."""
    _later(call, CONNECT)


def hang_up_later(call: Interaction) -> None:
    """Have the call ended at its provider."""
    _later(call, HANG_UP)


def connect(interaction_id: int) -> None:
    """Lead a call that somebody has answered to his or her phone. Raises DeliveryError, OutcomeUnknown.

    Whoever has named no phone can't speak: the caller goes on to the voicemail, and the call says why.
    """
    call = _live(interaction_id, Status.ACTIVE)
    if call is None or call.author is None:
        return
    assert call.channel
    number = CallbackPhone.objects.filter(user=call.author).values_list("number", flat=True).first()
    if not number:
        Interaction.objects.filter(pk=call.pk).update(error=NO_PHONE)
        return
    board = _switchboard(call)
    try:
        board.connect(call.external_id, to=number, caller_id=call.channel.address, callback=settings.PUBLIC_ADDRESS)
    except DeliveryError as error:
        if not error.permanent:
            raise
        Interaction.objects.filter(pk=call.pk).update(error=str(error)[:200])


def hang_up(interaction_id: int) -> None:
    """End the call at its provider; one that is over there already stays so. Raises DeliveryError, OutcomeUnknown."""
    call = _live(interaction_id, Status.DONE)
    if call is None:
        return
    try:
        _switchboard(call).hang_up(call.external_id)
    except DeliveryError as error:
        if not error.permanent:
            raise


def _later(call: Interaction, job: str) -> None:
    if call.external_id and call.channel and call.channel.provider in LIVE:
        app.configure_task(job).defer(interaction_id=call.pk)


def _live(interaction_id: int, status: str) -> Interaction | None:
    rows = Interaction.objects.select_related("channel", "author").filter(channel__provider__in=LIVE, status=status)
    return rows.filter(pk=interaction_id).exclude(external_id="").first()


def _switchboard(call: Interaction) -> Switchboard:
    assert call.channel
    board = get_provider(call.channel.provider)
    assert isinstance(board, Switchboard)
    return board
