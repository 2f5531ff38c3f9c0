"""Rows of the access contract about channels and conversations, one module for each area of the product.

`args` name things of the world (conversation_world); statuses stand in the order of its KINDS.
"""

from . import channels, composing, corrections, events, inbox, outside, ringing, simulator

AREAS = (channels, inbox, composing, ringing, corrections, outside, events, simulator)
ROWS = [row for area in AREAS for row in area.ROWS]
