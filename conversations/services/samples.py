"""Files for the simulator and the demo, drawn when they are needed: a picture, fax pages, a voice message.

The same words always give the same bytes.
"""

from __future__ import annotations

import io
import math
import random
import struct
import textwrap
import wave

from PIL import Image, ImageDraw, ImageFont

from conversations.providers.base import File

PICTURE = (640, 480)
PAGE = (850, 1100)  # letter paper at 100 dots an inch
MARGIN, LINE, LINES = 80, 30, 30
RATE = 8000  # samples a second, as telephones have
INK, PAPER = "#1b1f27", "#ffffff"


def picture(words: str, name: str = "picture.jpg") -> File:
    """A drawn view of a shop counter with the words below it, as JPEG."""
    rng = random.Random(f"picture {words}")  # noqa: S311  a drawing, no secret
    width, height = PICTURE
    image = Image.new("RGB", PICTURE, f"hsl({rng.randrange(360)}, 30%, 88%)")
    pen = ImageDraw.Draw(image)
    for shelf in range(3):
        y = 130 + shelf * 90
        pen.rectangle((60, y, width - 60, y + 8), fill="#8a6a4a")
        for jar in range(9):
            x, tall = 80 + jar * 55, rng.randint(30, 62)
            pen.rounded_rectangle((x, y - tall, x + 36, y), 6, fill=f"hsl({rng.randrange(360)}, 45%, 60%)")
    pen.rectangle((0, height - 100, width, height), fill="#5f4630")
    _write(pen, words, (24, height - 84), wide=58, most=3, fill="#ffffff")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return File(name, "image/jpeg", out.getvalue())


def fax(words: str, pages: int = 1, name: str = "fax.pdf") -> File:
    """Typed pages as a PDF; the words stand on the first one."""
    drawn = []
    for number in range(1, pages + 1):
        image = Image.new("L", PAGE, PAPER)
        pen = ImageDraw.Draw(image)
        pen.text((MARGIN, 36), f"FAX   page {number} of {pages}", fill=INK, font=ImageFont.load_default(18))
        _write(pen, words if number == 1 else f"Page {number}", (MARGIN, 110), wide=60, most=LINES, fill=INK)
        drawn.append(image)
    out = io.BytesIO()
    drawn[0].save(out, "PDF", save_all=True, append_images=drawn[1:], creationDate=None, modDate=None)
    return File(name, "application/pdf", out.getvalue())


def voice(seconds: int = 3, name: str = "voicemail.wav") -> File:
    """A tone that rises and falls, as a WAV file of telephone quality."""
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(b"".join(_sample(place / RATE) for place in range(seconds * RATE)))
    return File(name, "audio/wav", out.getvalue())


def _sample(at: float) -> bytes:
    loud = 5000 * (0.5 + 0.5 * math.sin(2 * math.pi * 1.5 * at))
    return struct.pack("<h", int(loud * math.sin(2 * math.pi * (300 + 60 * math.sin(3 * at)) * at)))


def _write(pen: ImageDraw.ImageDraw, words: str, at: tuple[int, int], *, wide: int, most: int, fill: str) -> None:
    font = ImageFont.load_default(20)
    lines = [line for part in words[:4000].splitlines() for line in textwrap.wrap(part, wide) or [""]]
    for place, line in enumerate(lines[:most]):
        pen.text((at[0], at[1] + place * LINE), line, fill=fill, font=font)
