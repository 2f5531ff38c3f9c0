"""How engagements are shown: exact counts, when they ran, who waits until when, the panel of a contact's Overview."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from contacts.templatetags.contacts import NAMELESS, phone_text, region_of
from contacts_project.core.templatetags.kithline import avatar, full_day, short_day
from conversations.engagements import sent_to
from conversations.engagements.models import Engagement
from conversations.engagements.recipient_rows import Row
from conversations.engagements.results import Numbers

register = template.Library()
Status = Engagement.Status


@register.filter
def exactly(number: int | None) -> str:
    """1,240: numbers of an engagement are never rounded, they add up to the person (product.md §10)."""
    return "" if number is None else f"{number:,}"


@register.filter
def plain(number: float) -> str:
    """A place in a drawing as SVG wants it, whatever the reader's language: 12.5, 12."""
    return f"{number:g}"


@register.simple_tag
def course(engagement: Engagement) -> str:
    """Who sends it and when it ran: "Sent 17 Nov, 10:02 to 10:08 by Tomás Herrera"."""
    author = engagement.author.get_full_name()
    start, end = engagement.started_at, engagement.finished_at
    if engagement.status == Status.SCHEDULED and engagement.at:
        return format_html("Leaves {}, by {}", _moment(engagement.at), author)
    if start is None:
        return f"Handed in by {author}" if engagement.status == Status.REVIEW else f"By {author}"
    if end is None:
        return format_html("Started {} by {}", _moment(start), author)
    return format_html("Sent {} to {} by {}", _moment(start), _end(start, end), author)


@register.simple_tag
def moment(at: dt.datetime) -> str:
    """Day and hour in the reader's zone: "10:02" of today, "Tue, 10:02", "6 Nov, 9:31", "20 Mar 2025, 9:00"."""
    return _moment(at)


def _moment(moment: dt.datetime) -> str:
    local = timezone.localtime(moment)
    title = f"{full_day(local.date())}, {local.hour}:{local.minute:02} {local.tzname()}"
    return format_html('<time class="num" datetime="{}" title="{}">{}</time>', local.isoformat(), title, _short(local))


def _short(local: dt.datetime, beside: dt.datetime | None = None) -> str:
    """The time of day, with the day unless that is today's or stands beside it."""
    clock, today = f"{local.hour}:{local.minute:02}", timezone.localdate()
    if local.date() in (today, beside.date() if beside else today):
        return clock
    return f"{short_day(local.date(), today, clock)}, {clock}"


def _end(start: dt.datetime, end: dt.datetime) -> str:
    """The end says its day only where that is another."""
    first, last = timezone.localtime(start), timezone.localtime(end)
    if first.date() != last.date():
        return _moment(end)
    return format_html('<time class="num" datetime="{}">{}</time>', last.isoformat(), _short(last, last))


@register.simple_tag
def hold(engagement: Engagement, numbers: Numbers) -> str:
    """Until when people are held: "for 9:00 their time, the first at 15:00"."""
    first = format_html(", the first until {}", _moment(numbers.held_until)) if numbers.held_until else ""
    if engagement.when == Engagement.When.BEST or engagement.from_hour is None:
        return format_html("for their best call time{}", first)
    return format_html("for {}:00 their time{}", engagement.from_hour, first)


@register.simple_tag(takes_context=True)
def recipient_title(context: template.Context, row: Row) -> str:
    """The name; without one the number or email that stands for the person."""
    if row.name:
        return row.name
    phone = row.facts.phone
    return phone_text(phone, "", region_of(context)) if phone else row.facts.email or NAMELESS


@register.simple_tag
def recipient_face(row: Row) -> str:
    """The photo of a contact that the reader may open, else initials."""
    if not row.facts.photo_digest:
        return avatar(row.name, row.contact)
    address = f"{reverse('contacts:contact-photo', args=[row.contact])}?v={row.facts.photo_digest}"
    return format_html('<img class="k-av" src="{}" alt="" width="32" height="32" loading="lazy">', address)


@register.inclusion_tag("engagements/_recent_engagements.html", takes_context=True)
def recent_engagements(context: template.Context) -> dict[str, Any]:
    """The panel of a record's Overview: the latest engagements that the reader sees there. One query."""
    contact = context["contact"]
    return {"contact": contact, "sent": sent_to.recent(context["request"].user, contact)}
