"""The collection's address as a question: view, search, filters and sort, read from an allow-list (contract.md).

Unknown parameters and values are ignored. Each filter gives two things to `paging`: its ids, where it can be narrow,
and the contacts that fit it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict

from contacts_project.accounts.models import User
from departments.models import Department

from . import blocking, list_policy, policy
from . import callable as call_times
from .models import Contact, ContactSearch, ContactTag, DepartmentLink, Import, Kind, List, ListItem, Tag
from .paging import NARROW, Order, Selection

VIEWS = {"": "All", "mine": "Mine", "shared": "Shared with me", "unnamed": "Unnamed"}
SORTS = {
    "name": Order("name"),
    "-name": Order("name", descending=True),
    "created": Order("created", descending=True),  # newest first: what people mean by it
    "-created": Order("created"),
    "last": Order("last", descending=True),
}
LONGEST_SEARCH = 200


@dataclass(frozen=True)
class Filters:
    """One state of the collection, for one user. Ids are of rows that exist in the user's account."""

    user: User
    view: str = ""
    q: str = ""
    kinds: tuple[str, ...] = ()
    departments: tuple[Department, ...] = ()
    tags: tuple[Tag, ...] = ()
    owners: tuple[User, ...] = ()
    lists: tuple[List, ...] = ()  # that the user may read
    imports: tuple[int, ...] = ()
    blocked: bool = False
    callable: bool = False  # in a good hour to call now
    archived: bool = False
    sort: str = "name"

    @property
    def order(self) -> Order:
        return SORTS[self.sort]

    @property
    def is_filtered(self) -> bool:
        """Is anything but the view and the archived switch set?"""
        return bool(self.departments or self._others)

    @property
    def _others(self) -> bool:
        """Is anything set that no stream answers by itself?"""
        flags = self.blocked or self.callable
        return bool(self.q or self.kinds or self.tags or self.owners or self.lists or self.imports or flags)

    @cached_property
    def selection(self) -> Selection:
        own = {"mine": True, "shared": False}.get(self.view)
        # Callers whom nobody has named stand apart from All (product.md §8); a search finds them.
        unnamed = True if self.view == "unnamed" else None if self.q else False
        asked = Selection(self.archived, own, unnamed, self._lane, self.kinds, lanes=self._lanes)
        return replace(asked, narrow=self._narrow(), fits=self._fits()) if self._is_narrowed else asked

    @cached_property
    def _lanes(self) -> policy.Lanes:
        return policy.lanes_of(self.user)

    @cached_property
    def _lane(self) -> int | None:
        """The one department asked for, where the user operates it: its links are a stream, no filter is needed."""
        if len(self.departments) != 1:
            return None
        pk = self.departments[0].pk
        return pk if pk in self._lanes.departments and self.view in ("", "unnamed") else None

    @property
    def _is_narrowed(self) -> bool:
        return bool(self._others or (self.departments and self._lane is None))

    def _narrow(self) -> tuple[QuerySet, ...]:
        """Contact ids by each filter that can be narrow, the likeliest first; the legacy kind is."""
        live = Contact.objects.filter(account=self.user.account_id, archived=self.archived)
        typed = ContactSearch.objects.filter(document__typed=(self.user.account_id, self.q))
        ways: tuple[tuple[object, Any, str], ...] = (
            (self.kinds == (Kind.SHARED,), live.filter(kind=Kind.SHARED), "pk"),
            (self.blocked, blocking.blocked_for(self.user), "pk"),
            (self.q, typed, "contact_id"),
            (self.callable, self._callable_now, ""),
            (self.departments, self._linked_and_seen, ""),
            (self.lists, self._listed().filter(archived=self.archived), "contact_id"),
            (self.imports, live.filter(source_import__in=self.imports), "pk"),
            (self.tags, ContactTag.objects.filter(tag__in=self.tags), "contact_id"),
            (self.owners, live.filter(owner__in=self.owners), "pk"),
        )
        return tuple(rows.values_list(column, flat=True) if column else rows() for asked, rows, column in ways if asked)

    def _linked_and_seen(self) -> QuerySet:
        """Ids of what the user sees of these departments: a department of others may be large, what one sees of it not.

        Without this a department that the user does not operate is walked for: 3.2 s with 450,000 contacts, now 0.09.
        """
        links = self._linked().filter(archived=self.archived).values("contact_id")
        parts = [
            rows.filter(archived=self.archived, key__in=links).order_by().values_list("key", flat=True)
            for rows in policy.ranges(self.user, self._lanes)
        ]
        if len(parts) == 1:
            return parts[0]
        first, *others = (part[: NARROW + 1] for part in parts)
        return first.union(*others)

    def _callable_now(self) -> QuerySet:
        return call_times.everybody(self.user.account_id)

    def _listed(self) -> QuerySet[ListItem]:
        return ListItem.objects.filter(list__in=self.lists)

    def _linked(self) -> QuerySet[DepartmentLink]:
        return DepartmentLink.objects.filter(department__in=self.departments, counts=True)

    def _fits(self) -> QuerySet[Contact]:
        """Contacts that fulfil every filter; asked about a page of ids that the access sources gave."""
        contacts = Contact.objects.all()
        if self.q:
            typed = ContactSearch.objects.filter(
                contact_id=OuterRef("pk"), document__typed=(self.user.account_id, self.q)
            )
            contacts = contacts.filter(Exists(typed))
        if self.tags:
            contacts = contacts.filter(Exists(ContactTag.objects.filter(contact=OuterRef("pk"), tag__in=self.tags)))
        if self.departments:
            contacts = contacts.filter(Exists(self._linked().filter(contact=OuterRef("pk"))))
        if self.callable:
            contacts = contacts.filter(pk__in=self._callable_now())
        if self.lists:
            contacts = contacts.filter(Exists(self._listed().filter(contact=OuterRef("pk"))))
        if self.blocked:
            contacts = contacts.filter(pk__in=blocking.blocked_for(self.user))
        conditions = {"kind__in": self.kinds, "owner__in": self.owners, "source_import__in": self.imports}
        return contacts.filter(Q(**{name: values for name, values in conditions.items() if values}))

    def query(self, **changes: object) -> str:
        """The query string of this state with some of it changed; defaults are left out."""
        parts: dict[str, object] = {
            "view": self.view,
            "q": self.q,
            "kind": self.kinds,
            "department": [department.pk for department in self.departments],
            "tag": [tag.pk for tag in self.tags],
            "owner": ["me" if owner == self.user else owner.pk for owner in self.owners],
            "list": [found.pk for found in self.lists],
            "import": self.imports,
            "blocked": "1" if self.blocked else "",
            "callable": "1" if self.callable else "",
            "archived": "1" if self.archived else "",
            "sort": "" if self.sort == "name" else self.sort,
        }
        parts.update(changes)
        return urlencode({name: value for name, value in parts.items() if value}, doseq=True)


def read_filters(user: User, parameters: QueryDict) -> Filters:
    """Filters of an address. Queries: one for each of departments, tags, owners, lists and imports named."""
    view, sort = parameters.get("view", ""), parameters.get("sort", "name")
    return Filters(
        user=user,
        view=view if view in VIEWS else "",
        q=parameters.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH],
        kinds=tuple(kind for kind in Kind.values if kind in parameters.getlist("kind")),
        departments=_named(Department.objects.filter(account=user.account_id), parameters.getlist("department")),
        tags=_named(Tag.objects.filter(account=user.account_id), parameters.getlist("tag")),
        owners=_owners(user, parameters.getlist("owner")),
        lists=_named(list_policy.visible_to(user), parameters.getlist("list")),
        imports=tuple(i.pk for i in _named(Import.objects.filter(user=user), parameters.getlist("import"))),
        blocked=parameters.get("blocked") == "1",
        callable=parameters.get("callable") == "1",
        archived=parameters.get("archived") == "1",
        sort=sort if sort in SORTS else "name",
    )


def _owners(user: User, values: list[str]) -> tuple[User, ...]:
    named = [str(user.pk) if value == "me" else value for value in values]
    return _named(User.objects.filter(account=user.account_id), named)


def _named(rows: QuerySet, values: Iterable[str]) -> tuple:
    """The rows with these ids; what is no id, or no row, is left out. No query without ids."""
    ids = {int(value) for value in values if value.isdecimal() and len(value) <= 18}
    return tuple(rows.filter(pk__in=ids).order_by("pk")) if ids else ()
