"""A department's lines in the head of its pages."""

from __future__ import annotations

from typing import Any

from django import template

from conversations.channel_rows import address_in_words, lines_of
from departments.models import Department

register = template.Library()


@register.inclusion_tag("conversations/_department_lines.html", takes_context=True)
def department_lines(context: template.Context, department: Department) -> dict[str, Any]:
    """The lines of which the viewer knows, with the way to add one for those who manage the department. One query."""
    user = context["request"].user
    lines = [(channel, address_in_words(channel, user)) for channel in lines_of(user, department)]
    return {"lines": lines, "department": department, "may_add": "administer" in context["rights"]}
