"""Who may do what with a department: the only place where access to departments is decided (product.md §8).

Contacts of a department are `contacts.policy`'s. `RIGHTS` is the table, everything else derives from it. The account
administrators' flag opens no contact: it manages operators, and creates and deletes departments.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from contacts_project.accounts.models import User
from contacts_project.accounts.policy import administrators_of, is_account_admin
from contacts_project.core.errors import Refused

from .models import Department, Operator

MEMBER = "member"  # everybody of the account
OPERATOR, ADMIN_OPERATOR = "operator", "admin operator"
ACCOUNT_ADMIN = "account administrator"

RIGHTS: dict[str, frozenset[str]] = {
    "view": frozenset({MEMBER}),  # names, colours, operators and privileges
    "work": frozenset({OPERATOR, ADMIN_OPERATOR}),  # contacts, unnamed, blocks, activity
    "lead": frozenset({ADMIN_OPERATOR}),  # what the chart gives to Admin Operators only; removed, clean-up
    "administer": frozenset({ADMIN_OPERATOR, ACCOUNT_ADMIN}),  # operators, name and colour
    "create": frozenset({ACCOUNT_ADMIN}),
    "delete": frozenset({ACCOUNT_ADMIN}),
}
RULES: dict[str, str] = {
    "work": "Only operators of {department} open this",
    "lead": "Only Admin Operators of {department} do this",
    "administer": "Only Admin Operators of {department} and account administrators manage it",
    "create": "Only account administrators create departments",
    "delete": "Only account administrators delete departments",
}


def visible_to(user: Any) -> QuerySet[Department]:
    """All departments of the user's account, by name; none for visitors, the deactivated and platform staff."""
    if not (user.is_authenticated and user.is_active and user.account_id):
        return Department.objects.none()
    return Department.objects.filter(account=user.account_id).order_by("name", "pk")


def operated_by(user: Any) -> QuerySet[Department]:
    """Those departments in which the user has a role, by name; none for visitors and platform staff."""
    mine = Operator.objects.filter(user=user.pk, department=OuterRef("pk"))
    return visible_to(user).filter(Exists(mine))


def get_department(user: User, pk: int) -> Department:
    """The department, or Http404 for one of another account exactly as for one that does not exist. One query."""
    return get_object_or_404(visible_to(user), pk=pk)


def role_in(user: User, department: Department) -> str | None:
    """The user's role there: None, "operator" or "admin operator". One query; no role reaches across accounts."""
    if not user.is_active or user.account_id != department.account_id:
        return None
    is_admin = Operator.objects.filter(department=department, user=user).values_list("is_admin", flat=True).first()
    return None if is_admin is None else ADMIN_OPERATOR if is_admin else OPERATOR


def roles_in(user: User) -> dict[int, str]:
    """Department id -> the user's role, for all that he or she operates. One query."""
    rows = Operator.objects.filter(user=user, user__is_active=True).values_list("department", "is_admin")
    return {pk: ADMIN_OPERATOR if is_admin else OPERATOR for pk, is_admin in rows}


def led_by(user: User) -> QuerySet[Operator, Any]:
    """Ids of the departments in which `user` is an Admin Operator; a subquery, or one query when read."""
    return Operator.objects.filter(user=user, is_admin=True).order_by().values_list("department", flat=True)


def allows(user: User, action: str, role: str | None) -> bool:
    """Whether `action` of RIGHTS is allowed to a member of the account with this role in the department. No query."""
    held = {MEMBER, role} | ({ACCOUNT_ADMIN} if is_account_admin(user) else set())
    return bool(RIGHTS[action] & held)


def can(user: User, action: str, department: Department) -> bool:
    """Whether `user` may do `action` (a key of RIGHTS) with this department. One query."""
    return user.account_id == department.account_id and allows(user, action, role_in(user, department))


def require(user: User, action: str, department: Department) -> None:
    """Raise Http404 across accounts, Refused with the rule and whom to ask unless allowed. 1 or 2 queries."""
    if user.account_id != department.account_id:
        raise Http404
    if not can(user, action, department):
        asked = administrators_of(user) if action == "delete" else admin_operators(department)
        raise Refused(RULES[action].format(department=department.name), who=names(asked))


def require_operator(user: User, department: Department) -> None:
    """Refused unless `user` operates the department, in either role. One or two queries."""
    require(user, "work", department)


def require_admin_operator(user: User, department: Department) -> None:
    """Refused unless `user` is an Admin Operator there; account administrators are not. One or two queries."""
    require(user, "lead", department)


def require_manager(user: User, department: Department) -> None:
    """Refused unless `user` may manage operators, name and colour: Admin Operators and account administrators."""
    require(user, "administer", department)


def require_creator(user: User) -> None:
    """Refused unless `user` may create departments. One query where refused."""
    if not allows(user, "create", None):
        raise Refused(RULES["create"], who=names(administrators_of(user)))


def admin_operators(department: Department) -> QuerySet[User]:
    """The active Admin Operators, by name: whom to ask."""
    rows = Operator.objects.filter(department=department, is_admin=True)
    return User.objects.filter(pk__in=rows.values("user"), is_active=True).order_by("name", "pk")


def names(people: Iterable[User]) -> list[str]:
    return [person.get_full_name() for person in people]
