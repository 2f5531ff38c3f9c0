"""The badge of the inbox in the sidebar, and in the bar of small screens."""

from __future__ import annotations

from django import template

from conversations.inbox import unread_count

register = template.Library()


@register.simple_tag(takes_context=True)
def unread_conversations(context: template.Context) -> int:
    """How many conversations hold something that the reader has not read, up to 100. One query for a request, none
    where the page has counted them (`unread_number`, or with the other badges)."""
    if "unread_number" in context:
        return context["unread_number"]
    if "unread" in (badges := context.get("badges") or {}):
        return badges["unread"]
    request = context["request"]
    if not hasattr(request, "unread_conversations"):
        request.unread_conversations = unread_count(request.user)
    return request.unread_conversations
