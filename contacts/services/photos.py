"""Photos of contacts: read with suspicion, re-encoded to at most 512 px WebP without metadata, kept in the database."""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass
from typing import IO

import pghistory
from django.db import transaction
from PIL import Image, ImageOps

from contacts.models import Contact, ContactPhoto
from contacts_project.accounts.models import User

from .editing import locked

LARGEST_FILE = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000  # a 40 megapixel picture takes 120 MB to read
SIDE = 512
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
NO_PICTURE = "This is not a picture that can be read. Choose a PNG, JPEG, WebP or GIF file."
TOO_LARGE = "This picture is larger than 10 MB. Choose a smaller one."
CHANGED = "Somebody else changed the photo meanwhile: theirs is shown. Choose yours again to put it in its place."
TOO_WIDE = "This picture has more than 40 million pixels. Choose a smaller one."


class PhotoRefused(ValueError):
    """The upload is no picture, or too large; `str(error)` is the sentence for people."""


class PhotoChanged(Exception):
    """A stale save: the photo is not the one that the poster saw; `str(error)` is the sentence for people."""


@dataclass(frozen=True)
class Seen:
    """What a post was made from: the digest of the photo shown beside the form, or else the contact's version."""

    digest: str | None = None
    version: int | None = None


NOTHING_SEEN = Seen()


def set_photo(actor: User, contact_id: int, image: bytes, seen: Seen = NOTHING_SEEN) -> Contact:
    """Put a photo, made by `encode`, on the contact. Raises PhotoChanged; Http404 and Refused as `policy.require`."""
    digest = hashlib.sha256(image).hexdigest()[:16]
    with transaction.atomic(), pghistory.context(user=actor.pk):
        contact = locked(actor, contact_id)
        _refuse_stale(contact, digest, seen)
        ContactPhoto.objects.update_or_create(contact=contact, defaults={"image": image, "content_type": "image/webp"})
        _note(contact, digest)
    return contact


def remove_photo(actor: User, contact_id: int, seen: Seen = NOTHING_SEEN) -> Contact:
    """Take the photo off the contact; nothing happens where there is none. Raises as `set_photo`."""
    with transaction.atomic(), pghistory.context(user=actor.pk):
        contact = locked(actor, contact_id)
        _refuse_stale(contact, "", seen)
        ContactPhoto.objects.filter(contact=contact).delete()
        _note(contact, "")
    return contact


def _refuse_stale(contact: Contact, digest: str, seen: Seen) -> None:
    shown = seen.digest
    if shown is None and seen.version and seen.version < contact.version:
        events = contact.pgh_event_model.objects.filter(pgh_obj_id=contact.pk, version=seen.version)  # type: ignore[attr-defined]
        shown = events.order_by("-pgh_id").values_list("photo_digest", flat=True).first()
    if shown is not None and contact.photo_digest not in (shown, digest):
        raise PhotoChanged(CHANGED)


def _note(contact: Contact, digest: str) -> None:
    if contact.photo_digest != digest:
        contact.photo_digest = digest
        contact.version += 1
        contact.save(update_fields=["photo_digest", "version"])


def encode(upload: IO[bytes], size: int) -> bytes:
    """The picture as WebP, turned upright, at most 512 px, first frame only. Raises PhotoRefused.

    The size in pixels is read from the file's head before any of them is: a bomb is refused unopened.
    """
    if size > LARGEST_FILE:
        raise PhotoRefused(TOO_LARGE)
    if not _is_picture(upload.read(12)):
        raise PhotoRefused(NO_PICTURE)
    upload.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(upload, formats=FORMATS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise PhotoRefused(TOO_WIDE)
                return _small(picture)
    except PhotoRefused:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise PhotoRefused(TOO_WIDE) from error
    except Exception as error:  # decoders raise what they like on damaged files; none of it is our fault
        raise PhotoRefused(NO_PICTURE) from error


def _is_picture(head: bytes) -> bool:
    """Magic bytes of PNG, JPEG, GIF and WebP."""
    simple = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
    return head.startswith(simple) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


def _small(picture: Image.Image) -> bytes:
    picture.draft("RGB", (SIDE * 2, SIDE * 2))  # JPEG decodes smaller at once
    upright = ImageOps.exif_transpose(picture)
    plain = upright.convert("RGBA" if "A" in upright.getbands() or "transparency" in upright.info else "RGB")
    plain.thumbnail((SIDE, SIDE))
    clean = Image.new(plain.mode, plain.size)  # pixels only: no EXIF, profile or comment travels along
    clean.paste(plain)
    target = io.BytesIO()
    clean.save(target, "WEBP", quality=85, method=4)
    return target.getvalue()
