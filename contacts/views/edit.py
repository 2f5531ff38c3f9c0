"""Editing a contact: one field in its place on the Details tab, or all on one page; and what a stale save gets."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from contacts import policy
from contacts.details import details_context, prefetch
from contacts.forms.editing import EditForms, Target, target_of, with_another_row
from contacts.forms.stale import StalePage, chosen
from contacts.models import Contact
from contacts.record import record_context
from contacts.services import editing, photos
from contacts.services.states import state_now
from contacts_project.core.htmx import answer, done, wants_fragment

from .actions import safe_next
from .details import FRAGMENTS


@require_http_methods(["GET", "HEAD", "POST"])
def contact_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """/contacts/<id>/edit/; `field` names one section or row ("name", "phones" for a new one, "phone-12")."""
    contact = prefetch(policy.get_for(request.user, "edit", pk))
    data = chosen(request.POST) if request.method == "POST" else None
    field = (request.GET if data is None else data).get("field", "")
    state = state_now(contact)
    target = target_of(field, state) if field else None
    if data is None:
        return _show(request, contact, EditForms(contact, state, target=target), target)
    if "add" in data:
        return _show(request, contact, EditForms(contact, state, with_another_row(data, data["add"])), target)
    forms = EditForms(contact, state, data, target=target)
    return _save(request, contact, forms, target)


def _save(request: HttpRequest, contact: Contact, forms: EditForms, target: Target | None) -> HttpResponse:
    if not forms.is_valid():
        return _show(request, contact, forms, target, status=422)
    try:
        image = uploaded_photo(request)  # a bad picture is told before anything is written
        with transaction.atomic():
            editing.save_edit(request.user, contact.pk, forms.changes())
            _save_photo(request, contact, image, forms.changes().version)
    except editing.Invalid as error:
        forms.refuse(error)
        return _show(request, contact, forms, target, status=422)
    except photos.PhotoRefused as error:
        return _show(request, contact, forms, target, status=422, photo_error=str(error))
    except photos.PhotoChanged as error:
        contact.refresh_from_db(fields=["photo_digest"])
        return _show(request, contact, forms, target, status=409, photo_error=str(error))
    except editing.Stale as error:
        return stale_answer(request, error)
    if target is None:
        messages.success(request, "Saved")
    return done(request, safe_next(request, reverse("contacts:contact-details", args=[contact.pk])))


def uploaded_photo(request: HttpRequest) -> bytes | None:
    """The posted picture, re-encoded. Raises PhotoRefused."""
    upload = request.FILES.get("photo")
    return photos.encode(upload, upload.size or 0) if upload else None


def _save_photo(request: HttpRequest, contact: Contact, image: bytes | None, version: int | None) -> None:
    seen = photos.Seen(request.POST.get("photo-seen"), version)
    if image:
        photos.set_photo(request.user, contact.pk, image, seen)
    elif request.POST.get("photo-clear"):
        photos.remove_photo(request.user, contact.pk, seen)


def _show(
    request: HttpRequest,
    contact: Contact,
    forms: EditForms,
    target: Target | None,
    *,
    status: int = 200,
    photo_error: str = "",
) -> HttpResponse:
    """The whole form, or the Details tab (for htmx its card) with one field being edited."""
    more = {"forms": forms, "photo_error": photo_error}
    if target is None:
        context = record_context(request.user, contact, "details", **more)
        return answer(request, "contacts/contact_edit.html", context=context, status=status)
    context = details_context(request.user, contact, editing=target.field, target=target, **more)
    card = f"contacts/_details_{target.card}.html"
    return answer(request, "contacts/contact_details.html", card, *FRAGMENTS, context=context, status=status)


def stale_answer(request: HttpRequest, stale: editing.Stale) -> HttpResponse:
    """409: both versions, one choice for each field. Under htmx it takes the place of the page's main part."""
    context = record_context(request.user, stale.contact, "details")
    context["stale"] = StalePage(stale, request.user, stale.contact.account.default_region)
    response = answer(request, "contacts/contact_stale.html", "contacts/_stale_save.html", context=context, status=409)
    if wants_fragment(request):
        response["HX-Retarget"] = "#main"
        response["HX-Reswap"] = "innerHTML"
    return response
