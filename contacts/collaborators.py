"""The list on the Collaborators tab: grants of one contact by person, filtered, counted, a page at a time.

Grants only, never people who see the contact by a role (DESIGN.md section 4). The contact must come from `policy`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Lower, NullIf

from contacts_project.accounts import grants
from contacts_project.accounts.grants import LEVELS, GrantLine, Level

from .lookups import RowComparison
from .models import Contact, ContactUserObjectPermission

PAGE = 50


@dataclass(frozen=True)
class CollaboratorPage:
    """`owner` stands first on the first page; `after` is the id for the next page; `counts` by level and for "all"."""

    owner: GrantLine | None
    lines: list[GrantLine]
    counts: dict[str, int]
    after: int | None

    @property
    def shown(self) -> int:
        return len(self.lines) + bool(self.owner)


def collaborator_page(contact: Contact, *, q: str = "", level: str = "", after: int | str = "") -> CollaboratorPage:
    """People with a grant whose name or email contains `q`, with `level` if given, by name. Four queries."""
    people = _people(contact, q)
    counts = people.aggregate(
        all=Count("pk"),
        admin=Count("pk", filter=Q(is_admin=True)),
        write=Count("pk", filter=Q(is_writer=True, is_admin=False)),
        read=Count("pk", filter=Q(is_writer=False)),
    )
    rows = _behind(people, after) if after else people
    found = list(_of_level(rows, level).exclude(user=contact.owner_id).order_by("person", "user")[: PAGE + 1])
    shown = [row.user_id for row in found[:PAGE]]
    wanted = shown if after else [*shown, contact.owner_id]
    lines = grants.lines(ContactUserObjectPermission, content_object=contact, user_id__in=wanted)
    owner = None if after else lines.get((contact.pk, contact.owner_id or 0))
    if owner and not _fits(owner, q, level):
        owner = None
    listed = [lines[contact.pk, pk] for pk in shown]
    return CollaboratorPage(owner, listed, counts, shown[-1] if len(found) > PAGE else None)


def line_of(contact: Contact, user_id: int) -> GrantLine | None:
    """One person's current grant, or None."""
    lines = grants.lines(ContactUserObjectPermission, content_object=contact, user_id=user_id)
    line = lines.get((contact.pk, user_id))
    return line if line and (line.until is None or line.until >= contact.account.today()) else None


def _people(contact: Contact, q: str) -> QuerySet[ContactUserObjectPermission]:
    """One row for each person: the view permission, which every level has."""
    rows = ContactUserObjectPermission.objects.filter(grants.current(contact.account.today()), content_object=contact)
    mine = rows.filter(user=OuterRef("user"))
    name: Any = Coalesce(NullIf("user__name", Value("")), F("user__email"), output_field=CharField())
    people = rows.filter(permission=grants.permission_id(Contact, Level.READ)).annotate(
        person=Lower(name),
        is_writer=Exists(mine.filter(permission=grants.permission_id(Contact, Level.WRITE))),
        is_admin=Exists(mine.filter(permission=grants.permission_id(Contact, Level.ADMIN))),
    )
    return people.filter(Q(user__name__icontains=q) | Q(user__email__icontains=q)) if q else people


def _of_level(people: QuerySet, level: str) -> QuerySet:
    if level == Level.ADMIN:
        return people.filter(is_admin=True)
    if level == Level.WRITE:
        return people.filter(is_writer=True, is_admin=False)
    return people.filter(is_writer=False) if level == Level.READ else people


def _behind(people: QuerySet, after: int | str) -> QuerySet:
    """Rows behind that person's; all of them where he or she is not in the list (any more)."""
    last = people.filter(user=after).values_list("person", "user").first()
    return people.filter(RowComparison([F("person"), F("user")], ">", list(last))) if last else people


def _fits(line: GrantLine, q: str, level: str) -> bool:
    words = f"{line.user.name}\n{line.user.email}".lower()
    return q.lower() in words and (not level or line.level == level) and line.level in LEVELS
