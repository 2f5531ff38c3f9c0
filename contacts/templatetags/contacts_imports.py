"""Words of the import pages."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def thousands(number: int | None) -> str:
    """A count in full, with commas: an import says exactly how many rows came to what."""
    return "" if number is None else f"{number:,}"
