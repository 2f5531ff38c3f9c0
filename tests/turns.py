"""What is asked in each run and what only at length: variants of one question take turns, and a long run asks them all.

`EVERY_VALUE=1` is the long run; `bin/soak --only rules` makes it for every module that uses this one.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

Value = TypeVar("Value")
AT_LENGTH = bool(os.environ.get("EVERY_VALUE"))


def some_of(values: Sequence[Value], turn: int, number: int = 1) -> list[Value]:
    """`number` of the values, other ones at each turn, so that a table of turns asks them all; at length: all."""
    if AT_LENGTH or number >= len(values):
        return list(values)
    return [values[(turn * number + place) % len(values)] for place in range(number)]


def examples(few: int, many: int) -> int:
    """How many random histories are tried; the fixed seed makes the few the same in every run."""
    return many if AT_LENGTH else few
