"""The counts beside the entries of the sidebar."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Exists
from django.utils import timezone

from contacts.policy import holds_anything
from contacts.services import access_requests, follow_ups
from contacts_project.accounts.models import Account

register = template.Library()


@register.simple_tag
def nav_badges(user: Any) -> dict[str, int]:
    """Follow-ups late or due today, and requests that the user may answer: {"today": n, "requests": n}.

    One query, and one more for each where there may be something to count: every page asks, most find nothing.
    """
    if not holds_anything(user):
        return {"today": 0, "requests": 0}
    today = timezone.localdate()
    due = follow_ups.set_for(user, today)
    asked = access_requests.open_in(user.account_id).exclude(user=user)
    may_be = Account.objects.filter(pk=user.account_id).values_list(Exists(due), Exists(asked)).get()
    return {
        "today": follow_ups.due_count(user, today) if may_be[0] else 0,
        "requests": access_requests.answerable_count(user) if may_be[1] else 0,
    }
