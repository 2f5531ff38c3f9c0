"""Department tags on the page of requests."""

from __future__ import annotations

from typing import Any

from django import template

from contacts.department_tags import Tags
from contacts.request_lines import RequestLine

from .contacts_departments import departments_of

register = template.Library()


@register.simple_tag(takes_context=True)
def departments_of_requests(context: template.Context, lines: list[RequestLine]) -> dict[int, Tags]:
    """{contact id: tags} of what is to be answered; none on the page of what the reader has sent."""
    if context.get("view") == "mine":
        return {}
    contacts: list[Any] = [line.request.contact for line in lines if line.request.contact]
    return departments_of(context, contacts)
