"""How interactions are shown: icons, outcomes, durations, and the days they stand under.

Knows no access rule and reads nothing from the database: what it shows was fetched by the view.
"""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils import timezone

from contacts.models import Contact
from contacts.templatetags.contacts import NAMELESS, phone_text, region_of
from contacts_project.core.templatetags.kithline import full_day
from conversations.models import Interaction
from conversations.outcomes import label_of

register = template.Library()


@register.filter
def outcome_label(interaction: Interaction) -> str:
    """The outcome in words; "" for what has none."""
    return label_of(interaction.outcome) if interaction.outcome else ""


@register.filter
def call_icon(interaction: Interaction) -> str:
    """The picture of a call: blocked, or by its direction."""
    if interaction.status == Interaction.Status.BLOCKED:
        return "ban"
    return "phone-incoming" if interaction.direction == Interaction.Direction.IN else "phone-outgoing"


@register.filter
def duration(seconds: int | None) -> str:
    """How long it took: "4 min 12 s", "4 min", "24 s"; "" when unknown."""
    if seconds is None:
        return ""
    minutes, rest = divmod(seconds, 60)
    parts = [f"{minutes} min" if minutes else "", f"{rest} s" if rest or not minutes else ""]
    return " ".join(filter(None, parts)) if seconds else "0 min"


@register.filter
def day_of(moment: dt.datetime) -> str:
    """The day in the reader's zone that a part of a stream stands under: Today, Yesterday, Mon 16 November."""
    day, today = timezone.localtime(moment).date(), timezone.localdate()
    text = f"{day:%a} {day.day} {day:%B}" + (f" {day.year}" if day.year != today.year else "")
    return {0: "Today", 1: "Yesterday"}.get((today - day).days, text)


@register.filter
def whole_moment(moment: dt.datetime) -> str:
    """Saturday 21 November 2026, 9:42, in the reader's zone."""
    return f"{full_day(timezone.localtime(moment).date())}, {clock_of(moment)}"


@register.filter
def clock_of(moment: dt.datetime) -> str:
    """The time of day in the reader's zone: 9:42."""
    local = timezone.localtime(moment)
    return f"{local.hour}:{local.minute:02}"


@register.simple_tag(takes_context=True)
def activity_name(context: template.Context, contact: Contact) -> str:
    """The contact's name, or its first number; its phones must have been fetched."""
    phone = next(iter(contact.phones.all()), None)
    return contact.name or (phone_text(phone.number, phone.extension, region_of(context)) if phone else NAMELESS)
