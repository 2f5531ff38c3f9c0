"""The recording of a voice engagement: a WAV or MP3 file, judged by its bytes, stored under a name that says nothing.

A file goes once its engagement has another one, and is swept a few days after its engagement is gone: until then a
deleted draft can come back.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from conversations.engagements.models import Engagement
from conversations.engagements.recordings import TYPES
from conversations.engagements.recordings import type_of as type_by_name
from conversations.files import type_of

MEGABYTE = 1024 * 1024
LARGEST = 5 * MEGABYTE
ENDINGS: dict[str, str] = {content_type: ending for ending, content_type in TYPES.items()}
TOO_LARGE = "A recording has at most 5 MB. Shorten it, or save it as MP3."
EMPTY = "This file is empty. Choose another one."
NO_SOUND = "This is no WAV or MP3 file, whatever its name says. Choose one of those."
NO_ROOM = "The recording could not be stored: the server has no room for it. Everything else is kept."


class RecordingRefused(ValueError):
    """A file that is too large or no sound, or a disk that is full; the text is for people."""


@dataclass(frozen=True)
class Sound:
    """The bytes of a recording and their content type: audio/wav or audio/mpeg."""

    content: bytes
    content_type: str


def check(content: bytes) -> Sound:
    """The file as a sound. Raises RecordingRefused for what is none by its bytes, or is too large."""
    if not content:
        raise RecordingRefused(EMPTY)
    if len(content) > LARGEST:
        raise RecordingRefused(TOO_LARGE)
    content_type = type_of(content)
    if content_type not in ENDINGS:
        raise RecordingRefused(NO_SOUND)
    return Sound(content, content_type)


def put(engagement: Engagement, sound: Sound) -> None:
    """Store the sound and name it on the (unsaved) engagement. Raises RecordingRefused when the disk is full."""
    place = f"{timezone.now():engagements/%Y/%m}/{secrets.token_hex(16)}.{ENDINGS[sound.content_type]}"
    try:
        name = default_storage.save(place, ContentFile(sound.content))
    except OSError as error:
        raise RecordingRefused(NO_ROOM) from error
    engagement.recording.name = name


def change(engagement: Engagement, sound: Sound | None, *, drops: bool) -> None:
    """Put a new sound in place of the old one, or take it away; the old file goes with the commit."""
    if not sound and not drops:
        return
    old = str(engagement.recording)
    if sound and not (drops and engagement.kind != Engagement.Kind.VOICE):
        put(engagement, sound)
    else:
        engagement.recording.name = ""
    if old and old != str(engagement.recording):
        transaction.on_commit(partial(default_storage.delete, old))


def read(engagement: Engagement) -> Sound | None:
    """The bytes of the recording; None where there is none, or its file has gone."""
    if not engagement.recording:
        return None
    try:
        with engagement.recording.open("rb") as opened:
            content = opened.read()
    except OSError:
        return None
    return Sound(content, type_by_name(str(engagement.recording)))


def opened(engagement_id: int) -> File | None:
    """The stored file of the engagement's recording, open to be read; None where there is none (any more)."""
    found = Engagement.objects.filter(pk=engagement_id).exclude(recording="").first()
    try:
        return found.recording.open("rb") if found else None
    except OSError:
        return None


def sweep(*, older_than_seconds: int = 3 * 86_400) -> int:
    """Delete recordings that no engagement names any more, older than what can be undone. Returns their number."""
    limit, gone = timezone.now().timestamp() - older_than_seconds, 0
    top = PurePosixPath("engagements")
    years = default_storage.listdir(str(top))[0] if default_storage.exists(str(top)) else []
    for year in years:
        for month in default_storage.listdir(str(top / year))[0]:
            folder = top / year / month
            paths = [str(folder / name) for name in default_storage.listdir(str(folder))[1]]
            known = set(Engagement.objects.filter(recording__in=paths).values_list("recording", flat=True))
            for path in paths:
                if path not in known and default_storage.get_modified_time(path).timestamp() < limit:
                    default_storage.delete(path)
                    gone += 1
    return gone
