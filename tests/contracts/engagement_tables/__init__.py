"""Rows of the access contract about lists, engagements and call times, one module for each area of the product.

`args` name things of the world (engagement_world); statuses stand in the order of its KINDS.
"""

from . import calling, drafting, lists, results, sending, sharing, unsubscribing

AREAS = (lists, drafting, sending, results, sharing, calling, unsubscribing)
ROWS = [row for area in AREAS for row in area.ROWS]
