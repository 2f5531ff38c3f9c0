"""What departments tell people of: that they became operators, and who has made himself or herself one (product.md §8).

Names of departments and their operators are open to the whole account.
"""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse

from contacts_project.accounts import notices
from contacts_project.accounts.models import Notice, User
from contacts_project.accounts.notices import Kind, Line

from .models import Department, Operator
from .policy import visible_to


def add() -> None:
    """Register the kinds; both are about a department."""
    notices.register(operator=Kind(_operated, _operator_lines), own_naming=Kind(_of_account, _naming_lines))


def _operated(user: User, ids: list[int]) -> QuerySet:
    """Told as long as one operates it."""
    return Operator.objects.filter(user=user, department__in=ids).values_list("department")


def _of_account(user: User, ids: list[int]) -> QuerySet:
    """Also to somebody whom the newcomer has removed since: that is why it is told."""
    return visible_to(user).filter(pk__in=ids).values_list("pk")


def _operator_lines(user: User, told: list[Notice]) -> dict[int, Line]:
    rows = Operator.objects.filter(user=user, department__in=[one.about for one in told]).select_related("department")
    mine = {row.department_id: row for row in rows}
    return {
        one.pk: _line("made you" if one.actor else "You became", mine[one.about].department, _role(mine[one.about]))
        for one in told
        if one.about in mine
    }


def _naming_lines(user: User, told: list[Notice]) -> dict[int, Line]:
    """What he or she is there now; a role that has ended is not named."""
    departments = visible_to(user).in_bulk([one.about for one in told])
    rows = Operator.objects.filter(department__in=departments, user__in=[one.actor_id for one in told if one.actor_id])
    roles = {(row.department_id, row.user_id): _role(row) for row in rows}
    return {
        one.pk: _line(
            "named themselves" if one.actor else "An account administrator named themselves",
            departments[one.about],
            roles.get((one.about, one.actor_id or 0), "an operator"),
        )
        for one in told
        if one.about in departments
    }


def _role(operator: Operator) -> str:
    return f"{'an' if operator.is_admin else 'a'} {operator.role}"


def _line(verb: str, department: Department, role: str) -> Line:
    address = reverse("departments:department-operators", args=[department.pk])
    return Line(f"{verb} {role} of", department.name, "", address)
