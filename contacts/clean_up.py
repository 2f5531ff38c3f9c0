"""Shared Department Contacts that wait for a decision: of one original owner, and of one department (product.md §8)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Max, QuerySet
from django.urls import reverse

from contacts_project.accounts.models import User
from departments.models import Department

from . import policy
from .conversions import joined
from .lookups import RowComparison
from .matching import Match, matches
from .models import BulkAction, CleanUpReminder, Contact, DepartmentLink, Kind, Note, UndoStep
from .paging import PAGE, Key, decode, encode
from .rows import Row, read_rows
from .services.undoing import open_steps
from .sources import ORIGINAL_OWNERS
from .words import bulk_summary

MOST_STEPS = 20
READ_STEPS = 100
STEPS = ("convert", "archive", "bulk-month")


def own_shared(user: User) -> QuerySet[Contact]:
    """Live shared contacts whose original owner `user` is, in all departments."""
    if not policy.holds_anything(user):
        return Contact.objects.none()
    return ORIGINAL_OWNERS.rows(user).filter(archived=False, account=user.account_id)


def shared_of(department: Department) -> QuerySet[Contact]:
    """Live shared contacts with a live link to the department: for its Admin Operators."""
    links = DepartmentLink.objects.filter(department=department, ended_at__isnull=True, archived=False)
    return Contact.objects.filter(
        account=department.account_id, kind=Kind.SHARED, archived=False, pk__in=links.values("contact")
    )


def page_of(contacts: QuerySet[Contact], after: str) -> tuple[list[int], str]:
    """Ids of a page by name, and `after` of the next one. One query."""
    bound: Key | None = decode(after)
    if bound is not None:
        contacts = contacts.filter(RowComparison(["sort_key", "pk"], ">", list(bound)))
    keys = list(contacts.order_by("sort_key", "pk").values_list("sort_key", "pk")[: PAGE + 1])
    page = keys[:PAGE]
    return [pk for _, pk in page], encode(page[-1]) if len(keys) > PAGE else ""


@dataclass(frozen=True)
class Line:
    """One contact of the owner's page: where it can go, and what to look at before."""

    row: Row
    departments: list[str]
    same: str  # "number" or "email" that a visible Department Contact has too; "" where none has
    public_notes: int

    @property
    def to(self) -> str:
        """ "Sales", "Sales and Support"; "" where no department works it."""
        return joined(self.departments)


def lines_of(user: User, ids: list[int]) -> list[Line]:
    """The lines of the owner's page. A constant number of queries."""
    found = matches(user, ids)
    links = DepartmentLink.objects.filter(contact__any_of=ids, ended_at__isnull=True).order_by("linked_at", "pk")
    names: dict[int, list[str]] = {}
    for contact, name in links.values_list("contact", "department__name"):
        names.setdefault(contact, []).append(name)
    public = Note.objects.filter(contact__any_of=ids, visibility=Note.Visibility.PUBLIC).order_by()
    notes = dict(public.values_list("contact").annotate(number=Count("pk")))
    return [
        Line(row, names.get(row.id, []), _same(found.get(row.id, [])), notes.get(row.id, 0))
        for row in read_rows(user, ids)
    ]


def _same(found: list[Match]) -> str:
    return ("number" if found[0].is_phone else "email") if found else ""


def progress(user: User, left: int) -> tuple[int, int]:
    """(decided, all): how many of the shared contacts that `user` ever owned are decided. One query, of the history."""
    events: Any = Contact.pgh_event_model  # type: ignore[attr-defined]
    ever = events.objects.filter(owner_id=user.pk, kind=Kind.SHARED).aggregate(Count("pgh_obj_id", distinct=True))
    total = max(left, *ever.values())
    return total - left, total


@dataclass(frozen=True)
class Step:
    """Something decided in the last 30 days that can be taken back."""

    token: str
    text: str
    at: datetime.datetime
    url: str = ""


def recent_steps(user: User) -> list[Step]:
    """The user's own decisions about shared contacts, the latest first; what is closed to him or her is left out."""
    steps = list(open_steps(user, STEPS)[:READ_STEPS])
    told: list[Step] = []
    shown = _shown(user, steps)
    bulks = {bulk.pk: bulk for bulk in BulkAction.objects.filter(pk__in=[step.data.get("bulk") for step in steps])}
    for step in steps:
        if step.action == "bulk-month":
            bulk = bulks.get(step.data["bulk"])
            if bulk and bulk.parameters.get("clean_up"):
                url = reverse("contacts:bulk-detail", args=[bulk.pk])
                told.append(Step(str(step.token), bulk_summary(bulk).text, step.created_at, url))
        elif (contact := shown.get(_leads_to(step))) and (word := _decided(user, step, contact)):
            url = reverse("contacts:contact-overview", args=[contact.pk])
            told.append(Step(str(step.token), f"{contact.name or 'Contact'} {word}", step.created_at, url))
    return told[:MOST_STEPS]


def _leads_to(step: UndoStep) -> int:
    joined = (step.data.get("before") or {}).get("joined")
    return joined["kept"] if joined else step.data["contact"]


def _shown(user: User, steps: Iterable[UndoStep]) -> dict[int, Contact]:
    ids = [_leads_to(step) for step in steps if "contact" in step.data]
    return {contact.pk: contact for contact in policy.visible_to(user).filter(pk__any_of=ids)}


def _decided(user: User, step: UndoStep, contact: Contact) -> str:
    """The word for what was decided; "" for steps about other contacts."""
    before = step.data.get("before") or {}
    if step.action == "archive":
        return "deleted" if contact.kind == Kind.SHARED and contact.owner_id == user.pk and contact.archived_at else ""
    if before.get("kind") != Kind.SHARED:
        return ""
    if before.get("kept"):
        return "kept as personal"
    return "joined with a record of the same address" if before.get("joined") else "given to its departments"


@dataclass(frozen=True)
class Owner:
    """An original owner of shared contacts of a department."""

    user: User
    count: int
    reminded_on: datetime.date | None
    reminded_today: bool
    contacts: list[int] = field(default_factory=list)  # where there is one only


def owners_of(department: Department, user: User) -> list[Owner]:
    """Original owners with their numbers, the reader first, those who have left last. Three queries."""
    counted = shared_of(department).order_by().values_list("owner").annotate(number=Count("pk"), one=Max("pk"))
    rows = {owner: (number, one) for owner, number, one in counted}
    reminders = CleanUpReminder.objects.filter(department=department, owner__in=rows).order_by()
    days = dict(reminders.values_list("owner").annotate(day=Max("day")))
    today = policy.today(user)
    people = User.objects.filter(pk__in=rows).order_by("name", "pk")
    owners = [
        Owner(
            one,
            rows[one.pk][0],
            days.get(one.pk),
            days.get(one.pk) == today,
            [rows[one.pk][1]] * (rows[one.pk][0] == 1),
        )
        for one in people
    ]
    return sorted(owners, key=lambda owner: (owner.user.pk != user.pk, not owner.user.is_active))
