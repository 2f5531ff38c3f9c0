"""The counts beside the entries of the sidebar."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from contacts.policy import holds_anything
from contacts.services import access_requests, follow_ups

register = template.Library()


@register.simple_tag
def nav_badges(user: Any) -> dict[str, int]:
    """Follow-ups late or due today, and requests that the user may answer: {"today": n, "requests": n}.

    Two queries, one more for each where there may be something to count.
    """
    if not holds_anything(user):
        return {"today": 0, "requests": 0}
    return {
        "today": follow_ups.due_count(user, timezone.localdate()),
        "requests": access_requests.answerable_count(user),
    }
