"""When an edit was made, as its line says it."""

from __future__ import annotations

import datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html

from contacts_project.core.templatetags.kithline import full_day, short_day

register = template.Library()


@register.simple_tag
def edit_time(moment: datetime.datetime) -> str:
    """ "Today, 8:12", "12 Nov, 16:40", "14 Mar 2025" in the reader's zone, with the whole of it in the title."""
    now, local = timezone.localtime(), timezone.localtime(moment)
    day, clock = local.date(), f"{local.hour}:{local.minute:02}"
    short = short_day(day, now.date(), "Today")
    text = f"{short}, {clock}" if day.year == now.year else short
    return format_html(
        '<time class="push faint fs-12 nowrap num" datetime="{}" title="{}">{}</time>',
        local.isoformat(),
        f"{full_day(day)}, {clock} {local.tzname()}",
        text,
    )
