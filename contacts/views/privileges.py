"""The privileges chart on a department's page, open to every account user (product.md §8; seed S2)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from contacts import privileges, rights
from contacts_project.core.htmx import answer
from departments.pages import department_context
from departments.policy import get_department


@require_safe
def department_privileges(request: HttpRequest, pk: int) -> HttpResponse:
    """Who may do what with the department's contacts, drawn from the tables that enforce it."""
    department = get_department(request.user, pk)
    mine = privileges.columns_of(request.user, department)
    context = department_context(
        request.user,
        department,
        "privileges",
        groups=privileges.groups(),
        headings=privileges.headings(mine),
        chart=privileges.chart(mine),
        is_original_owner=any(column.role == rights.ORIGINAL_OWNER for column in mine),
    )
    return answer(request, "departments/department_privileges.html", context=context)
