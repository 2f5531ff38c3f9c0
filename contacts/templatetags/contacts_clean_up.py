"""That shared contacts wait for their original owner, for pages of other apps."""

from __future__ import annotations

from django import template

from contacts.clean_up import own_shared

register = template.Library()


@register.simple_tag(takes_context=True)
def shared_waiting(context: template.Context) -> int:
    """How many live shared contacts the reader is the original owner of. One query."""
    return own_shared(context["request"].user).count()
