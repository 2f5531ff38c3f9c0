"""The counts beside the entries of the sidebar."""

from __future__ import annotations

import datetime
from typing import Any

from django import template
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists
from django.utils import timezone

from contacts.nav_counts import FURTHER, JUDGED
from contacts.policy import holds_anything
from contacts.services import access_requests, follow_ups
from contacts_project.accounts.models import Account
from contacts_project.accounts.somebody import STAND_INS, answers, somebody
from contacts_project.core.written import Given, Text, once, write

register = template.Library()
A_LOCAL_DAY = datetime.date.min + datetime.timedelta(days=1)  # stands for the reader's own date


@register.simple_tag(takes_context=True)
def nav_badges(context: template.Context, user: Any) -> dict[str, int]:
    """Follow-ups late or due today, and requests that the user may answer: {"today": n, "requests": n}; and FURTHER,
    those that the page knows already (its context has "<name>_number") as it knows them.

    One query, and one more for each where there may be something to count: every page asks, most find nothing.
    """
    known = {name: context[f"{name}_number"] for name in FURTHER if f"{name}_number" in context}
    further = [name for name in FURTHER if name not in known]
    if not holds_anything(user):
        return {"today": 0, "requests": 0, **dict.fromkeys(further, 0), **known}
    today = timezone.localdate()
    ((is_due, is_asked, *counted),) = answers(_may_be(tuple(further)), user, today=today)
    return {
        "today": follow_ups.due_count(user, today) if is_due else 0,
        "requests": access_requests.answerable_count(user) if is_asked else 0,
        **{name: _number(user, name, found or []) for name, found in zip(further, counted, strict=True)},
        **known,
    }


@once
def _may_be(further: tuple[str, ...]) -> Text:
    """Whether anything is due, whether anything is asked, and the values of each of FURTHER."""
    user = somebody()
    assert user.account_id
    due = follow_ups.set_for(user, A_LOCAL_DAY)
    asked = access_requests.open_in(user.account_id).exclude(user=user)
    counted = (ArraySubquery(FURTHER[name](user)) for name in further)
    rows = Account.objects.filter(pk=user.account_id).values_list(Exists(due), Exists(asked), *counted)
    return write(rows, stand_ins=[*STAND_INS, (A_LOCAL_DAY, Given("today"))])


def _number(user: Any, name: str, found: list[Any]) -> int:
    return JUDGED[name](user, found) if found and name in JUDGED else len(set(found))
