"""The window in which a contact wants to be called, set by hand (product.md §11)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.views.decorators.http import require_http_methods

from contacts import policy
from contacts.models import Contact
from contacts.templatetags.contacts import zone_city
from contacts_project.core.htmx import answer, go
from conversations.forms_call_times import PreferenceForm
from conversations.models import CallPreference
from conversations.services import preferring
from conversations.zones import zones_of

PAGES = ("conversations/contact_call_times.html", "conversations/_call_times_form.html")


@require_http_methods(["GET", "HEAD", "POST"])
def contact_call_times(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /contacts/<id>/call-times/ `{days, from_hour, to_hour}` or `{clear}`."""
    contact = policy.get_for(request.user, "edit", pk)
    preference = CallPreference.objects.filter(contact=contact).first()
    if request.method != "POST":
        return _page(request, contact, PreferenceForm(preference=preference), preference)
    if "clear" in request.POST:
        token = preferring.clear(request.user, contact)
        if token:
            messages.success(request, "Preferred time cleared", extra_tags=f"undo:{token}")
        return go(request, resolve_url("contacts:contact-overview", pk))
    form = PreferenceForm(request.POST)
    if not form.is_valid():
        return _page(request, contact, form, preference, status=422)
    preferring.prefer(request.user, contact, **form.cleaned_data)
    messages.success(request, "Preferred time saved")
    return go(request, resolve_url("contacts:contact-overview", pk))


def _page(
    request: HttpRequest,
    contact: Contact,
    form: PreferenceForm,
    preference: CallPreference | None,
    *,
    status: int = 200,
) -> HttpResponse:
    phones = [one for one in contact.phones.all() if one.former_at is None]
    context = {
        "contact": contact,
        "form": form,
        "preference": preference,
        "primary_phone": phones[0] if phones else None,
        "primary_email": next((one for one in contact.emails.all() if one.former_at is None), None),
        "zone": zone_city(zones_of([contact.pk])[contact.pk]),
        "section": "contacts",
    }
    return answer(request, *PAGES, context=context, status=status)
