"""Make somebody else owner, and leave a contact (product.md §2a, Owner)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.views.decorators.http import require_POST

from contacts import policy
from contacts.forms.sharing import OwnerForm
from contacts.services import ownership
from contacts.services.outcomes import DONE
from contacts_project.core.errors import Refused
from contacts_project.core.htmx import done, go

from .collaborators import collaborators_answer, only


@require_POST
def contact_leave(request: HttpRequest, pk: int) -> HttpResponse:
    contact = policy.get_for(request.user, "leave", pk)
    ownership.leave(request.user, pk)
    messages.success(request, f"You have left {contact.name or 'the contact'}")
    return go(request, "contacts:contact-list")


@require_POST
def contact_owner(request: HttpRequest, pk: int) -> HttpResponse:
    contact = policy.get_for(request.user, "change_owner", pk)
    form = OwnerForm(request.POST, actor=request.user)
    if not form.is_valid():
        return collaborators_answer(request, contact, owner_form=form, status=422)
    user = form.cleaned_data["user"]
    outcome = only(ownership.change_owner(request.user, [pk], user))
    if outcome.reason:
        raise Refused(outcome.reason)
    undo = f"undo:{ownership.remember_change(request.user, outcome, user)}" if outcome.status == DONE else ""
    messages.success(request, f"{user} owns this contact", extra_tags=undo)
    return done(request, resolve_url("contacts:contact-collaborators", pk))
