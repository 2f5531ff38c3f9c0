"""How a line of a collection shows its contact."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from contacts.department_tags import DepartmentTag, Tags
from contacts.menus import Choice, Menu
from contacts.rows import Row
from contacts_project.core.templatetags.kithline import avatar, icon, when

from .contacts import NAMELESS, phone_text, region_of
from .contacts_departments import kind_mark, tag_html, tags_html

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
    removals: bool
    blocked: bool
    callable: bool
    second: bool  # stands beneath another record of the same person
    with_last: bool
    actions: frozenset[str]


@register.simple_tag(takes_context=True)
def contact_row(context: template.Context, row: Row) -> str:
    """One line of the collection: the pattern of its shape with its values, each escaped.

    A template for each of 50 lines took four fifths of the page's time; a page has about ten shapes, kept in memory.
    """
    shown, more = tuple(context["shown"]), row.tags[1:]
    with_company = bool(row.company and row.company != row.name)
    has = (bool(row.name), with_company, bool(row.phone), bool(row.email), row.owned_by_viewer, min(len(row.tags), 2))
    shape = Shape(
        shown,
        row.archived,
        *has,
        bool(row.removable_from),
        row.blocked,
        row.callable and not row.blocked,
        row.second,
        row.last is not None,
        frozenset(row.actions),
    )
    return format_html(
        (_pattern.__wrapped__ if settings.DEBUG else _pattern)(shape),
        id=row.id,
        kind=row.kind,
        kind_mark=kind_mark(row.kind),
        departments=tags_html(row.departments),
        removals=removals(row.id, row.removable_from),
        title=row_title(context, row),
        face=row_face(row),
        company=row.company,
        phone=row.phone,
        phone_text=phone_text(row.phone, row.extension, region_of(context)) if row.phone else "",
        email=row.email,
        owner=row.belongs_to or owner_text(row),
        tag=row.tags[0] if row.tags else "",
        more_tags=", ".join(more),
        more_count=len(more),
        created=when(row.created_at) if "created" in shown else "",
        last=when(row.last.at) if row.last else "",
        last_what=row.last.what if row.last else "",
    )


def owner_text(row: Row) -> str:
    """The owner's name; "(left)" where a shared contact's original owner is deactivated."""
    return f"{row.owner} (left)" if row.is_shared and row.owner_left else row.owner


REMOVAL = (
    '<li><button type="submit" form="rowform" formaction="{}"{} class="k-menu-i" data-action="archive">'
    '{}<span dir="auto">Remove from {}</span></button></li>'
)


@register.simple_tag
def row_removals(row: Row) -> str:
    """The menu entries that remove the contact from one department each."""
    return removals(row.id, row.removable_from)


def removals(contact_id: int, departments: Tags) -> str:
    """Menu entries that end one department's link each; the department is named where there is a choice."""
    if not departments:
        return ""
    address, picture = reverse("contacts:contact-archive", args=[contact_id]), icon("archive")
    several = len(departments) > 1
    entries = (
        (address, format_html(' name="department" value="{}"', tag.id) if several else "", picture, tag.name)
        for tag in departments
    )
    return format_html_join("", REMOVAL, entries)


CHOICE = '<label><input class="form-check-input" type="checkbox" name="{}" value="{}"{}>{}</label>'
LABEL = '<span class="ell" dir="auto">{}</span>'
CHECKED = format_html(" {}", "checked")


@register.simple_tag
def menu_choices(menu: Menu) -> str:
    """The boxes of a filter menu; a loop of the template over hundreds of people would cost more than the rows."""
    boxes = ((menu.name, choice.value, CHECKED if choice.chosen else "", _look(choice)) for choice in menu.choices)
    return format_html_join("", CHOICE, boxes)


def _look(choice: Choice) -> str:
    if isinstance(choice.look, DepartmentTag):
        return tag_html(choice.look)
    return kind_mark(choice.look) if choice.look else format_html(LABEL, choice.label)


@lru_cache(maxsize=1000)
def _pattern(shape: Shape) -> str:
    """The line as a format string: made by its template from {placeholders} instead of values."""
    row: dict[str, Any] = shape._asdict() | {"id": ID}
    line = render_to_string("contacts/_row.html", {"row": row, "shown": shape.shown, "title": "{title}"})
    return line.replace(str(ID), "{id}")
