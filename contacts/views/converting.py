"""Convert a shared contact, hand a personal one over to a department (product.md §8)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from contacts import policy
from contacts.conversions import beside, changes_by_giving, changes_by_keeping, readers_of_notes
from contacts.forms.converting import ConvertForm
from contacts.models import Contact, Kind
from contacts.services import converting, reverting
from contacts.services.outcomes import REFUSED, Outcome
from contacts_project.accounts.models import User
from contacts_project.core.errors import Refused
from contacts_project.core.htmx import answer, go
from departments.models import Department
from departments.policy import visible_to as visible_departments

from .actions import safe_next
from .collaborators import only

LIST = "contacts:contact-list"


@require_http_methods(["GET", "HEAD", "POST"])
def contact_convert(request: HttpRequest, pk: int) -> HttpResponse:
    """/contacts/<id>/convert/: GET shows what it changes; POST {to, existing, department} does it, with Undo."""
    contact = policy.get_visible(request.user, pk)
    actions = policy.allowed_actions(request.user, contact)
    if not actions & {"give", "keep"}:
        policy.require(request.user, "give", contact)
    if request.method != "POST":
        return _page(request, contact, actions)
    form = ConvertForm(request.POST, user=request.user, personal=contact.kind == Kind.PERSONAL)
    if not form.is_valid():
        return _page(request, contact, actions, form, status=422)
    to_department = form.cleaned_data["to"] == "department"
    policy.get_for(request.user, "give" if to_department else "keep", pk)
    if to_department:
        outcome = only(converting.give(request.user, [pk], **form.arguments()))
    else:
        outcome = only(converting.keep(request.user, [pk]))
    if outcome.status == REFUSED:
        raise Refused(outcome.reason)
    return _done(request, contact, outcome)


def _done(request: HttpRequest, contact: Contact, outcome: Outcome) -> HttpResponse:
    token = reverting.remember_conversion(request.user, outcome)
    joined = outcome.before.get("joined")
    shown = policy.visible_to(request.user).filter(pk=joined["kept"] if joined else contact.pk).first()
    messages.success(request, _said(contact, shown, outcome), extra_tags=f"undo:{token}")
    record = reverse("contacts:contact-overview", args=[shown.pk]) if shown else reverse(LIST)
    return go(request, safe_next(request, record))


def _said(contact: Contact, shown: Contact | None, outcome: Outcome) -> str:
    """ "Gwendolyn Pryce given to Sales", "… joined into …", "… is yours, as a personal contact"."""
    name = contact.name or "Contact"
    if outcome.before.get("kept"):
        return f"{name} is yours, as a personal contact"
    if outcome.before.get("joined"):
        return f"{name} joined into {shown.name or 'the Department Contact'}" if shown else f"{name} joined"
    names = Department.objects.filter(pk__in=outcome.before["departments"]).order_by("name")
    given = "handed over" if contact.kind == Kind.PERSONAL else "given"
    return f"{name} {given} to {' and '.join(names.values_list('name', flat=True))}"


def _page(
    request: HttpRequest, contact: Contact, actions: set[str], form: ConvertForm | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "contact": contact,
        "form": form,
        "section": "contacts",
        "next": safe_next(request, ""),
        "contact_url": reverse("contacts:contact-overview", args=[contact.pk]),
    }
    if contact.kind == Kind.PERSONAL:
        context |= _handing_over(request.user, contact, request.GET.get("department", ""))
        page = ("contacts/contact_hand_over.html", "contacts/_hand_over.html")
        return answer(request, *page, context=context, status=status)
    if "keep" in actions and (request.GET.get("to") == "personal" or "give" not in actions):
        context |= {"changes": changes_by_keeping(request.user, contact)}
        context |= {"notes": readers_of_notes(request.user, contact), "actions": actions}
        return answer(request, "contacts/contact_keep.html", context=context, status=status)
    links = contact.links.filter(ended_at__isnull=True).select_related("department").order_by("linked_at", "pk")
    departments = [link.department for link in links]
    context |= {
        "departments": departments,
        "changes": changes_by_giving(request.user, [contact], departments),
        "beside": beside(request.user, contact),
        "actions": actions,
    }
    return answer(request, "contacts/contact_convert.html", context=context, status=status)


def _handing_over(user: User, contact: Contact, chosen: str) -> dict[str, Any]:
    """The departments to choose from, the chosen one (the first unless said), and what changes with it."""
    departments = list(visible_departments(user))
    department = next((one for one in departments if str(one.pk) == chosen), departments[0] if departments else None)
    context: dict[str, Any] = {"departments": departments, "department": department}
    if department:
        context["changes"] = changes_by_giving(user, [contact], [department])
        context["beside"] = beside(user, contact, department.pk)
    return context
