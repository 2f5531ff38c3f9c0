"""How interactions are shown: icons, outcomes, durations, and the days they stand under.

Knows no access rule and reads nothing from the database: what it shows was fetched by the view.
"""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from contacts.department_tags import Tags
from contacts.models import Contact
from contacts.templatetags.contacts import NAMELESS, phone_text, region_of
from contacts.templatetags.contacts_departments import IN_A_LIST, tag_html
from contacts_project.core.templatetags.kithline import full_day
from conversations.models import Interaction
from conversations.outcomes import label_of
from conversations.services.people import UNKNOWN
from conversations.words import duration_in_words

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
    return duration_in_words(seconds)


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


@register.filter
def moment_in_words(moment: dt.datetime) -> str:
    """When something comes back, in the reader's zone: "9:42", "Mon 23 November, 9:00"."""
    local = timezone.localtime(moment)
    clock, today = f"{local.hour}:{local.minute:02}", timezone.localdate()
    return clock if local.date() == today else f"{day_of(moment)}, {clock}"


@register.simple_tag
def entry_time(interaction: Interaction, css: str = "") -> str:
    """When it was, as an entry of a thread says it beneath the mark of its day."""
    return format_html(
        '<time class="{}" datetime="{}" title="{}">{}</time>',
        f"num {css}".strip(), timezone.localtime(interaction.at).isoformat(), whole_moment(interaction.at),
        clock_of(interaction.at),
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def outside_text(context: template.Context, address: str) -> str:
    """The other end of a call as a person reads it."""
    if address == UNKNOWN:
        return "Number withheld"
    text = phone_text(address, "", region_of(context)) if address.startswith("+") else address
    return format_html('<bdi class="nowrap">{}</bdi>', text)


@register.simple_tag
def thread_tags(tags: Tags) -> str:
    """Department tags inside the link of a list: two, and how many more there are (nothing in a link opens)."""
    shown = format_html_join("", "{}", ((tag_html(tag),) for tag in tags[: IN_A_LIST[0]]))
    more = len(tags) - IN_A_LIST[0]
    if more <= 0:
        return shown
    label = '<span class="k-label">+{}<span class="visually-hidden"> more departments</span></span>'
    return shown + format_html(label, more)
