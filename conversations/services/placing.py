"""Having a call of ours placed by the provider of its line, at most once; and the phone where its caller is rung first.

Works in a job (`jobs_calls`): no request, no transaction around the provider. A call is never placed a second time,
whatever became of the first: nobody wants to be rung by a machine that is not sure.
"""

from __future__ import annotations

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from contacts_project.accounts.models import User
from conversations.live.telling import THREAD, tell
from conversations.models import CallbackPhone, Interaction
from conversations.providers.base import DeliveryError, OutcomeUnknown, OutgoingCall, Receipt
from conversations.providers.registry import get_provider, options_for
from conversations.services.ringing import call_answered

Status, Direction = Interaction.Status, Interaction.Direction
UNSURE = "It is not known whether the phone rang. Call again."


def place(interaction_id: int) -> None:
    """Hand a waiting call to its provider. Does nothing for one that is gone, over, or handed over before."""
    rows = Interaction.objects.filter(pk=interaction_id, direction=Direction.OUT, status=Status.RINGING)
    if not rows.filter(attempts=0).update(attempts=1, claimed_at=timezone.now()):
        # A worker ended between claiming and noting: whether the provider got it, nobody knows.
        for lost in rows.filter(external_id=""):
            _fail(lost, UNSURE)
        return
    call = rows.select_related("channel", "author").first()
    if call is None or call.channel is None:
        return
    try:
        receipt = get_provider(call.channel.provider).call(_outgoing(call))
    except DeliveryError as error:
        _fail(call, str(error))
    except OutcomeUnknown:
        Interaction.objects.filter(pk=call.pk).update(error=UNSURE)  # its end is reported, or two minutes pass
    else:
        _note(call, receipt)


def callback_number(user: User) -> str:
    """Where `user` is rung first to make a call, in E.164 form; "" if he or she has not said."""
    return CallbackPhone.objects.filter(user=user).values_list("number", flat=True).first() or ""


def set_callback_number(actor: User, number: str) -> None:
    """Keep the number (E.164) at which `actor` is rung first; "" forgets it."""
    if number:
        CallbackPhone.objects.update_or_create(user=actor, defaults={"number": number})
    else:
        CallbackPhone.objects.filter(user=actor).delete()


def _outgoing(call: Interaction) -> OutgoingCall:
    assert call.channel
    return OutgoingCall(
        key=f"interaction-{call.pk}",
        sender=call.channel.address,
        to=call.outside_address,
        bridge=callback_number(call.author) if call.author else "",
        options=options_for(call.channel.provider, call.account_id, call.outside_address),
        callback=settings.PUBLIC_ADDRESS,
    )


def _note(call: Interaction, receipt: Receipt) -> None:
    """Keep the provider's id, by which its reports find the call; one that was reported before stands already."""
    if receipt.status == Status.FAILED:
        _fail(call, receipt.error)
        return
    if receipt.external_id:
        try:
            with transaction.atomic():
                Interaction.objects.filter(pk=call.pk, external_id="").update(external_id=receipt.external_id)
        except IntegrityError:
            _fail(call, UNSURE)
            return
    if receipt.status == Status.ACTIVE:
        call_answered(call, at=timezone.now())


def _fail(call: Interaction, words: str) -> None:
    with transaction.atomic():
        still = Interaction.objects.filter(pk=call.pk, status=Status.RINGING)
        if still.update(status=Status.FAILED, is_answered=False, error=words[:200]):
            tell(
                call.account_id, THREAD,
                channel=call.channel_id, conversation=call.conversation_id, interaction=call.pk,
            )  # fmt: skip
