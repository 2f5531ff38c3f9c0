"""The list of departments, and create, change and delete of one (product.md §8)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from contacts_project.accounts.once import once
from contacts_project.core.errors import Refused
from contacts_project.core.htmx import answer, go

from .. import policy
from ..forms import DepartmentForm, NewDepartmentForm
from ..models import Department
from ..pages import department_context
from ..rows import department_rows
from ..services import departments as services
from ..services.errors import DepartmentInUse, NameTaken, NotInAccount

FORM_PAGES = ("departments/department_form.html", "departments/_department_form.html")


@require_safe
def department_list(request: HttpRequest) -> HttpResponse:
    """All departments of the account: everybody in it sees them."""
    context = {
        "section": "departments",
        "rows": department_rows(request.user),
        "may_create": policy.allows(request.user, "create", None),
    }
    return answer(request, "departments/department_list.html", context=context)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def department_new(request: HttpRequest) -> HttpResponse:
    """A new department, with its first Admin Operator."""
    policy.require_creator(request.user)
    form = NewDepartmentForm(request.POST or None, actor=request.user)
    if request.method != "POST":
        return _form(request, form)
    department = _created(request, form) if form.is_valid() else None
    if department is None:
        return _form(request, form, status=422)
    messages.success(request, f"{department} created")
    return go(request, reverse("departments:department-operators", args=[department.pk]))


@require_safe
def department_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Leads operators to the contacts, everybody else to the operators."""
    department = policy.get_department(request.user, pk)
    works = policy.can(request.user, "work", department)
    return redirect("contacts:department-contacts" if works else "departments:department-operators", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def department_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, colour and description."""
    department = policy.get_department(request.user, pk)
    policy.require_manager(request.user, department)
    form = DepartmentForm(request.POST or None, instance=department, actor=request.user)
    if request.method != "POST":
        return _form(request, form, policy.get_department(request.user, pk))
    if not form.is_valid() or not _edited(request, form):
        return _form(request, form, policy.get_department(request.user, pk), status=422)
    messages.success(request, f"{form.cleaned_data['name']} saved")
    return go(request, reverse("departments:department-operators", args=[pk]))


@require_http_methods(["GET", "HEAD", "POST"])
def department_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks before it deletes; a department with contacts stays, and the page says what can be done."""
    department = policy.get_department(request.user, pk)
    policy.require(request.user, "delete", department)
    if request.method != "POST":
        refusal = str(DepartmentInUse(department)) if services.is_used(department) else ""
        context = department_context(request.user, department, "delete", refusal=refusal)
        return answer(request, "departments/department_delete.html", context=context)
    try:
        services.delete_department(request.user, department)
    except DepartmentInUse as error:
        way_out = (reverse("departments:department-edit", args=[pk]), "Change name and colour")
        raise Refused(str(error), way_out=way_out) from error
    messages.success(request, f"{department} deleted")
    return go(request, reverse("departments:department-list"))


def _created(request: HttpRequest, form: NewDepartmentForm) -> Department | None:
    try:
        return services.create_department(request.user, **form.cleaned_data)
    except NameTaken as error:
        form.add_error("name", str(error))
    except NotInAccount as error:
        form.add_error("admin", str(error))
    return None


def _edited(request: HttpRequest, form: DepartmentForm) -> bool:
    try:
        services.edit_department(request.user, form.instance, **form.cleaned_data)
    except NameTaken as error:
        form.add_error("name", str(error))
    return not form.errors


def _form(
    request: HttpRequest, form: DepartmentForm, department: Department | None = None, status: int = 200
) -> HttpResponse:
    """The form on its page; with a department inside that department's frame."""
    context = {"section": "departments", "form": form, "department": department}
    return answer(request, *FORM_PAGES, context=context, status=status)
