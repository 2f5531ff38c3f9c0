"""Having the call of a test made by the provider of its line, at most once. No request, no transaction around it."""

from __future__ import annotations

from django.conf import settings

from conversations.engagements.models import Engagement
from conversations.engagements.recordings import recording_address
from conversations.models import Interaction
from conversations.providers.base import DeliveryError, OutcomeUnknown, OutgoingCall
from conversations.providers.registry import get_provider, options_for
from conversations.services.delivering import key_of, record_status, settle

Status = Interaction.Status
UNSURE = "It is not known whether the phone rang. Send the test again."
NOT_ON = "The provider of this line is not switched on"


def place(interaction_id: int, engagement_id: int) -> None:
    """Make the call that waits. Does nothing for one that is gone, over, or was handed over before."""
    waiting = Interaction.objects.filter(pk=interaction_id, status=Status.SENDING, attempts=0)
    if not waiting.update(attempts=1):
        return
    call = Interaction.objects.select_related("channel__account").get(pk=interaction_id)
    assert call.channel
    engagement = Engagement.objects.filter(pk=engagement_id, account=call.account_id).first()
    outgoing = OutgoingCall(
        key=key_of(call.pk), sender=call.channel.address, to=call.outside_address, say=call.body,
        recording=recording_address(engagement) if engagement else "",
        options=options_for(call.channel.provider, call.account_id, call.outside_address),
        callback=settings.PUBLIC_ADDRESS,
    )  # fmt: skip
    try:
        provider = get_provider(call.channel.provider)
        if not provider.is_on():
            raise DeliveryError(NOT_ON, permanent=True)
        receipt = provider.call(outgoing)
    except DeliveryError as error:
        record_status(call, Status.FAILED, error=str(error))
    except OutcomeUnknown:
        record_status(call, Status.UNKNOWN, error=UNSURE)
    else:
        settle(call, receipt)
