"""The departments in the sidebar."""

from __future__ import annotations

from typing import Any

from django import template

from departments.models import Department
from departments.policy import operated_by

register = template.Library()
MOST_SHOWN = 12  # the page of all departments holds the rest


@register.simple_tag
def nav_departments(user: Any) -> list[Department]:
    """The first departments, by name, that the user operates. One query."""
    return list(operated_by(user)[:MOST_SHOWN])
