"""Actions on selected contacts: the form that asks what is missing, the act, and its result for each contact."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from contacts.forms.bulk import FORMS, SelectionForm
from contacts.models import BulkAction
from contacts.rows import read_rows
from contacts.services import bulk as service
from contacts.words import bulk_summary
from contacts_project.accounts.once import once
from contacts_project.core.htmx import answer, done, go

from .actions import safe_next


@require_POST
@once
def bulk_start(request: HttpRequest) -> HttpResponse:
    """POST /contacts/bulk/: act on the selection; the first press of a button that needs more asks for it (200)."""
    selection = SelectionForm(_posted(request))
    if not selection.is_valid():
        return render(request, "contacts/bulk_form.html", {"selection": selection, "section": "contacts"}, status=422)
    action = selection.cleaned_data["action"]
    form = FORMS[action](request.POST if selection.has_parameters() else None, user=request.user)
    if not form.is_valid() or not form.is_confirmed:
        context = {
            "selection": selection,
            "form": form,
            "label": BulkAction.Action(action).label,
            "back": _back(request),
            "section": "contacts",
            **form.preview(selection.chosen()),
        }
        return render(request, "contacts/bulk_form.html", context, status=422 if form.errors else 200)
    try:
        bulk = service.start(request.user, action, form.parameters(), **selection.chosen())
    except service.ContactsGone:
        messages.error(request, "Nothing is selected. Tick the contacts you mean first.")
        return go(request, _back(request))
    if bulk.status == BulkAction.Status.WAITING:
        service.enqueue(bulk)
        return go(request, reverse("contacts:bulk-detail", args=[bulk.pk]))
    announce(request, bulk)
    return done(request, _back(request))


def _posted(request: HttpRequest) -> QueryDict:
    """The post; a button of a row's menu names the contact, and the action in its address."""
    if "action" in request.POST or "action" not in request.GET:
        return request.POST
    data = request.POST.copy()
    data["action"] = request.GET["action"]
    return data


def announce(request: HttpRequest, bulk: BulkAction) -> None:
    """The toast: how many of each outcome, Undo, and where the reasons stand when not all went well."""
    summary = bulk_summary(bulk)
    token = service.offer_undo(bulk)
    tags = [f"undo:{token}"] if token else []
    if summary.refused:
        tags.append(f"link:{reverse('contacts:bulk-detail', args=[bulk.pk])}|Show why")
    messages.success(request, summary.text, extra_tags=" ".join(tags))


def _back(request: HttpRequest) -> str:
    """The collection as it was: `next` if it is an address of ours."""
    return safe_next(request, reverse("contacts:contact-list"))


@require_safe
def bulk_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /contacts/bulk/<id>/: progress, then what happened to each contact and why not. Only for who began it."""
    bulk = get_object_or_404(BulkAction, pk=pk, user=request.user)
    items = bulk.items.order_by("-outcome", "pk") if bulk.finished_at else bulk.items.none()
    page = Paginator(items, 50).get_page(request.GET.get("page"))
    rows = {row.id: row for row in read_rows(request.user, [item.contact_id for item in page])}
    context = {
        "bulk": bulk,
        "summary": bulk_summary(bulk),
        "page": page,
        "lines": [(item, rows.get(item.contact_id)) for item in page],
        "section": "contacts",
    }
    return answer(request, "contacts/bulk_detail.html", "contacts/_bulk_progress.html", context=context)
