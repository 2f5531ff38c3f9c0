"""Whether it is a good hour to call a contact now."""

from __future__ import annotations

from django import template

from contacts import callable as call_times
from contacts.models import Contact

register = template.Library()


@register.simple_tag
def callable_now(contact: Contact) -> bool:
    """For a live contact that the reader sees. One query."""
    return not contact.archived_at and contact.pk in call_times.among([contact.pk])
