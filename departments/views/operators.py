"""Who operates a department: read by everybody of the account, changed by those who manage it (product.md §8)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, resolve_url
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from contacts_project.accounts.once import once
from contacts_project.core.errors import Refused
from contacts_project.core.htmx import answer, done, go

from .. import policy
from ..forms import ADMIN, OPERATOR, ROLES, OperatorForm, RoleForm
from ..models import Department, Operator
from ..pages import department_context
from ..rows import operator_rows
from ..services import operators as services
from ..services.errors import DepartmentError

PAGES = ("departments/department_operators.html", "departments/_department_operators.html")


@require_http_methods(["GET", "HEAD", "POST"])
@once
def department_operators(request: HttpRequest, pk: int) -> HttpResponse:
    """The operators; a POST {user, role} adds one."""
    department = policy.get_department(request.user, pk)
    if request.method != "POST":
        return _answer(request, department, edit=_edited(request))
    policy.require_manager(request.user, department)
    form = OperatorForm(request.POST, actor=request.user)
    operator, is_new = _added(request, department, form) if form.is_valid() else (None, False)
    if operator is None:
        return _answer(request, department, form=form, status=422)
    words = "now operates" if is_new else "already operates"
    messages.success(request, f"{operator.user} {words} {department} as {operator.role}")
    return _back(request, operator)


@require_POST
def operator_edit(request: HttpRequest, pk: int, user_pk: int) -> HttpResponse:
    """POST {role}: make an Admin Operator of a Department Operator, or the other way round."""
    department, operator = _operator(request, pk, user_pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _answer(request, department, edit=user_pk, edit_form=form, status=422)
    try:
        changed = services.set_role(request.user, operator, is_admin=form.is_admin, address=_site(request))
    except DepartmentError as error:
        form.add_error("role", str(error))
        return _answer(request, department, edit=user_pk, edit_form=form, status=422)
    role = dict(ROLES)[form.cleaned_data["role"]]
    messages.success(request, f"{operator.user} is {'now' if changed else 'already'} {role} of {department}")
    return _back(request, operator)


@require_POST
def operator_remove(request: HttpRequest, pk: int, user_pk: int) -> HttpResponse:
    """End somebody's work here; the message's Undo adds the person again, for those who still may."""
    department, operator = _operator(request, pk, user_pk)
    try:
        services.remove_operator(request.user, operator)
    except DepartmentError as error:
        way_out = (reverse("departments:department-operators", args=[pk]), "Operators")
        raise Refused(str(error), way_out=way_out) from error
    tags = _add_again(department, operator) if policy.can(request.user, "administer", department) else ""
    messages.success(request, f"{operator.user} no longer operates {department}", extra_tags=tags)
    return _back(request, operator)


def _back(request: HttpRequest, operator: Operator) -> HttpResponse:
    """To the tab; to the whole page where the viewer's own role has changed, and with it tabs and acts."""
    to = resolve_url("departments:department-operators", operator.department_id)
    return go(request, to) if operator.user_id == request.user.pk else done(request, to)


def _operator(request: HttpRequest, pk: int, user_pk: int) -> tuple[Department, Operator]:
    """A department that the viewer manages, and one of its operators; 404 or 403 otherwise."""
    department = policy.get_department(request.user, pk)
    policy.require_manager(request.user, department)
    rows = Operator.objects.select_related("department", "user")
    return department, get_object_or_404(rows, department=department, user=user_pk)


def _added(request: HttpRequest, department: Department, form: OperatorForm) -> tuple[Operator | None, bool]:
    try:
        return services.add_operator(
            request.user, department, form.cleaned_data["user"], is_admin=form.is_admin, address=_site(request)
        )
    except DepartmentError as error:
        form.add_error("user", str(error))
        return None, False


def _answer(
    request: HttpRequest,
    department: Department,
    *,
    form: OperatorForm | None = None,
    edit: int | None = None,
    edit_form: RoleForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The tab with whatever form has errors."""
    context: dict[str, Any] = department_context(
        request.user,
        department,
        "operators",
        rows=operator_rows(department),
        form=form or OperatorForm(actor=request.user),
        edit=edit,
        edit_form=edit_form,
    )
    return answer(request, *PAGES, context=context, status=status)


def _edited(request: HttpRequest) -> int | None:
    """Whose role the page opens for a change: `?edit=<user id>`; anything else is ignored."""
    value = request.GET.get("edit", "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) <= 18 else None


def _add_again(department: Department, operator: Operator) -> str:
    """What the toast's Undo posts."""
    fields = urlencode({"user": operator.user_id, "role": ADMIN if operator.is_admin else OPERATOR})
    return f"undo-by:{reverse('departments:department-operators', args=[department.pk])}?{fields}"


def _site(request: HttpRequest) -> str:
    return request.build_absolute_uri("/")
