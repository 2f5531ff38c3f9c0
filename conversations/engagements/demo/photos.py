"""Portraits for the demo: drawn here, so that nobody's face is used. The same name always gives the same picture."""

from __future__ import annotations

import colorsys
import hashlib
import io
import random
from functools import lru_cache

from PIL import Image, ImageDraw

SIDE = 256
SKINS = ("#f2d3b8", "#e2b48d", "#c68e63", "#9a6440", "#6d442b", "#4b2e1f")
HAIRS = ("#1f1a17", "#3b2a20", "#6b4423", "#a9743a", "#8d8d8d", "#d9c7a0", "#7a2e1d")


@lru_cache(maxsize=64)
def draw(seed: str) -> bytes:
    """A head and shoulders before a plain ground, as WebP."""
    rng = random.Random(f"portrait {seed}")  # noqa: S311  a drawing, no secret
    picture = Image.new("RGB", (SIDE, SIDE), _colour(rng.random(), 0.25, 0.93))
    pen = ImageDraw.Draw(picture)
    skin, hair, shirt = rng.choice(SKINS), rng.choice(HAIRS), _colour(rng.random(), 0.55, 0.62)
    long = rng.random() < 0.5
    if long:
        pen.rounded_rectangle((66, 58, 190, 206), 60, fill=hair)
    pen.ellipse((34, 184, 222, 380), fill=shirt)
    pen.rounded_rectangle((108, 150, 148, 206), 18, fill=skin)
    pen.ellipse((80, 58, 176, 176), fill=skin)
    pen.pieslice((74, 44, 182, 160), 180, 360, fill=hair)
    if rng.random() < 0.3:  # a hat
        pen.rounded_rectangle((62, 84, 194, 98), 7, fill=shirt)
        pen.pieslice((84, 34, 172, 140), 180, 360, fill=shirt)
    for x in (108, 148):
        pen.ellipse((x - 6, 110, x + 6, 122), fill="#22252a")
    if rng.random() < 0.4:  # glasses
        for x in (108, 148):
            pen.ellipse((x - 17, 99, x + 17, 133), outline="#22252a", width=4)
        pen.line((125, 114, 131, 114), fill="#22252a", width=4)
    pen.arc((108, 124, 148, 156), 25, 155, fill="#22252a", width=4)
    if not long and rng.random() < 0.3:
        pen.chord((92, 128, 164, 184), 20, 160, fill=hair)
    return _encoded(picture)


def digest(seed: str) -> str:
    """What stands on the contact beside its photo, so that a browser may keep the picture for good."""
    return hashlib.sha256(draw(seed)).hexdigest()[:16]


def _colour(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(hue, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def _encoded(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=80)
    return out.getvalue()
