"""Follow-ups: set one on a contact, mark it done, and the page of one's own due ones (product.md §4)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from contacts import policy
from contacts.forms.follow_ups import FollowUpForm
from contacts.models import Contact
from contacts.record import record_context
from contacts.services import follow_ups
from contacts_project.accounts.once import once
from contacts_project.core.htmx import answer, done, go


@require_POST
@once
def follow_up_create(request: HttpRequest, pk: int) -> HttpResponse:
    contact = policy.get_for(request.user, "follow_up", pk)
    form = FollowUpForm(request.POST, actor=request.user)
    if not form.is_valid():
        return _again(request, contact, form)
    user = form.cleaned_data["user"] or request.user
    facts = {"due": form.cleaned_data["due"], "text": form.cleaned_data["text"]}
    try:
        follow_ups.create_follow_up(request.user, contact, user=user, **facts)
    except follow_ups.CannotSee as error:
        form.add_error("user", str(error))
        return _again(request, contact, form)
    messages.success(request, "Follow-up added" if user == request.user else f"Follow-up added for {user}")
    return go(request, resolve_url("contacts:contact-overview", pk))


def _again(request: HttpRequest, contact: Contact, form: FollowUpForm) -> HttpResponse:
    """The form on a page of its own, with what was wrong."""
    context = record_context(request.user, contact, "overview", follow_up_form=form)
    pages = ("contacts/contact_follow_up.html", "contacts/_contact_follow_up.html")
    return answer(request, *pages, context=context, status=422)


@require_POST
def follow_up_done(request: HttpRequest, pk: int) -> HttpResponse:
    row = follow_ups.get_for_change(request.user, pk)
    token = follow_ups.finish(request.user, row)
    messages.success(request, "Follow-up done", extra_tags=f"undo:{token}" if token else "")
    if request.POST.get("from") == "contact":
        return go(request, resolve_url("contacts:contact-overview", row.contact_id))
    return done(request, "contacts:today")


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    day = timezone.localdate()
    context = {"agenda": follow_ups.agenda(request.user, day), "day": day}
    return answer(request, "contacts/today.html", "contacts/_today.html", context=context)
