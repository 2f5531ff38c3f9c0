"""How a line of a collection shows its contact."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from contacts.menus import Menu
from contacts.rows import Row
from contacts_project.core.templatetags.kithline import avatar, when

from .contacts import NAMELESS, phone_text, region_of

register = template.Library()

ID = 900_000_000_000_000_001  # stands for a contact's id while a pattern is made, where an address wants a number


@register.simple_tag(takes_context=True)
def row_title(context: template.Context, row: Row) -> str:
    """The name; without one the phone number, the email, or "No name"."""
    if row.name:
        return row.name
    return phone_text(row.phone, row.extension, region_of(context)) if row.phone else row.email or NAMELESS


@register.simple_tag
def row_face(row: Row) -> str:
    """The photo, or the initials, as a small round picture."""
    if not row.photo_digest:
        return avatar(row.name, row.id)
    address = f"{reverse('contacts:contact-photo', args=[row.id])}?v={row.photo_digest}"
    return format_html('<img class="k-av" src="{}" alt="" width="32" height="32" loading="lazy">', address)


class Shape(NamedTuple):
    """What decides which parts a line has; lines of one shape differ by values alone."""

    shown: tuple[str, ...]
    archived: bool
    named: bool
    with_company: bool
    with_phone: bool
    with_email: bool
    owned_by_viewer: bool
    tags: int  # 0, 1, or 2 for more
    actions: frozenset[str]


@register.simple_tag(takes_context=True)
def contact_row(context: template.Context, row: Row) -> str:
    """One line of the collection: the pattern of its shape with its values, each escaped.

    A template for each of 50 lines took four fifths of the page's time; a page has about ten shapes, kept in memory.
    """
    shown, more = tuple(context["shown"]), row.tags[1:]
    with_company = bool(row.company and row.company != row.name)
    has = (bool(row.name), with_company, bool(row.phone), bool(row.email), row.owned_by_viewer, min(len(row.tags), 2))
    shape = Shape(shown, row.archived, *has, frozenset(row.actions))
    return format_html(
        (_pattern.__wrapped__ if settings.DEBUG else _pattern)(shape),
        id=row.id,
        kind=row.kind,
        kind_label=row.kind_label,
        title=row_title(context, row),
        face=row_face(row),
        company=row.company,
        phone=row.phone,
        phone_text=phone_text(row.phone, row.extension, region_of(context)) if row.phone else "",
        email=row.email,
        owner=row.owner,
        tag=row.tags[0] if row.tags else "",
        more_tags=", ".join(more),
        more_count=len(more),
        created=when(row.created_at) if "created" in shown else "",
    )


CHOICE = (
    '<label><input class="form-check-input" type="checkbox" name="{}" value="{}"{}>'
    '<span class="ell" dir="auto">{}</span></label>'
)
CHECKED = format_html(" {}", "checked")


@register.simple_tag
def menu_choices(menu: Menu) -> str:
    """The boxes of a filter menu; a loop of the template over hundreds of people would cost more than the rows."""
    boxes = ((menu.name, choice.value, CHECKED if choice.chosen else "", choice.label) for choice in menu.choices)
    return format_html_join("", CHOICE, boxes)


@lru_cache(maxsize=1000)
def _pattern(shape: Shape) -> str:
    """The line as a format string: made by its template from {placeholders} instead of values."""
    row: dict[str, Any] = shape._asdict() | {"id": ID}
    line = render_to_string("contacts/_row.html", {"row": row, "shown": shape.shown, "title": "{title}"})
    return line.replace(str(ID), "{id}")
