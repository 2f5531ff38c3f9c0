"""What is done to one contact by one click. Each is a POST that leads back, with Undo in its message."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from contacts import policy
from contacts.services import archiving, undoing
from contacts.services.outcomes import DONE, REFUSED
from contacts_project.core.htmx import done


@require_POST
def contact_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /contacts/<id>/archive/"""
    return _switch(request, pk, "archive")


@require_POST
def contact_unarchive(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /contacts/<id>/unarchive/"""
    return _switch(request, pk, "unarchive")


def _switch(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Doing it twice changes nothing and says nothing."""
    contact = policy.get_visible(request.user, pk)
    outcome = getattr(archiving, action)(request.user, [contact.pk])[0]
    if outcome.status == REFUSED:
        policy.require(request.user, action, contact)
    if outcome.status == DONE:
        token = undoing.remember(request.user, action, contact=contact.pk)
        messages.success(request, f"{contact.name or 'Contact'} {action}d", extra_tags=f"undo:{token}")
    return done(request, safe_next(request, reverse("contacts:contact-overview", args=[contact.pk])))


def safe_next(request: HttpRequest, otherwise: str) -> str:
    """The page of contacts that the form names in `next`, else the address `otherwise`."""
    address = request.POST.get("next", "")
    if not address.startswith("/contacts/") or not url_has_allowed_host_and_scheme(address, {request.get_host()}):
        return otherwise
    try:
        resolve(address.partition("?")[0].partition("#")[0])
    except Resolver404:
        return otherwise
    return address
