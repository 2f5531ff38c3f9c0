"""The ways out beside a refusal: ask for a block, suggest a change (product.md §2d)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from contacts import policy
from contacts.forms.asking import AskBlockForm, SuggestForms
from contacts.forms.blocks import REASONS
from contacts.jobs import send_access_request
from contacts.models import AccessRequest, Contact
from contacts.services import asking, suggesting
from contacts.services.access_requests import MOST_A_DAY, TooMany
from contacts.services.editing import Invalid
from contacts_project.core.errors import error_page
from contacts_project.core.htmx import answer, done

BLOCK_PAGES = ("contacts/contact_ask_block.html", "contacts/_contact_ask_block.html")
SUGGEST_PAGES = ("contacts/contact_suggest.html", "contacts/_contact_suggest.html")


@require_http_methods(["GET", "HEAD", "POST"])
def contact_ask_block(request: HttpRequest, pk: int) -> HttpResponse:
    """The form that asks an Admin Operator to block; POST {reason}."""
    contact = policy.get_for(request.user, "ask_block", pk)
    if policy.can(request.user, "block", contact) and request.method == "POST":
        messages.info(request, "You can block here yourself")
        return done(request, reverse("contacts:contact-block", args=[pk]))
    form = AskBlockForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _ask_block(request, contact, form)
    if not form.is_valid():
        return _ask_block(request, contact, form, status=422)
    if not asking.unblocked_of(request.user, contact):
        messages.info(request, f"{contact.name or 'This contact'} is blocked there already")
        return done(request, _record(contact))
    return _sent(request, contact, lambda mail: asking.ask_block(request.user, contact, **form.cleaned_data, mail=mail))


def _ask_block(request: HttpRequest, contact: Contact, form: AskBlockForm, status: int = 200) -> HttpResponse:
    departments = asking.departments_asked(request.user, contact)
    context = {
        "section": "contacts",
        "contact": contact,
        "form": form,
        "departments": departments,
        "people": asking.answerers(departments, request.user),
        "reasons": REASONS,
        "may_block": policy.can(request.user, "block", contact),
    }
    return answer(request, *BLOCK_PAGES, context=context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def contact_suggest(request: HttpRequest, pk: int) -> HttpResponse:
    """The form that suggests a change to the original owner; POST as the edit form, with {message}."""
    contact = policy.get_visible(request.user, pk)
    suggesting.require_suggest(request.user, contact)
    forms = SuggestForms(contact, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _suggest(request, contact, forms)
    if not forms.is_valid():
        return _suggest(request, contact, forms, status=422)
    message = forms.message.cleaned_data["message"]
    try:
        return _sent(
            request,
            contact,
            lambda mail: suggesting.suggest(request.user, contact, forms.changes(), message=message, mail=mail),
        )
    except Invalid as error:
        forms.refuse(error)
        return _suggest(request, contact, forms, status=422)


def _suggest(request: HttpRequest, contact: Contact, forms: SuggestForms, status: int = 200) -> HttpResponse:
    context = {"section": "contacts", "contact": contact, "forms": forms}
    return answer(request, *SUGGEST_PAGES, context=context, status=status)


def _sent(request: HttpRequest, contact: Contact, ask: Callable[[Any], AccessRequest]) -> HttpResponse:
    address = request.build_absolute_uri("/")
    try:
        asked = ask(lambda one: send_access_request.defer(request_id=one.pk, address=address))
    except TooMany:
        words = f"You have asked for {MOST_A_DAY} things in a day. Ask for the next one tomorrow."
        return error_page(request, 429, title="Too many requests for one day", text=words)
    whom = contact.owner if asked.purpose == AccessRequest.Purpose.SUGGESTION else "The Admin Operators"
    messages.success(
        request,
        f"Sent. {whom} can answer until {asked.expires_at:%-d %B}",
        extra_tags=f"link:{reverse('contacts:access-requests')}?v=mine|See it",
    )
    return done(request, _record(contact))


def _record(contact: Contact) -> str:
    return reverse("contacts:contact-overview", args=[contact.pk])
