"""The panel of best call times on a record's Overview."""

from __future__ import annotations

from typing import Any

from django import template

from contacts.models import Contact
from conversations.call_panel import MARKS, panel_of
from conversations.call_times import week_of

register = template.Library()


@register.inclusion_tag("conversations/_call_times.html", takes_context=True)
def call_times(context: template.Context, contact: Contact) -> dict[str, Any]:
    """For a contact that the reader sees. One query; more where its calls are counted anew."""
    panel = panel_of(week_of(contact), context["request"].user)
    return {"panel": panel, "contact": contact, "marks": MARKS, "may_edit": "edit" in context["actions"]}
