"""Files of interactions and drafts: checked, made anew where they are shown, stored (design/security.md §7).

The bytes stand under MEDIA_ROOT, by names that say nothing, and are served by `views.files` only. A row is written
after its file, so none is without one; a file whose row did not come to stay is deleted again.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import PurePosixPath

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from conversations.files import Stored, prepare
from conversations.models import Attachment, Draft, Interaction
from conversations.providers.base import File

MEGABYTE = 1024 * 1024
MOST_FILES = 10
LARGEST_FILE = 10 * MEGABYTE
LARGEST_MESSAGE = 25 * MEGABYTE
LARGEST_MMS = 5 * MEGABYTE  # what carriers take
TOO_MANY = "A message takes 10 files. Send the others in a second one."
TOO_LARGE = "{name} is larger than 10 MB. Send a link to it instead."
TOO_MUCH = "These files are larger than 25 MB together. Send some of them in a second message."
TOO_MUCH_FOR_MMS = "A picture message takes 5 MB. Choose smaller or fewer pictures."
EMPTY = "{name} is empty. Choose another file."
NO_ROOM = "The file could not be stored: the server has no room for it. Your text is kept."


class FileRefused(ValueError):
    """A file that is too large, empty, or one too many; `str(error)` is the sentence for people."""


def check_files(sizes: Sequence[tuple[str, int]], *, type: str) -> None:
    """Raise FileRefused unless a message of this type may carry files of these (name, bytes)."""
    if len(sizes) > MOST_FILES:
        raise FileRefused(TOO_MANY)
    for name, size in sizes:
        if size > LARGEST_FILE:
            raise FileRefused(TOO_LARGE.format(name=name))
        if not size:
            raise FileRefused(EMPTY.format(name=name))
    total = sum(size for _, size in sizes)
    if total > LARGEST_MESSAGE:
        raise FileRefused(TOO_MUCH)
    if type in (Interaction.Type.MMS, Interaction.Type.SMS) and total > LARGEST_MMS:
        raise FileRefused(TOO_MUCH_FOR_MMS)


def attach(interaction: Interaction, files: Iterable[File]) -> list[Attachment]:
    """Store these files with the interaction, in their order. Inside its transaction.

    What arrives is never refused for its files: those above the limits of a message are left out. Raises FileRefused
    when the disk is full: nothing is stored then, and whoever brought it tries again.
    """
    room, kept = LARGEST_MESSAGE, []
    for file in list(files)[: 2 * MOST_FILES]:
        if 0 < len(file.content) <= room:
            kept.append(file)
            room -= len(file.content)
    shows_pages = interaction.type == Interaction.Type.FAX and interaction.direction == Interaction.Direction.IN
    stored = [one for file in kept for one in prepare(file, is_fax=shows_pages)]
    return _store(stored, account=interaction.account_id, interaction=interaction)


def attach_to_draft(draft: Draft, files: Iterable[File]) -> list[Attachment]:
    """Store files that somebody chose for what he or she is writing. Raises FileRefused; inside a transaction."""
    files, held = list(files), list(draft.attachments.values_list("name", "size"))
    check_files([*held, *((file.name, len(file.content)) for file in files)], type=draft.type)
    stored = [one for file in files for one in prepare(file)]
    assert draft.user.account_id
    return _store(stored, account=draft.user.account_id, draft=draft, after=len(held))


def hand_over(draft: Draft, interaction: Interaction) -> None:
    """The draft's files become the message's. Inside a transaction."""
    Attachment.objects.filter(draft=draft).update(draft=None, interaction=interaction)


def forget(attachments: Sequence[Attachment]) -> None:
    """Delete these rows, and their files once the transaction is done."""
    names = [one.file.name for one in attachments]
    Attachment.objects.filter(pk__in=[one.pk for one in attachments]).delete()
    _delete_later(names)


def load(attachments: Iterable[Attachment]) -> list[File]:
    """The files with their bytes, for a provider. Raises FileNotFoundError where one has gone."""
    found = []
    for one in attachments:
        with one.file.open("rb") as opened:
            found.append(File(one.name, one.content_type, opened.read(), one.pk))
    return found


def to_send(interaction: Interaction) -> list[Attachment]:
    """What travels with a message: of a fax the documents, not the pictures that we made of their pages."""
    rows = interaction.attachments.order_by("position", "pk")
    return [one for one in rows if one.kind != Attachment.Kind.PAGE]


def sweep_files(*, older_than_seconds: int = 86_400) -> int:
    """Delete stored files that no row names any more: their drafts, messages or accounts went. Returns their number.

    Only files older than a day, so that one whose row is still being written stays.
    """
    limit = timezone.now().timestamp() - older_than_seconds
    gone = 0
    for folder, names in _folders(PurePosixPath("attachments")):
        paths = [str(folder / name) for name in names]
        known = set(Attachment.objects.filter(file__in=paths).values_list("file", flat=True))
        for path in paths:
            if path not in known and default_storage.get_modified_time(path).timestamp() < limit:
                default_storage.delete(path)
                gone += 1
    return gone


def _folders(top: PurePosixPath) -> Iterable[tuple[PurePosixPath, list[str]]]:
    if not default_storage.exists(str(top)):
        return
    folders, names = default_storage.listdir(str(top))
    yield top, names
    for folder in folders:
        yield from _folders(top / folder)


def _store(
    stored: Sequence[Stored],
    *,
    account: int,
    interaction: Interaction | None = None,
    draft: Draft | None = None,
    after: int = 0,
) -> list[Attachment]:
    """Files first, then their rows. A disk that is full raises FileRefused, and what was written goes."""
    names: list[str] = []
    try:
        for one in stored:
            place = f"{timezone.now():attachments/%Y/%m}/{secrets.token_hex(16)}"
            names.append(default_storage.save(place, ContentFile(one.content)))
    except OSError as error:
        for name in names:
            default_storage.delete(name)
        raise FileRefused(NO_ROOM) from error
    try:
        return Attachment.objects.bulk_create(
            Attachment(
                account_id=account, interaction=interaction, draft=draft, kind=one.kind, name=one.name,
                content_type=one.content_type, size=len(one.content), position=after + place, file=name,
                width=one.width, height=one.height,
            )
            for place, (one, name) in enumerate(zip(stored, names, strict=True))
        )  # fmt: skip
    except BaseException:
        for name in names:
            default_storage.delete(name)
        raise


def _delete_later(names: Iterable[str | None]) -> None:
    for name in names:
        if name:
            transaction.on_commit(partial(default_storage.delete, name))
