"""Access sources: the tables whose rows give users roles on contacts (design/datalayer.md §2).

Three of them: collaborator grants, links of departments that the user operates, and being the original owner of a
shared contact. Each can be asked from both sides (the rows of a user, the rows of a contact) and streamed in order.
A later kind of access adds a source here and its role to the tables of `rights`, nothing else.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Case, F, Q, QuerySet, Value, When

from contacts_project.accounts import grants
from contacts_project.accounts.models import User
from contacts_project.accounts.somebody import SOME_IDS, STAND_INS, answers
from contacts_project.core.written import A_DAY, A_USER, Column, Fixed, Text, Written, exists, once, write
from departments.models import Operator

from . import rights
from .models import Contact, ContactUserObjectPermission, DepartmentLink, Kind

Condition = Callable[[], Q]
OPERATOR_PATH = "department__operators"


@dataclass(frozen=True)
class Source:
    """Rows that give users roles on contacts.

    `contact` names the column of `model` with the contact's id, `user` the path to the user. `where(today)` is true of
    every row that counts; `roles` says which role a row gives, and under which further condition.
    """

    model: type[models.Model]
    contact: str
    user: str
    where: Callable[[datetime.date], Q]
    roles: dict[str, Condition]

    def rows(self, user: User, role: str | None = None) -> QuerySet:
        """This user's rows, those that give `role`, or all. Ended ones are left out."""
        return self.rows_of(user.pk, today(user), role)

    def rows_of(self, user_id: int, day: datetime.date, role: str | None = None) -> QuerySet:
        """The same by the user's id and the date; one filter(), because a second would join the operators anew."""
        return self.model._default_manager.filter(self.where(day) & self._condition(role), **{self.user: user_id})

    def of(self, contact: Contact, role: str | None = None) -> QuerySet:
        """The rows of one contact, of active users only."""
        active = {self.contact: contact.pk, f"{self.user}__is_active": True}
        return self.model._default_manager.filter(self.where(contact.account.today()) & self._condition(role), **active)

    def _condition(self, role: str | None) -> Q:
        return self.roles[role]() if role else Q()

    def masks(self, rows: QuerySet, key: str) -> QuerySet:
        """(`key`, bits of ROLES) of these rows, for a union."""
        bits: Any = Value(0)
        for role, condition in self.roles.items():
            bit = Value(1 << ROLES.index(role))
            bits = bits + (Case(When(condition(), then=bit), default=Value(0)) if condition() else bit)
        return rows.order_by().annotate(role_bits=bits).values_list(key, "role_bits")


def today(user: User) -> datetime.date:
    """The date by which grants end: the account's."""
    assert user.account is not None
    return user.account.today()


def _level(level: str, **more: bool) -> Condition:
    return lambda: Q(permission=grants.permission_id(Contact, level), **more)


GRANTS = Source(
    ContactUserObjectPermission,
    "content_object_id",
    "user_id",
    grants.current,
    {
        rights.READ: _level(rights.READ),
        rights.WRITE: _level(rights.WRITE),
        rights.ADMIN: _level(rights.ADMIN),
        rights.OWNER: _level(rights.ADMIN, is_owner=True),
    },
)
LINKS = Source(
    DepartmentLink,
    "contact_id",
    f"{OPERATOR_PATH}__user",
    lambda _: Q(counts=True),
    {
        rights.OPERATOR: Q,
        rights.ADMIN_OPERATOR: lambda: Q(**{f"{OPERATOR_PATH}__is_admin": True}),
        rights.ORPHAN_KEEPER: lambda: Q(
            **{f"{OPERATOR_PATH}__is_admin": True}, contact__kind=Kind.SHARED, contact__owner__is_active=False
        ),
    },
)
ORIGINAL_OWNERS = Source(Contact, "pk", "owner", lambda _: Q(kind=Kind.SHARED), {rights.ORIGINAL_OWNER: Q})

SOURCES = (GRANTS, LINKS, ORIGINAL_OWNERS)
ROLES: list[str] = [role for source in SOURCES for role in source.roles]
Grounds = tuple[tuple[str, tuple[str, ...]], ...]


def roles_of(mask: int) -> frozenset[str]:
    return frozenset(role for bit, role in enumerate(ROLES) if mask >> bit & 1)


def merged(rows: Iterable[tuple[int, int]]) -> dict[int, set[str]]:
    """(key, bits) of several sources -> the roles of each key."""
    found: dict[int, set[str]] = {}
    for key, mask in rows:
        found.setdefault(key, set()).update(roles_of(mask))
    return found


A_CONTACT = -(2**51)  # stands for the contact that is asked about while a query is written


def allowed_by(user: User, grounds: Grounds) -> Written:
    """True of contacts (rows of their table) on which `user` holds one of these roles, written once for each process.

    `grounds`: (role, kinds of contacts), any of which suffices; at least one.
    """
    return Written(_rule(grounds), {"pk": "pk", "kind": "kind"}, {"user": user.pk, "day": today(user)})


@once
def _rule(grounds: Grounds) -> Text:
    pieces: list[Any] = []
    for role, kinds in grounds:
        source = next(source for source in SOURCES if role in source.roles)
        rows = source.rows_of(A_USER, A_DAY, role).filter(**{source.contact: A_CONTACT})
        pieces += [" OR " if pieces else "(", "(", Column("kind"), " = ANY(", Fixed([str(kind) for kind in kinds]), ")"]
        pieces += [" AND EXISTS(", exists(rows), "))"]
    return write(*pieces, ")", stand_ins=[*STAND_INS, (A_CONTACT, Column("pk"))])


def roles_held(user: User, ids: list[int]) -> dict[int, set[str]]:
    """Contact id -> the roles of `user` on it, contacts without any left out. One query, compiled once.

    Every page asks it, and the ORM takes three times as long to write it as the database to answer.
    """
    return merged(answers(_roles_query(), user, ids=ids))


@once
def _roles_query() -> Text:
    first, *others = (
        source.masks(source.rows_of(A_USER, A_DAY).filter(**{f"{source.contact}__any_of": SOME_IDS}), source.contact)
        for source in SOURCES
    )
    return write(first.union(*others), stand_ins=STAND_INS)


@dataclass(frozen=True)
class Lanes:
    """Which streams a user has beside the grants: operated departments, and whether he or she is an original owner."""

    departments: tuple[int, ...] = ()
    owns_shared: bool = False


def lanes_of(user: User) -> Lanes:
    """One query: most people operate few departments, and almost nobody is an original owner."""
    operated = Operator.objects.filter(user=user).order_by().values_list("department_id")
    shared = Contact.objects.filter(owner=user, kind=Kind.SHARED).order_by().annotate(none=Value(0))
    ids = [pk for (pk,) in operated.union(shared.values_list("none")[:1], all=True)]
    return Lanes(tuple(sorted(pk for pk in ids if pk)), 0 in ids)


def ranges(
    user: User, lanes: Lanes, *, own: bool | None = None, department: int | None = None, kinds: Collection[str] = ()
) -> list[QuerySet]:
    """(key, …) rows of everything `user` sees, in parts of one index range each; `key` is the contact's id.

    A contact stands in a part once, and may stand in several. `own`: True only what the user owns, False only what
    others have shared with him or her. `department`: only what its links give; it must be one of `lanes`. `kinds`: what
    is wanted, so that parts without such contacts are left out; empty means all.
    """
    may_be_linked = not kinds or bool(set(kinds) - {Kind.PERSONAL})
    if department is not None:
        return [_lane(department)] if department in lanes.departments and own is None and may_be_linked else []
    granted = GRANTS.rows(user, rights.READ)
    if own is not None:
        granted = granted.filter(is_owner=own)
    parts = [_keyed(granted, GRANTS.contact)]
    if own is None and may_be_linked:
        parts += [_lane(pk) for pk in lanes.departments]
    if own is not False and lanes.owns_shared and (not kinds or Kind.SHARED in kinds):
        parts.append(_keyed(ORIGINAL_OWNERS.rows(user), "pk"))
    return parts


def _lane(department: int) -> QuerySet:
    """One department's links, without asking again who operates it."""
    return _keyed(DepartmentLink.objects.filter(LINKS.where(datetime.date.min), department=department), LINKS.contact)


def _keyed(rows: QuerySet, contact: str) -> QuerySet:
    return rows.annotate(key=F(contact))
