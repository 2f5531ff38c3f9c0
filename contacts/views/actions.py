"""What is done to one contact by one click. Each is a POST that leads back, with Undo in its message."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from contacts import policy
from contacts.models import Contact, Kind
from contacts.services import archiving, undoing
from contacts.services.outcomes import DONE, REFUSED, Outcome
from contacts_project.core.errors import Refused
from contacts_project.core.htmx import answer, done, go

from .collaborators import only

OURS = ("/contacts/", "/departments/", "/lists/")


@require_POST
def contact_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /contacts/<id>/archive/ {department}: archive, or remove from one department of several."""
    contact = policy.get_visible(request.user, pk)
    department = request.POST.get("department", "")
    chosen = int(department) if department.isdecimal() and len(department) <= 18 else None
    outcome = only(archiving.archive(request.user, [contact.pk], department=chosen))
    if outcome.reason == archiving.WHICH:
        context = {"contact": contact, "links": archiving.removable_from(request.user, contact), "section": "contacts"}
        return answer(request, "contacts/contact_remove.html", context=context, status=422)
    return _done(request, contact, outcome, "archive")


@require_POST
def contact_unarchive(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /contacts/<id>/unarchive/"""
    contact = policy.get_visible(request.user, pk)
    return _done(request, contact, only(archiving.unarchive(request.user, [contact.pk])), "unarchive")


def _done(request: HttpRequest, contact: Contact, outcome: Outcome, action: str) -> HttpResponse:
    """Doing it twice changes nothing and says nothing."""
    if outcome.status == REFUSED:
        policy.require(request.user, action, contact)
        raise Refused(outcome.reason, who=policy.whom_to_ask(contact))
    text = f"{contact.name or 'Contact'} {action}d"
    removed_from = outcome.before["department"] if action == "archive" and outcome.before else None
    if removed_from and not outcome.before["archived"]:
        text = _removed(contact, removed_from)
    if outcome.status == DONE:
        token = undoing.remember(request.user, action, contact=contact.pk, before=outcome.before)
        messages.success(request, text, extra_tags=f"undo:{token}")
    return _back(request, contact, removed_from)


def _removed(contact: Contact, department: int) -> str:
    """ "Removed from Sales. Support keeps it": the other tags are known to whoever saw the record."""
    name = contact.links.values_list("department__name", flat=True).get(department=department)
    keepers = archiving.kept_by(contact)
    kept = f"{keepers[0]} keeps it" if len(keepers) == 1 else f"{len(keepers)} other departments keep it"
    return f"Removed from {name}. {kept}"


def _back(request: HttpRequest, contact: Contact, removed_from: int | None) -> HttpResponse:
    """To `next`, else the record; what is gone for the actor leads to the department's contacts instead."""
    record = reverse("contacts:contact-overview", args=[contact.pk])
    to = safe_next(request, record)
    is_gone = contact.kind == Kind.DEPARTMENT and not policy.can(request.user, "view", contact)
    if is_gone and to.startswith(record):
        to = reverse("contacts:department-contacts", args=[removed_from]) if removed_from else reverse(LIST)
        return go(request, to)
    return done(request, to)


LIST = "contacts:contact-list"


def safe_next(request: HttpRequest, otherwise: str) -> str:
    """The page of contacts or departments that `next` of the form or address names, else the address `otherwise`."""
    address = request.POST.get("next") or request.GET.get("next", "")
    if not address.startswith(OURS) or not url_has_allowed_host_and_scheme(address, {request.get_host()}):
        return otherwise
    try:
        resolve(address.partition("?")[0].partition("#")[0])
    except Resolver404:
        return otherwise
    return address
