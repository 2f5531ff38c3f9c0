"""Rows of the pages: departments with the people who operate them, and operators with what can be changed."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch

from contacts_project.accounts.models import User

from . import policy
from .models import Department, Operator


@dataclass(frozen=True)
class DepartmentRow:
    """A department, its Admin Operators' names, how many operate it in all, and the viewer's role ("" if none)."""

    department: Department
    admins: list[str]
    total: int
    role: str


@dataclass(frozen=True)
class OperatorRow:
    """An operator; `is_last` where a change would leave the department without an Admin Operator."""

    operator: Operator
    is_last: bool


def department_rows(user: User) -> list[DepartmentRow]:
    """All departments that `user` sees, by name. Two queries."""
    people = Operator.objects.select_related("user").order_by("-is_admin", "user__name", "pk")
    found = policy.visible_to(user).prefetch_related(Prefetch("operators", people, to_attr="people"))
    return [_department_row(department, user) for department in found]


def operator_rows(department: Department) -> list[OperatorRow]:
    """The operators, Admin Operators first, then by name. One query."""
    rows = Operator.objects.filter(department=department).select_related("user", "added_by")
    found = list(rows.order_by("-is_admin", "user__name", "pk"))
    leaders = [row for row in found if row.is_admin and row.user.is_active]
    return [OperatorRow(row, is_last=[row] == leaders) for row in found]


def _department_row(department: Department, user: User) -> DepartmentRow:
    people: list[Operator] = department.people  # type: ignore[attr-defined]
    return DepartmentRow(
        department,
        [row.user.get_full_name() for row in people if row.is_admin and row.user.is_active],
        len(people),
        next((row.role for row in people if row.user_id == user.pk), ""),
    )
