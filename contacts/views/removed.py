"""What a department has removed, and how it comes back (product.md §2b): for its Admin Operators."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from contacts import policy, removed
from contacts.models import DepartmentLink
from contacts.services import archiving
from contacts.services.outcomes import DONE
from contacts_project.core.htmx import answer, done
from departments.pages import department_context
from departments.policy import get_department, require_admin_operator

PAGE = "contacts:department-removed"


@require_safe
def department_removed(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /departments/<id>/removed/: the links that ended, the latest first, each with Restore."""
    department = get_department(request.user, pk)
    require_admin_operator(request.user, department)
    links, after = removed.page_of(department, request.GET.get("after", ""))
    context = department_context(request.user, department, "removed", links=links, next=after)
    return answer(request, "contacts/department_removed.html", "contacts/_department_removed.html", context=context)


@require_POST
def removed_restore(request: HttpRequest, pk: int, link_pk: int) -> HttpResponse:
    """POST /departments/<id>/removed/<link>/restore/: this department works the contact again."""
    department = get_department(request.user, pk)
    require_admin_operator(request.user, department)
    link = get_object_or_404(DepartmentLink.objects.select_related("contact"), pk=link_pk, department=department)
    outcomes = archiving.restore(request.user, [link.pk])
    if not outcomes:
        raise Http404
    if outcomes[0].status == DONE:
        contact = policy.get_visible(request.user, link.contact_id)
        address = reverse("contacts:contact-overview", args=[contact.pk])
        words = f"{contact.name or 'Contact'} is back in {department.name}"
        messages.success(request, words, extra_tags=f"link:{address}|Open it")
    return done(request, reverse(PAGE, args=[department.pk]))
