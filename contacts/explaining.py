"""Who can see a contact and why, in words (product.md §2d): derived from the sources that decide.

`policy` offers `holders`, `seeing` and `explain`; nothing else calls this module.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import F, QuerySet

from contacts_project.accounts import grants
from contacts_project.accounts.models import User
from departments.models import Department, Operator

from . import rights, sources
from .models import Contact, ContactUserObjectPermission, Kind

READ, WRITE, ADMIN = grants.Level.READ, grants.Level.WRITE, grants.Level.ADMIN


@dataclass(frozen=True)
class Reason:
    """Why somebody can see a contact: a role, in words, with who gave it and until when where that is known.

    `level` is the access type that the role amounts to on this contact. `department` stands where it comes by role.
    """

    role: str
    level: str
    given_by: User | None = None
    given_at: datetime.datetime | None = None
    until: datetime.date | None = None
    is_owner: bool = False
    department: Department | None = None


@dataclass(frozen=True)
class Holder:
    """A user who can see a contact, the roles held and the reasons, strongest first."""

    user: User
    roles: frozenset[str]
    reasons: tuple[Reason, ...]

    @property
    def level(self) -> str:
        """The strongest access type among the reasons."""
        return self.reasons[0].level

    @property
    def rank(self) -> int:
        """The place of that level among the access types: 2 for Admin, 0 for Read."""
        return _rank(self.reasons[0])


def _rank(reason: Reason) -> int:
    return grants.Level.labels.index(reason.level)


Reasons = Iterable[tuple[User, Reason]]


def granted_reasons(contact: Contact, users: Iterable[int]) -> Reasons:
    """Collaborator grants of these users, oldest first. One query."""
    lines = grants.lines(ContactUserObjectPermission, content_object=contact, user_id__in=users)
    today = contact.account.today()
    for line in lines.values():
        if line.until is None or line.until >= today:
            yield (
                line.user,
                Reason(line.level.value, line.level.label, line.granted_by, line.granted_at, line.until, line.is_owner),
            )


def operator_reasons(contact: Contact, users: Iterable[int]) -> Reasons:
    """Operators of the linked departments, oldest first. One query; none for a personal contact."""
    if contact.kind == Kind.PERSONAL:
        return
    departments = contact.links.filter(counts=True).values("department")
    operators = Operator.objects.filter(department__in=departments, user__in=users)
    for operator in operators.select_related("user", "department", "added_by").order_by("added_at", "pk"):
        role = rights.ADMIN_OPERATOR if operator.is_admin else rights.OPERATOR
        level = _level_by_role(contact.kind, is_admin=operator.is_admin).label
        yield (
            operator.user,
            Reason(role, level, operator.added_by, operator.added_at, department=operator.department),
        )


def _level_by_role(kind: str, *, is_admin: bool) -> grants.Level:
    """product.md §2b, row notes: as Admin, as Write; a shared contact is edited by its original owner only."""
    if kind == Kind.SHARED:
        return READ
    return ADMIN if is_admin else WRITE


def owner_reasons(contact: Contact, users: Iterable[int]) -> Reasons:
    """The original owner of a shared contact; nobody where he or she has left."""
    if contact.kind == Kind.SHARED and contact.owner and contact.owner_id in set(users):
        yield contact.owner, Reason(rights.ORIGINAL_OWNER, ADMIN.label, is_owner=True)


# One for each source: turns rows into reasons.
REASONS: list[Callable[[Contact, Iterable[int]], Reasons]] = [granted_reasons, operator_reasons, owner_reasons]


def seeing(contacts: list[Contact]) -> QuerySet:
    """Ids of the active people who can see at least one of these contacts, from the same sources. A subquery."""
    rows = [
        source.of(contact, role).order_by().values_list(source.user)
        for contact in contacts
        for source in sources.SOURCES
        for role in source.roles
        if role in rights.roles_for("view", contact.kind)
    ]
    return rows[0].union(*rows[1:]) if rows else User.objects.none().values_list("pk")


def holders(contact: Contact, *, only: User | None = None) -> list[Holder]:
    """Everyone who can see the contact and why, oldest grant first; from the same sources that decide.

    One query and one for each family of sources, whatever the number of people. `only` asks about one user.
    """
    parts = []
    for source in sources.SOURCES:
        rows = source.of(contact) if only is None else source.of(contact).filter(**{source.user: only.pk})
        rows = rows.annotate(holder=F(source.user))
        parts.append(source.masks(rows, "holder"))
    roles = sources.merged(parts[0].union(*parts[1:]))
    seen = [pk for pk, held in roles.items() if held & rights.roles_for("view", contact.kind)]
    users: dict[int, User] = {}
    reasons: dict[int, list[Reason]] = {}
    for describe in REASONS if seen else []:
        for user, reason in describe(contact, seen):
            users[user.pk] = user
            reasons.setdefault(user.pk, []).append(reason)
    return [
        Holder(user, frozenset(roles[pk]), tuple(sorted(reasons[pk], key=_rank, reverse=True)))
        for pk, user in users.items()
    ]
