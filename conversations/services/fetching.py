"""Files that an event only names (recordings, pictures): fetched from the provider, kept with the interaction, once.

Never fetched inside a transaction. Which files are here already, the event's payload says.
"""

from __future__ import annotations

from django.db import transaction

from conversations.live.telling import THREAD, tell
from conversations.models import InboundEvent
from conversations.providers.base import File
from conversations.providers.registry import get_provider
from conversations.services.attaching import attach
from conversations.services.twilio_traffic import files_of

HERE = "fetched"


def fetch_file(event_id: int, number: int) -> None:
    """Fetch the file of this number and attach it; nothing for one that is here, or whose event is gone.

    Raises `twilio_media.NotFetched`, and FileRefused when the disk is full.
    """
    event = InboundEvent.objects.filter(pk=event_id, interaction__isnull=False).first()
    if event is None or number in event.payload.get(HERE, []) or number >= len(places := files_of(event)):
        return
    file = get_provider(event.source).fetch_media(places[number])  # type: ignore[attr-defined]  # those that name files
    _keep(event_id, number, file)


@transaction.atomic
def _keep(event_id: int, number: int, file: File) -> None:
    rows = InboundEvent.objects.select_for_update(of=("self",)).select_related("interaction")
    event = rows.filter(pk=event_id, interaction__isnull=False).first()
    if event is None or number in event.payload.get(HERE, []):
        return
    assert event.interaction
    what = (
        "voicemail"
        if event.payload.get("voicemail")
        else "recording"
        if event.payload["kind"] == "recording"
        else "picture"
    )
    ending = file.name.rpartition(".")[2]
    attach(event.interaction, [File(f"{what}-{number + 1}.{ending}", file.content_type, file.content)])
    event.payload = {**event.payload, HERE: [*event.payload.get(HERE, []), number]}
    event.save(update_fields=["payload"])
    of = event.interaction
    tell(of.account_id, THREAD, channel=of.channel_id, conversation=of.conversation_id, interaction=of.pk)
