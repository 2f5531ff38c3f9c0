"""Template tags and filters that every screen shares: icons, avatars, times, capped counts, entries of the sidebar."""

from __future__ import annotations

import datetime as dt
import re
import zlib
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html

register = template.Library()

SPRITE = "vendor/tabler-icons-3.51.0/icons.svg"
HUES = 8  # indigo teal amber rose violet sky green slate (DESIGN.md section 2)
HUE_NAMES = ("indigo", "teal", "amber", "rose", "violet", "sky", "green", "slate")
COUNT_LIMIT = 10_000  # a count is exact below it (DESIGN.md section 6)


@register.simple_tag
def sprite(name: str) -> str:
    """The address of one icon inside the sprite, for <use href>."""
    return f"{static(SPRITE)}#{name}"


@register.simple_tag
@lru_cache(maxsize=500)
def icon(name: str, css: str = "") -> str:
    """An icon of the sprite, hidden from screen readers: the word beside it says what it is.

    Kept in memory: a list holds hundreds of icons, and the sprite's address stays for the life of the process.
    """
    classes = f"icon {css}".strip()
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', classes, sprite(name))


def initials(name: str) -> str:
    """First letters of the first and the last word that have one, in upper case; "" where no word has a letter."""
    letters = [found.group() for word in name.split() if (found := re.search(r"[^\W\d_]", word))]
    return "".join([*letters[:1], *letters[1:][-1:]]).upper()


@register.simple_tag
def hue(key: object) -> str:
    """The hue of a person or contact: stable for its id across processes (unlike Python's own hash)."""
    return HUE_NAMES[zlib.crc32(str(key).encode()) % HUES]


@register.simple_tag
def avatar(name: str | None, key: object, size: str = "") -> str:
    """The round picture of a person: initials, or a phone icon where only a number is known. Sizes: s, m, l."""
    letters = initials(name or "")
    classes = f"k-av {size}".strip()
    inside = letters or icon("phone")
    return format_html('<span class="{}" data-hue="{}" aria-hidden="true">{}</span>', classes, hue(key), inside)


@register.filter
def capped(number: int | None, form: str = "") -> str:
    """A count as DESIGN.md section 6 writes it: exact up to 9,999, then 10,000+ (10k+ with the form "short")."""
    if number is None:
        return ""
    if number < COUNT_LIMIT:
        return f"{number:,}"
    return "10k+" if form == "short" else f"{COUNT_LIMIT:,}+"


@register.simple_tag
def when(value: dt.datetime | dt.date | None, empty: str = "") -> str:
    """A moment or a day in the reader's time zone, short, with the whole of it in the title (DESIGN.md section 6)."""
    if not value:
        return empty
    now = timezone.localtime()
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value) if timezone.is_aware(value) else timezone.make_aware(value)
        day, clock, zone = value.date(), f"{value.hour}:{value.minute:02}", f" {value.tzname()}"
        title = f"{full_day(day)}, {clock}{zone}"
    else:
        day, clock, title = value, "Today", full_day(value)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', value.isoformat(), title, short_day(day, now.date(), clock)
    )


def short_day(day: dt.date, today: dt.date, clock: str) -> str:
    """`clock` for today, the weekday in this calendar week, day and month in this year, else with the year."""
    if day == today:
        return clock
    if day.isocalendar()[:2] == today.isocalendar()[:2]:
        return f"{day:%a}"
    return f"{day.day} {day:%b}" if day.year == today.year else f"{day.day} {day:%b} {day.year}"


def full_day(day: dt.date) -> str:
    """Saturday 21 November 2026."""
    return f"{day:%A} {day.day} {day:%B} {day.year}"


@register.simple_tag(takes_context=True)
def nav_current(context: template.Context, section: str, address: str) -> str:
    """aria-current for an entry of the navigation: the page's `section`, or else the address it stands under."""
    here = context.get("section")
    path = getattr(context.get("request"), "path", "")
    current = here == section if here else path.startswith(address)
    return format_html(' aria-current="{}"', "page") if current else ""


@register.inclusion_tag("_nav_entry.html", takes_context=True)
def nav_entry(
    context: template.Context,
    section: str,
    address: str,
    picture: str,
    label: str,
    count: int | None = None,
    word: str = "open",
    key: str = "",
    most: int = 0,
) -> dict[str, object]:
    """One entry of the sidebar; `count` shows as a badge when it is not 0, as "99+" where it was counted to no more
    than `most`; `key` is its keyboard shortcut."""
    return {
        "section": section,
        "current": nav_current(context, section, address),
        "address": address,
        "picture": picture,
        "label": label,
        "count": count,
        "most": most,
        "word": word,
        "key": key,
    }


@register.simple_tag
def toast_parts(message: object) -> dict[str, Any]:
    """What a message's extra_tags ask for: `undo:<token>`, `link:<local address>|<label>`, or `undo-by:<address>`.

    The last is an act that is taken back by its opposite: Undo posts the address's query to its path, as `again` with
    the `fields`.
    """
    tags = getattr(message, "extra_tags", "") or ""
    undo = re.search(r"(?:^|\s)undo:(\S+)", tags)
    again = re.search(r"(?:^|\s)undo-by:(/(?!/)[^?\s]*)\?(\S*)", tags)
    link = re.search(r"(?:^|\s)link:(/(?!/)[^|\s]*)\|(.*?)(?=\s+undo:|$)", tags)
    return {
        "undo": undo.group(1) if undo else "",
        "again": again.group(1) if again else "",
        "fields": parse_qsl(again.group(2)) if again else [],
        "link": link.group(1) if link else "",
        "label": link.group(2) if link else "",
    }
