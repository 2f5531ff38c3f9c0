"""The Collaborators tab, for people with Admin access: add, change, remove, filter (product.md §2a; seed S1)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts import policy
from contacts.collaborators import collaborator_page, line_of
from contacts.forms.sharing import AccessForm, CollaboratorFilter, CollaboratorForm, OwnerForm
from contacts.models import Contact
from contacts.record import record_context
from contacts.services.outcomes import ALREADY, Outcome
from contacts.services.sharing import remember_removal, remove_access, set_access
from contacts_project.accounts.colleagues import like
from contacts_project.accounts.models import User
from contacts_project.accounts.once import once
from contacts_project.core.errors import Refused
from contacts_project.core.htmx import answer, done, go

PAGES = ("contacts/contact_collaborators.html", "contacts/_contact_collaborators.html")
MOST_OPTIONS = 8


@require_http_methods(["GET", "HEAD", "POST"])
@once
def contact_collaborators(request: HttpRequest, pk: int) -> HttpResponse:
    if request.method != "POST":
        contact = policy.get_for(request.user, "revoke", pk)
        return collaborators_answer(request, contact)
    contact = policy.get_for(request.user, "grant", pk)
    form = CollaboratorForm(request.POST, actor=request.user, kind=contact.kind)
    if not form.is_valid():
        return collaborators_answer(request, contact, form=form, status=422)
    user, access = form.cleaned_data["user"], form.cleaned_data["access"]
    outcome = only(set_access(request.user, [pk], user, access, form.cleaned_data["until"]))
    if outcome.reason:
        form.add_error("user", outcome.reason)
        return collaborators_answer(request, contact, form=form, status=422)
    _say(request, outcome, user, form)
    return done(request, resolve_url("contacts:contact-collaborators", pk))


@require_safe
def people_search(request: HttpRequest, pk: int) -> HttpResponse:
    """Colleagues whose name or email contains what was typed: options of the field."""
    policy.get_for(request.user, "grant", pk)
    text = (request.GET.get("q") or request.GET.get("user") or "").replace("\0", "").strip()[:100]
    people = list(like(request.user, text)[:MOST_OPTIONS]) if text else []
    return render(request, "contacts/_people_options.html", {"people": people})


@require_http_methods(["GET", "HEAD", "POST"])
def collaborator_edit(request: HttpRequest, pk: int, user_pk: int) -> HttpResponse:
    contact = policy.get_for(request.user, "revoke" if request.method != "POST" else "grant", pk)
    line = _line(contact, user_pk)
    if request.method != "POST":
        return done_editing(request, pk, f"?edit={user_pk}")
    form = AccessForm(request.POST, actor=request.user, kind=contact.kind)
    if not form.is_valid():
        return collaborators_answer(request, contact, edit=user_pk, edit_form=form, status=422)
    until = form.cleaned_data["until"] if "until" in request.POST else line.until
    outcome = only(set_access(request.user, [pk], line.user, form.cleaned_data["access"], until))
    if outcome.reason:
        form.add_error("access", outcome.reason)
        return collaborators_answer(request, contact, edit=user_pk, edit_form=form, status=422)
    _say(request, outcome, line.user, form)
    return done_editing(request, pk, "")


@require_POST
def collaborator_remove(request: HttpRequest, pk: int, user_pk: int) -> HttpResponse:
    contact = policy.get_for(request.user, "revoke", pk)
    line = _line(contact, user_pk)
    outcome = only(remove_access(request.user, [pk], line.user))
    if outcome.reason:
        raise Refused(outcome.reason)
    if line.user.pk == request.user.pk:
        messages.success(request, "You have left this contact")
        return go(request, "contacts:contact-list")
    token = remember_removal(request.user, outcome, line.user)
    messages.success(request, f"{line.user} no longer has access", extra_tags=f"undo:{token}")
    return done(request, resolve_url("contacts:contact-collaborators", pk))


def only(outcomes: list[Outcome]) -> Outcome:
    """The outcome of one contact; Http404 where it has been hidden from the actor meanwhile."""
    if not outcomes:
        raise Http404
    return outcomes[0]


def done_editing(request: HttpRequest, pk: int, query: str) -> HttpResponse:
    """Back to the list, with or without a row that is being edited; Http404 if the actor cannot see it any more."""
    to = resolve_url("contacts:contact-collaborators", pk) + query
    if not policy.visible_to(request.user).filter(pk=pk).exists():
        return go(request, "contacts:contact-list")
    return done(request, to)


def collaborators_answer(
    request: HttpRequest,
    contact: Contact,
    *,
    form: CollaboratorForm | None = None,
    edit: int | str = "",
    edit_form: AccessForm | None = None,
    owner_form: OwnerForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The tab with whatever form has errors."""
    wanted = CollaboratorFilter(request.GET).read()
    page = collaborator_page(contact, q=wanted["q"], level=wanted["level"], after=wanted["after"])
    context = record_context(
        request.user,
        contact,
        "collaborators",
        page=page,
        wanted=wanted,
        edit=edit or wanted["edit"],
        edit_form=edit_form,
        form=form or CollaboratorForm(actor=request.user, kind=contact.kind),
        owner_form=owner_form or OwnerForm(actor=request.user),
    )
    return answer(request, *PAGES, context=context, status=status)


def _line(contact: Contact, user_pk: int) -> Any:
    line = line_of(contact, user_pk)
    if line is None:
        raise Http404
    return line


def _say(request: HttpRequest, outcome: Outcome, user: User, form: Any) -> None:
    level = dict(form.fields["access"].choices)[form.cleaned_data["access"]]
    already = "already has" if outcome.status == ALREADY else "has"
    messages.success(request, f"{user} {already} {level} access")
