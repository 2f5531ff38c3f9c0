"""The collection's filter menus: their choices and what is chosen, from the account's open vocabularies."""

from __future__ import annotations

from dataclasses import dataclass

from contacts_project.accounts.models import User

from .filters import Filters
from .models import Kind, Tag

MOST = 200  # choices of one menu; what is chosen stands in it anyway


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    chosen: bool


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
    """Menus for kind, tag and owner. Two queries. Tag and user names are open to the whole account (product.md §2)."""
    chosen_tags, chosen_owners = {tag.pk for tag in filters.tags}, {owner.pk for owner in filters.owners}
    kinds = [(kind.value, kind.label, kind.value in filters.kinds) for kind in Kind]
    tags = [(str(tag.pk), tag.name, tag.pk in chosen_tags) for tag in _tags(filters)]
    owners = [("me", "Me", filters.user.pk in chosen_owners)]
    owners += [(str(pk), name or email, pk in chosen_owners) for pk, name, email in _colleagues(filters)]
    return {
        "menus": [
            _menu(filters, "kind", "Kind", kinds),
            _menu(filters, "tag", "Tag", tags),
            _menu(filters, "owner", "Owner", owners),
        ]
    }


def _tags(filters: Filters) -> list[Tag]:
    known = list(Tag.objects.filter(account=filters.user.account_id).order_by("name")[:MOST])
    return [*known, *(tag for tag in filters.tags if tag not in known)]


def _colleagues(filters: Filters) -> list[tuple[int, str, str]]:
    """(id, name, email) of the account's other active people by name, and of whoever else is chosen."""
    others = User.objects.filter(account=filters.user.account_id, is_active=True).exclude(pk=filters.user.pk)
    known = list(others.order_by("name", "pk").values_list("pk", "name", "email")[:MOST])
    chosen = [(owner.pk, owner.name, owner.email) for owner in filters.owners if owner != filters.user]
    return [*known, *(owner for owner in chosen if owner not in known)]


def _menu(filters: Filters, name: str, label: str, options: list[tuple[str, str, bool]]) -> Menu:
    return Menu(name, label, [Choice(*option) for option in options], filters.query(**{name: ""}))
