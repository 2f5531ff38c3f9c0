"""Who stands behind a number of the pre-flight, for one reader (product.md §2c).

Named are those whom the reader sees as contacts, and people on a list of the engagement that he or she reads; those
lead nowhere. All others are a number.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from contacts import list_policy
from contacts import policy as contact_policy
from contacts.models import Contact, ListItem
from contacts.models.contact import NAME_FIELDS, display_name
from contacts_project.accounts.models import User

from . import preflight, reasons
from .models import Engagement

PAGE = 50
SENT = "sent"  # in addresses, for who gets it
TITLES: dict[str, str] = {SENT: "Will be sent", reasons.HELD: "Held until later"}


@dataclass(frozen=True)
class Person:
    """One line; `is_open` says whether the reader may open the contact. `until`: held until then."""

    pk: int
    name: str
    address: str
    is_open: bool
    until: datetime.datetime | None


@dataclass(frozen=True)
class People:
    """A page of those with one reason: the named ones by name, and how many others there are."""

    title: str
    reason: str
    total: int
    rows: list[Person]
    hidden: int
    page: int
    more: bool

    @property
    def previous(self) -> int:
        return self.page - 1

    @property
    def next(self) -> int:
        return self.page + 1


def title_of(reason: str) -> str:
    """How the reason of an address is named; "" for what is none."""
    return TITLES.get(reason) or reasons.LABELS.get(reason, "")


def people_with(user: User, engagement: Engagement, reason: str, page: int = 1) -> People:
    """Those of the engagement's lists with this reason (of `title_of`), fifty a page. About eight queries."""
    wanted = {one.contact: one for one in preflight.decide(engagement) if _fits(one, reason)}
    named = _named(user, engagement, list(wanted))
    start = (page - 1) * PAGE
    seen = contact_policy.visible_to(user).filter(pk=OuterRef("pk"))
    columns = named.annotate(is_open=Exists(seen)).order_by("sort_key", "pk").values("pk", "is_open", *NAME_FIELDS)
    found = list(columns[start : start + PAGE + 1])
    rows = [
        Person(row["pk"], display_name(row), wanted[row["pk"]].address, row["is_open"], wanted[row["pk"]].not_before)
        for row in found[:PAGE]
    ]
    hidden = len(wanted) - named.count()
    return People(title_of(reason), reason, len(wanted), rows, hidden, page, more=len(found) > PAGE)


def _fits(one: preflight.Decision, reason: str) -> bool:
    if reason == reasons.HELD:
        return bool(one.not_before and not one.reason)
    return one.reason == ("" if reason == SENT else reason)


def _named(user: User, engagement: Engagement, ids: list[int]) -> QuerySet[Contact]:
    read = list_policy.visible_to(user).order_by().values("pk")
    lists = list(engagement.with_lists.filter(is_left_out=False, list__in=read).values_list("list", flat=True))
    seen = contact_policy.visible_to(user).filter(pk__any_of=ids).order_by().values("pk")
    listed = ListItem.objects.filter(list__in=lists, contact__any_of=ids).order_by().values("contact")
    return Contact.objects.filter(Q(pk__in=seen) | Q(pk__in=listed), pk__any_of=ids)
