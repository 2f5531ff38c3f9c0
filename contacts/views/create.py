"""A new personal contact, and the hint at contacts that hold the same email or number (product.md §4)."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from contacts.forms.editing import EditForms, with_another_row
from contacts.models import Contact, Note
from contacts.services import contacts, editing, photos
from contacts.services.states import empty_state
from contacts_project.accounts.once import once
from contacts_project.core.htmx import answer, go

from .edit import uploaded_photo

LONGEST_NOTE = Note._meta.get_field("body").max_length or 10_000
NOTE_TOO_LONG = f"A note has at most {LONGEST_NOTE:,} characters."
NO_NULLS = "Take the null characters out of the note."


@require_http_methods(["GET", "HEAD", "POST"])
@once
def contact_new(request: HttpRequest) -> HttpResponse:
    """/contacts/new/: the form; POST makes the contact and leads to it."""
    if request.method != "POST":
        return _show(request, _forms(request))
    if "add" in request.POST:
        return _show(request, _forms(request, with_another_row(request.POST, request.POST["add"])))
    forms = _forms(request, request.POST)
    note = request.POST.get("note", "").strip()
    problem = NOTE_TOO_LONG if len(note) > LONGEST_NOTE else NO_NULLS if "\0" in note else ""
    if not forms.is_valid() or problem:
        return _show(request, forms, status=422, note_error=problem)
    if not request.POST.get("confirm") and (found := _duplicates(request, forms)):
        return _show(request, forms, status=422, duplicates=found)
    return _create(request, forms, note)


def _create(request: HttpRequest, forms: EditForms, note: str) -> HttpResponse:
    try:
        image = uploaded_photo(request)
        with transaction.atomic():
            contact = contacts.create_contact(request.user, forms.changes(), note=note)
            if image:
                photos.set_photo(request.user, contact.pk, image)
    except editing.Invalid as error:
        forms.refuse(error)
        return _show(request, forms, status=422)
    except photos.PhotoRefused as error:
        return _show(request, forms, status=422, photo_error=str(error))
    messages.success(request, "Contact created")
    return go(request, reverse("contacts:contact-overview", args=[contact.pk]))


@require_safe
def contact_duplicates(request: HttpRequest) -> HttpResponse:
    """GET /contacts/new/duplicates/ with the form's fields: the hint alone, while they are being typed."""
    forms = _forms(request, request.GET)
    forms.is_valid()  # half-typed values are no error here
    context = {"duplicates": _duplicates(request, forms), "forms": _forms(request)}
    return answer(request, "contacts/contact_new.html", "contacts/_contact_duplicates.html", context=context)


def _forms(request: HttpRequest, data: QueryDict | None = None) -> EditForms:
    contact = Contact(account=request.user.account, owner=request.user)
    return EditForms(contact, empty_state(), data)


def _duplicates(request: HttpRequest, forms: EditForms) -> list[Contact]:
    def values(kind: str, column: str) -> list[str]:
        rows = forms.formsets[kind].forms if kind in forms.formsets else []
        return [row.cleaned_data[column] for row in rows if getattr(row, "cleaned_data", {}).get(column)]

    return contacts.find_duplicates(request.user, values("emails", "address"), values("phones", "number"))


def _show(
    request: HttpRequest,
    forms: EditForms,
    *,
    status: int = 200,
    duplicates: list[Contact] | None = None,
    **problems: str,
) -> HttpResponse:
    context = {
        "forms": forms,
        "duplicates": duplicates,
        "note": request.POST.get("note", ""),
        "section": "contacts",
        **problems,
    }
    return answer(request, "contacts/contact_new.html", context=context, status=status)
