"""Charts as shapes: pure functions from numbers to places on a canvas, which templates write as SVG.

No style and no script: colours are classes of the style sheet, places are attributes (DESIGN.md section 4).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

BAR_WIDTH = 1000  # of a stacked bar, in its own units
GAP = 2
LEAST = 4  # so that one person of 100,000 can be seen

WIDTH, HEIGHT = 960, 180
LEFT, TOP, BOTTOM = 34, 8, 156  # where the plot begins and ends
STEPS = 4  # at most so many lines above the ground
GUTTER = 6


@dataclass(frozen=True)
class Segment:
    """A piece of a stacked bar."""

    css: str
    x: float
    width: float


@dataclass(frozen=True)
class Column:
    """One column of a chart; `tick` is written beneath it, "" for most."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    title: str
    tick: str


@dataclass(frozen=True)
class Line:
    """A line of the grid with its number."""

    y: float
    text_y: float
    label: str


@dataclass(frozen=True)
class Chart:
    """Columns over a grid; `width` and `height` are those of the canvas."""

    columns: list[Column]
    lines: list[Line]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT


def stacked_bar(parts: Sequence[tuple[str, int]]) -> list[Segment]:
    """Segments of (class, number) side by side over BAR_WIDTH, in their order; what is 0 has none.

    The widths with their gaps are always the whole bar: small ones are drawn wider at the cost of the others.
    """
    shown = [(css, number) for css, number in parts if number > 0]
    if not shown:
        return []
    room = BAR_WIDTH - GAP * (len(shown) - 1)
    least = min(LEAST, room / len(shown))
    whole = sum(number for _, number in shown)
    spare = room - least * len(shown)
    found, x = [], 0.0
    for css, number in shown:
        width = least + spare * number / whole
        found.append(Segment(css, round(x, 1), round(width, 1)))
        x += width + GAP
    return found


def ceiling(largest: int) -> tuple[int, int]:
    """(top of the axis, distance of its lines): round numbers, at most STEPS lines, no fraction of a person."""
    if largest <= 0:
        return STEPS, 1
    raw = largest / STEPS
    size = 10 ** math.floor(math.log10(raw)) if raw >= 1 else 1
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= raw and size * factor % 1 == 0)
    return int(step) * math.ceil(largest / step), int(step)


def columns(numbers: Sequence[int], titles: Sequence[str], ticks: Sequence[str]) -> Chart:
    """A chart of one column for each number; `titles` name the columns, `ticks` stand beneath them."""
    top, step = ceiling(max(numbers, default=0))
    pitch = (WIDTH - LEFT) / max(1, len(numbers))
    width = pitch - GUTTER
    found = []
    for place, (number, title, tick) in enumerate(zip(numbers, titles, ticks, strict=True)):
        x = LEFT + place * pitch + GUTTER / 2
        height = (BOTTOM - TOP) * number / top
        found.append(
            Column(
                x=round(x, 1), y=round(BOTTOM - height, 1), width=round(width, 1), height=round(height, 1),
                middle=round(x + width / 2, 1), title=f"{title}: {number:,}", tick=tick,
            )
        )  # fmt: skip
    lines = [_line(value, top) for value in range(0, top + 1, step)]
    return Chart(found, lines)


def _line(value: int, top: int) -> Line:
    y = BOTTOM - (BOTTOM - TOP) * value / top
    return Line(round(y) + 0.5, round(y) + 4, f"{value:,}")
