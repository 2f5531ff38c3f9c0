"""Days and times of one's own activity."""

from __future__ import annotations

import datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html

from contacts_project.core.templatetags.kithline import full_day

register = template.Library()


@register.filter
def day_title(day: datetime.date) -> str:
    """Today, Yesterday, Friday 20 November; with the year where it is not this one."""
    today = timezone.localdate()
    text = f"{day:%A} {day.day} {day:%B}" + (f" {day.year}" if day.year != today.year else "")
    return {0: "Today", 1: "Yesterday"}.get((today - day).days, text)


@register.simple_tag
def clock(moment: datetime.datetime) -> str:
    """14:05 in the reader's zone, with the whole of it in the title."""
    local = timezone.localtime(moment)
    text = f"{local.hour}:{local.minute:02}"
    return format_html(
        '<time class="faint fs-12 num nowrap" datetime="{}" title="{}">{}</time>',
        local.isoformat(),
        f"{full_day(local.date())}, {text} {local.tzname()}",
        text,
    )
