"""{% once %}: the hidden field by which a creating form is taken only once."""

import uuid

from django import template
from django.utils.html import format_html

register = template.Library()


@register.simple_tag
def once() -> str:
    """A fresh UUID in a hidden input named `once` (contract.md)."""
    return format_html('<input type="hidden" name="once" value="{}">', uuid.uuid4())
