"""What a file is, by its bytes: never by what its sender says (design/security.md §7).

Pictures are made anew, without the place and the device that they were taken with; fax documents become pictures of
their pages. Reads no database. Everything that cannot be read stays an ordinary file, which is only ever downloaded.
"""

from __future__ import annotations

import io
import re
import threading
import warnings
from dataclasses import dataclass

import pypdfium2
from PIL import Image, ImageOps

from .models import Attachment
from .providers.base import File

Kind = Attachment.Kind
LONGEST_SIDE = 2048
MOST_PIXELS = 40_000_000  # a 40 megapixel picture takes 120 MB to read
MOST_PAGES = 50
PAGE_WIDTH = 1240  # pixels: A4 at 150 dpi, a little finer than a fax
PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
PDFIUM = threading.Lock()  # the library keeps one state for the whole process
NAMELESS = "file"
OCTETS = "application/octet-stream"

# The first bytes of sounds that browsers play, and of a few common documents.
HEADS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"RIFF....WAVE", re.DOTALL), "audio/wav"),
    (re.compile(rb"%PDF-"), "application/pdf"),
    (re.compile(rb"OggS"), "audio/ogg"),
    (re.compile(rb"....ftyp(M4A |M4B )", re.DOTALL), "audio/mp4"),
    (re.compile(rb"ID3|\xff[\xfa\xfb\xf2\xf3]"), "audio/mpeg"),
    (re.compile(rb"....ftyp(isom|iso2|mp41|mp42|qt  )", re.DOTALL), "video/mp4"),
    (re.compile(rb"PK\x03\x04"), "application/zip"),
)


@dataclass(frozen=True)
class Stored:
    """A file as it is kept: `kind` of Attachment; `width` and `height` in pixels for pictures and pages."""

    kind: str
    name: str
    content_type: str
    content: bytes
    width: int | None = None
    height: int | None = None


class NoPicture(ValueError):
    """The bytes cannot be read as a picture, or it is too large to be opened."""


def prepare(file: File, *, is_fax: bool = False) -> list[Stored]:
    """The file as it is kept: one, or for the document of a fax its pages and then the document itself.

    What looks like a picture and cannot be read as one is kept as a file. Never raises for the bytes it is given.
    """
    name, content_type = clean_name(file.name), type_of(file.content)
    if content_type in PICTURES.values():
        try:
            return [encode_picture(file.content, name)]
        except NoPicture:
            return [Stored(Kind.FILE, name, OCTETS, file.content)]
    if content_type == "application/pdf":
        pages = pages_of(file.content, name) if is_fax else []
        return [*pages, Stored(Kind.PDF, name, content_type, file.content)]
    kind = Kind.AUDIO if content_type.startswith("audio/") else Kind.FILE
    return [Stored(kind, name, content_type, file.content)]


def type_of(content: bytes) -> str:
    """The content type by the first bytes; "application/octet-stream" where they say nothing."""
    head = content[:32]
    return next((found for pattern, found in HEADS if pattern.match(head)), OCTETS)


def clean_name(name: str) -> str:
    """A name that is safe in a header and on a disk: no folders, no control signs, 200 characters at most."""
    plain = re.sub(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", "", name.replace("\\", "/").rpartition("/")[2])
    plain = " ".join(plain.split()).strip(". ")
    if len(plain) > 200:
        stem, dot, ending = plain.rpartition(".")
        plain = f"{stem[: 199 - len(ending)]}.{ending}" if dot and len(ending) < 12 else plain[:200]
    return plain or NAMELESS


def encode_picture(content: bytes, name: str) -> Stored:
    """The picture made anew: upright, at most 2048 px, first frame, pixels only. Raises NoPicture.

    Its size is read from the head before any pixel is: a bomb is refused unopened.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=tuple(PICTURES)) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise NoPicture
                return _plain(picture, str(picture.format), name)
    except NoPicture:
        raise
    except Exception as error:  # decoders raise what they like on damaged files; none of it is our fault
        raise NoPicture from error


def pages_of(content: bytes, name: str) -> list[Stored]:
    """Pictures of the first 50 pages of a document; none when it cannot be read."""
    stem = name.rpartition(".")[0] or name
    pages: list[Stored] = []
    try:
        with PDFIUM, pypdfium2.PdfDocument(content) as document:
            for number in range(min(len(document), MOST_PAGES)):
                pages.append(_page(document[number], f"{stem[:180]}, page {number + 1}.png"))
    except Exception:  # as above: the document itself is kept, and can be downloaded
        return pages
    return pages


def _page(page: pypdfium2.PdfPage, name: str) -> Stored:
    width, height = page.get_size()  # points, as large as the document says
    scale = min(PAGE_WIDTH / max(width, 1), 2 * LONGEST_SIDE / max(height, 1))
    picture = page.render(scale=scale, grayscale=True).to_pil()
    return _stored(picture, "PNG", name, Kind.PAGE)


def _plain(picture: Image.Image, format: str, name: str) -> Stored:
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # JPEG decodes smaller at once
    upright = ImageOps.exif_transpose(picture)
    has_alpha = "A" in upright.getbands() or "transparency" in upright.info
    if format == "JPEG":
        has_alpha = False
    elif format == "GIF":
        format = "PNG"  # one frame, and no palette to lose
    pixels = upright.convert("RGBA" if has_alpha else "RGB")
    pixels.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    clean = Image.new(pixels.mode, pixels.size)  # pixels only: no EXIF, profile or comment travels along
    clean.paste(pixels)
    return _stored(clean, format, name, Kind.IMAGE)


def _stored(picture: Image.Image, format: str, name: str, kind: str) -> Stored:
    target = io.BytesIO()
    options = {"quality": 85} if format in ("JPEG", "WEBP") else {"optimize": False}
    picture.save(target, format, **options)
    return Stored(kind, name, PICTURES[format], target.getvalue(), picture.width, picture.height)
