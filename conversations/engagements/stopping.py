"""What stops an engagement on its way: its line, its line's provider, or its author (product.md §10)."""

from __future__ import annotations

from conversations import policy as channel_policy
from conversations.providers.registry import get_provider

from .models import Engagement

NO_LINE = "It has no line to send from."
ARCHIVED = "The line was archived. Unarchive it, then resume."
UNVERIFIED = "The line is not verified. Verify it, then resume."
NOT_ON = "The provider of this line is not switched on."
NO_RIGHT = "{author} may not send from this line any more. Give Write on it back, then resume."


def why_stopped(engagement: Engagement) -> str:
    """Why nothing may leave now, in one sentence; "" where it may. One query, with channel and author at hand."""
    channel, author = engagement.channel, engagement.author
    if channel is None:
        return NO_LINE
    if channel.archived_at:
        return ARCHIVED
    if channel.needs_check and channel.verified_at is None:
        return UNVERIFIED
    try:
        if not get_provider(channel.provider).is_on():
            return NOT_ON
    except KeyError:
        return NOT_ON
    return "" if channel_policy.can(author, "send", channel) else NO_RIGHT.format(author=author.get_full_name())
