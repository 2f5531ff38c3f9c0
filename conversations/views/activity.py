"""A department's recent activity, for its operators (product.md §8)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from contacts_project.core.htmx import answer
from conversations.activity import activity_of
from departments import policy as department_policy
from departments.pages import department_context


@require_safe
def department_activity(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /departments/<id>/activity/ ?after="""
    department = department_policy.get_department(request.user, pk)
    department_policy.require_operator(request.user, department)
    after = request.GET.get("after", "")
    context = department_context(request.user, department, "activity", is_part=after)
    leads = context["role"] == department_policy.ADMIN_OPERATOR
    context["activity"] = activity_of(request.user, department, leads=leads, after=after)
    pages = ("conversations/department_activity.html", "conversations/_department_activity.html")
    return answer(request, *pages, context=context)
