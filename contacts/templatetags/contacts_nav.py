"""The counts beside the entries of the sidebar."""

from __future__ import annotations

from typing import Any

from django import template
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists
from django.utils import timezone

from contacts.nav_counts import FURTHER, JUDGED
from contacts.policy import holds_anything
from contacts.services import access_requests, follow_ups
from contacts_project.accounts.models import Account

register = template.Library()


@register.simple_tag(takes_context=True)
def nav_badges(context: template.Context, user: Any) -> dict[str, int]:
    """Follow-ups late or due today, and requests that the user may answer: {"today": n, "requests": n}; and FURTHER,
    those that the page knows already (its context has "<name>_number") as it knows them.

    One query, and one more for each where there may be something to count: every page asks, most find nothing.
    """
    known = {name: context[f"{name}_number"] for name in FURTHER if f"{name}_number" in context}
    further = {name: rows for name, rows in FURTHER.items() if name not in known}
    if not holds_anything(user):
        return {"today": 0, "requests": 0, **dict.fromkeys(further, 0), **known}
    today = timezone.localdate()
    due = follow_ups.set_for(user, today)
    asked = access_requests.open_in(user.account_id).exclude(user=user)
    counted = {name: ArraySubquery(rows(user)) for name, rows in further.items()}
    may_be = Account.objects.filter(pk=user.account_id).values(due=Exists(due), asked=Exists(asked), **counted).get()
    return {
        "today": follow_ups.due_count(user, today) if may_be["due"] else 0,
        "requests": access_requests.answerable_count(user) if may_be["asked"] else 0,
        **{name: _number(user, name, may_be[name] or []) for name in further},
        **known,
    }


def _number(user: Any, name: str, found: list[Any]) -> int:
    return JUDGED[name](user, found) if found and name in JUDGED else len(set(found))
