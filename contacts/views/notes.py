"""The Notes tab: read, add, edit and delete (product.md §2a). Other people's private notes do not exist here."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.views.decorators.http import require_http_methods, require_POST

from contacts import policy
from contacts.forms.notes import NoteForm
from contacts.lookups import RowComparison
from contacts.models import Contact, Note
from contacts.record import readable_notes, record_context
from contacts.services.notes import NoteChanged, create_note, delete_note, edit_note, version_of
from contacts_project.accounts.once import once
from contacts_project.core.htmx import answer, done

PAGE = 50
PAGES = ("contacts/contact_notes.html", "contacts/_contact_notes.html")


@require_http_methods(["GET", "HEAD", "POST"])
@once
def contact_notes(request: HttpRequest, pk: int) -> HttpResponse:
    if request.method != "POST":
        contact = policy.get_visible(request.user, pk)
        return answer(request, *PAGES, context=_page(request, contact, NoteForm()))
    contact = policy.get_for(request.user, "note", pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return answer(request, *PAGES, context=_page(request, contact, form), status=422)
    visibility = form.cleaned_data["visibility"] or Note.Visibility.PUBLIC
    create_note(request.user, contact, body=form.cleaned_data["body"], visibility=visibility)
    messages.success(request, "Note added")
    return done(request, resolve_url("contacts:contact-notes", pk))


@require_http_methods(["GET", "HEAD", "POST"])
def note_edit(request: HttpRequest, pk: int, note_pk: int) -> HttpResponse:
    contact, note = _note(request, pk, note_pk)
    policy.require_note(request.user, "edit", note, contact)
    if request.method != "POST":
        initial = {"body": note.body, "visibility": note.visibility, "seen": version_of(note)}
        return _edit_page(request, contact, note, NoteForm(initial=initial))
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _edit_page(request, contact, note, form, status=422)
    data = form.cleaned_data
    seen = data["seen"] if "seen" in request.POST else None
    try:
        edit_note(request.user, note, body=data["body"], visibility=data["visibility"] or None, seen=seen)
    except NoteChanged as changed:
        return _edit_page(request, contact, changed.note, form, status=409, theirs=changed.note)
    messages.success(request, "Note saved")
    return done(request, resolve_url("contacts:contact-notes", pk))


@require_POST
def note_delete(request: HttpRequest, pk: int, note_pk: int) -> HttpResponse:
    _, note = _note(request, pk, note_pk)
    token = delete_note(request.user, note)
    messages.success(request, "Note deleted", extra_tags=f"undo:{token}")
    return done(request, resolve_url("contacts:contact-notes", pk))


def _note(request: HttpRequest, pk: int, note_pk: int) -> tuple[Contact, Note]:
    """The contact and its note that this reader may read, else Http404."""
    contact = policy.get_visible(request.user, pk)
    notes = readable_notes(request.user, contact).select_related("contact__account", "author", "edited_by")
    note = notes.filter(pk=note_pk).first()
    if note is None:
        raise Http404
    return contact, note


def _page(request: HttpRequest, contact: Contact, form: NoteForm) -> dict[str, Any]:
    """Context of the tab: the form, one page of notes newest first with what may be done to each, and the counts."""
    notes = readable_notes(request.user, contact)
    private = Q(visibility=Note.Visibility.PRIVATE)
    counts = notes.aggregate(all=Count("pk"), public=Count("pk", filter=~private), private=Count("pk", filter=private))
    view = request.GET.get("v") if request.GET.get("v") in Note.Visibility.values else ""
    shown = notes.filter(visibility=view) if view else notes
    rows = list(_behind(shown, notes, request.GET.get("after", "")).select_related("author", "edited_by")[: PAGE + 1])
    context = record_context(request.user, contact, "notes", form=form, note_counts=counts, view=view)
    for note in rows:
        note.acts = policy.note_acts(request.user, note, context["actions"])  # type: ignore[attr-defined]
    older = rows[PAGE - 1].pk if len(rows) > PAGE else None
    return {**context, "notes": rows[:PAGE], "older": older, "is_part": request.GET.get("after")}


def _behind(shown: Any, notes: Any, after: str) -> Any:
    """Notes older than the one named by `after`; an unknown one starts at the newest."""
    shown = shown.order_by("-created_at", "-pk")
    if not (after.isascii() and after.isdecimal() and len(after) <= 18):
        return shown
    last = notes.filter(pk=int(after)).values_list("created_at", "pk").first()
    return shown.filter(RowComparison(["created_at", "pk"], "<", list(last))) if last else shown


def changed_note_answer(request: HttpRequest, contact: Contact, note: Note, *, body: str) -> HttpResponse:
    """409: old words are to be put back, but others were saved since; both are shown, and one is chosen."""
    form = NoteForm(initial={"body": body, "visibility": note.visibility})
    return _edit_page(request, contact, note, form, status=409, theirs=note)


def _edit_page(
    request: HttpRequest, contact: Contact, note: Note, form: NoteForm, *, status: int = 200, theirs: Note | None = None
) -> HttpResponse:
    context = record_context(request.user, contact, "notes", form=form, note=note, theirs=theirs)
    context["acts"] = policy.note_acts(request.user, note, context["actions"])
    context["version"] = version_of(note)
    pages = ("contacts/contact_note_edit.html", "contacts/_contact_note_edit.html")
    return answer(request, *pages, context=context, status=status)
