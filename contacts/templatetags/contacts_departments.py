"""Department tags and kinds, as every list and record shows them (DESIGN.md section 4, Department tag and Kind)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join

from contacts.department_tags import DepartmentTag, Tags
from contacts.department_tags import department_tags as tags_by_contact
from contacts.models import Contact, Kind
from contacts_project.core.templatetags.kithline import icon

register = template.Library()

# (up to so many tags all stand openly, else so many do and the others open in place behind +n): product.md §3
IN_A_LIST, ON_A_RECORD = (2, 2), (4, 3)
KIND_ICONS = {Kind.PERSONAL: "user", Kind.DEPARTMENT: "building", Kind.SHARED: "users"}
TAG = '<span class="k-tag" data-hue="{}" data-department-tag="{}" title="{}"><span dir="auto">{}</span></span>'
MORE = (
    '<details class="k-plus"><summary><span class="k-label">+{}<span class="visually-hidden"> more departments</span>'
    '</span></summary><div class="k-tags">{}</div></details>'
)


@lru_cache(maxsize=1000)
def tag_html(tag: DepartmentTag) -> str:
    """One coloured mark with its text; kept in memory, a page holds the same few a hundred times."""
    return format_html(TAG, tag.hue, tag.name, tag.name, tag.name)


@lru_cache(maxsize=1000)
def tags_html(tags: Tags, room: tuple[int, int] = IN_A_LIST) -> str:
    """The marks of one contact; "" where it has none. What has no room is behind +n, which opens without script."""
    if not tags:
        return ""
    most = room[0] if len(tags) <= room[0] else room[1]
    shown = format_html_join("", "{}", ((tag_html(tag),) for tag in tags[:most]))
    others = tags[most:]
    more = format_html(MORE, len(others), format_html_join("", "{}", ((tag_html(tag),) for tag in others)))
    return format_html('<div class="k-tags">{}{}</div>', shown, more if others else "")


@register.simple_tag
def department_tags(tags: Tags | None) -> str:
    """The tags beneath a name in a list, from `contacts.department_tags`."""
    return tags_html(tuple(tags or ()))


@register.simple_tag
def record_tags(tags: Tags | None) -> str:
    """The tags beneath the name of a record."""
    return tags_html(tuple(tags or ()), ON_A_RECORD)


@register.simple_tag
def department_tag(department: Any) -> str:
    """The tag of one department: a DepartmentTag, or the department itself."""
    if isinstance(department, DepartmentTag):
        return tag_html(department)
    return tag_html(DepartmentTag(department.pk, department.name, department.hue))


@register.simple_tag(takes_context=True)
def departments_of(context: template.Context, *things: Iterable[Any]) -> dict[int, Tags]:
    """{contact id: tags} for lists of contacts, or of rows with a `contact`, that the reader sees.

    At most three queries, none where the lists are empty.
    """
    contacts = [getattr(thing, "contact", thing) for several in things for thing in several]
    facts = {(contact.pk, contact.kind) for contact in contacts if isinstance(contact, Contact)}
    return tags_by_contact(context["request"].user, facts) if facts else {}


@register.simple_tag
def kind_icon(kind: str) -> str:
    """The icon of a kind."""
    return icon(KIND_ICONS[Kind(kind)])


@register.simple_tag
@lru_cache(maxsize=10)
def kind_mark(kind: str) -> str:
    """Icon and word of a kind: Personal, Department, Shared dept."""
    return format_html('<span class="k-kind">{}{}</span>', kind_icon(kind), Kind(kind).label)
