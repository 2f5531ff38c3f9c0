"""The collection's filter menus: their choices and what is chosen, from the account's open vocabularies."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models.functions import Lower

from contacts_project.accounts.models import User
from departments.models import Department

from . import list_policy
from .department_tags import DepartmentTag
from .filters import Filters
from .models import Kind, List, Tag

MOST = 200  # choices of one menu; what is chosen stands in it anyway


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    chosen: bool
    look: DepartmentTag | Kind | None = None  # shown as a department's tag, or with the icon of a kind


@dataclass(frozen=True)
class Menu:
    name: str
    label: str
    choices: list[Choice]
    cleared: str  # query string without this filter

    @property
    def chosen(self) -> list[Choice]:
        return [choice for choice in self.choices if choice.chosen]


def filter_menus(filters: Filters) -> dict[str, list[Menu]]:
    """Menus for department, kind, tag, owner, list, blocks and call times. Four queries.

    Names of departments, tags and users are open to the whole account (product.md §2), those of lists to readers.
    """
    chosen_tags, chosen_owners = {tag.pk for tag in filters.tags}, {owner.pk for owner in filters.owners}
    chosen_departments = {department.pk for department in filters.departments}
    departments = [Choice(str(one.id), one.name, one.id in chosen_departments, one) for one in _departments(filters)]
    kinds = [Choice(kind.value, kind.label, kind.value in filters.kinds, kind) for kind in Kind]
    tags = [Choice(str(tag.pk), tag.name, tag.pk in chosen_tags) for tag in _tags(filters)]
    owners = [Choice("me", "Me", filters.user.pk in chosen_owners)]
    owners += [Choice(str(pk), name or email, pk in chosen_owners) for pk, name, email in _colleagues(filters)]
    chosen_lists = {found.pk for found in filters.lists}
    lists = [Choice(str(found.pk), found.name, found.pk in chosen_lists) for found in _lists(filters)]
    return {
        "menus": [
            _menu(filters, "department", "Department", departments),
            _menu(filters, "kind", "Kind", kinds),
            _menu(filters, "tag", "Tag", tags),
            _menu(filters, "owner", "Owner", owners),
            _menu(filters, "list", "List", lists),
            _menu(filters, "blocked", "Blocked", [Choice("1", "Only blocked", filters.blocked)]),
            _menu(filters, "callable", "Call time", [Choice("1", "Callable now", filters.callable)]),
        ]
    }


def _departments(filters: Filters) -> list[DepartmentTag]:
    known = list(Department.objects.filter(account=filters.user.account_id).order_by("name", "pk")[:MOST])
    known += [one for one in filters.departments if one not in known]
    return [DepartmentTag(one.pk, one.name, one.hue) for one in known]


def _tags(filters: Filters) -> list[Tag]:
    known = list(Tag.objects.filter(account=filters.user.account_id).order_by("name")[:MOST])
    return [*known, *(tag for tag in filters.tags if tag not in known)]


def _lists(filters: Filters) -> list[List]:
    readable = list_policy.visible_to(filters.user).filter(archived_at__isnull=True)
    known = list(readable.order_by(Lower("name"), "pk")[:MOST])
    return [*known, *(found for found in filters.lists if found not in known)]


def _colleagues(filters: Filters) -> list[tuple[int, str, str]]:
    """(id, name, email) of the account's other active people by name, and of whoever else is chosen."""
    others = User.objects.filter(account=filters.user.account_id, is_active=True).exclude(pk=filters.user.pk)
    known = list(others.order_by("name", "pk").values_list("pk", "name", "email")[:MOST])
    chosen = [(owner.pk, owner.name, owner.email) for owner in filters.owners if owner != filters.user]
    return [*known, *(owner for owner in chosen if owner not in known)]


def _menu(filters: Filters, name: str, label: str, choices: list[Choice]) -> Menu:
    return Menu(name, label, choices, filters.query(**{name: ""}))
