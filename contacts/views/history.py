"""Edit history of a contact, and putting a value back (product.md §12)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from contacts import policy
from contacts.details import attribute_lines, phone_hints
from contacts.histories.entries import page_of
from contacts.histories.filters import read_filter
from contacts.histories.logs import Reader
from contacts.models import Contact
from contacts.record import record_context
from contacts.services import editing, restoring
from contacts_project.core.htmx import answer, done, wants_fragment

from .edit import stale_answer
from .notes import changed_note_answer


@require_safe
def contact_edit_history(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /contacts/<id>/edit-history/ `?field= by= after=`: a panel over the record, or for htmx the panel alone."""
    return _show(request, policy.get_visible(request.user, pk))


@require_POST
def contact_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /contacts/<id>/restore/ `{event}`, repeated for several; `version` is the one that the page showed."""
    contact = policy.get_visible(request.user, pk)
    try:
        references = restoring.read_references(request.POST.getlist("event"))
        token = restoring.restore(request.user, contact, references, version=_version(request))
    except restoring.EventMissing:
        raise Http404 from None
    except restoring.CannotRestore as error:
        return _show(request, policy.get_visible(request.user, pk), refusal=str(error), status=422)
    except editing.Stale as error:
        return stale_answer(request, error)
    except restoring.WordsChanged as error:
        return changed_note_answer(request, contact, error.note, body=error.body)
    if token:
        messages.success(request, "Restored", extra_tags=f"undo:{token}")
    else:
        messages.info(request, "It stands like this already")
    return done(request, reverse("contacts:contact-edit-history", args=[pk]))


def _version(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None


def _show(request: HttpRequest, contact: Contact, *, refusal: str = "", status: int = 200) -> HttpResponse:
    """The panel, over the record where a whole page is asked for."""
    context: dict[str, Any] = {"contact": contact} if wants_fragment(request) else _record(request, contact)
    actions = context.get("actions") or policy.allowed_actions(request.user, contact)
    if "edit_history" not in actions:
        policy.require(request.user, "edit_history", contact)
    reader = Reader(request.user, contact, frozenset(actions))
    chosen = read_filter(reader, request.GET)
    after = request.GET.get("after", "")
    context |= {
        "filter": chosen,
        "page": page_of(reader, after=after, field=chosen.field, by=chosen.by),
        "refusal": refusal,
        "after": after,
        "is_changed": hasattr(request, "led_to"),  # a restore has just been made behind the panel
    }
    fragments = ("contacts/_edit_history.html", "contacts/_edits.html")
    return answer(request, "contacts/contact_edit_history.html", *fragments, context=context, status=status)


def _record(request: HttpRequest, contact: Contact) -> dict[str, Any]:
    """What stands behind the panel: the head of the record, and the cards that need no query of their own."""
    prefetch_related_objects([contact], "emails", "phones")
    context = record_context(request.user, contact, "details")
    hints = phone_hints(contact.phones.all())
    return {**context, "lines": attribute_lines(contact, context["primary_phone"]), "phone_hints": hints, "editing": ""}
