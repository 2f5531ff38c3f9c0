"""The recording of a voice engagement, as a phone system fetches it: from a signed address of ours (product.md §10)."""

from __future__ import annotations

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse

from .models import Engagement

SALT = "engagements.recording"
LASTS = 24 * 3600  # seconds that it may be fetched
# Ending of the stored file -> its media type; `drafting` takes no others.
TYPES: dict[str, str] = {"mp3": "audio/mpeg", "wav": "audio/wav"}


def recording_address(engagement: Engagement) -> str:
    """The address for OutgoingCall.recording; "" for an engagement that is spoken. Good for a day. No query."""
    if not engagement.recording:
        return ""
    name = TimestampSigner(salt=SALT).sign(str(engagement.pk))
    return settings.PUBLIC_ADDRESS.rstrip("/") + reverse("engagements:recording-file", args=[name])


def read_name(name: str) -> int | None:
    """The id of the engagement that we signed within a day; None for anything else."""
    try:
        text = TimestampSigner(salt=SALT).unsign(name[:200], max_age=LASTS)
    except BadSignature:
        return None
    return int(text) if text.isascii() and text.isdigit() else None


def type_of(name: str) -> str:
    """The media type of a stored recording."""
    return TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")
