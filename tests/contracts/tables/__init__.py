"""Rows of the access contract about departments, one module for each area of the product."""

from . import blocks, calls, cleanup, contacts, departments, history

ROWS = [row for area in (departments, contacts, blocks, cleanup, calls, history) for row in area.ROWS]
