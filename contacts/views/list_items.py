"""People on a list: add, find, subscribe, remove (product.md §10)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from contacts import list_adding, list_policy
from contacts.services import list_items as service
from contacts.services.outcomes import ALREADY, DONE
from contacts_project.accounts.once import once
from contacts_project.core.htmx import done

from .actions import safe_next
from .lists import list_answer


@require_POST
@once
def list_items(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /lists/<id>/items/ {contact}: an id, or a name, number or email that one visible contact has."""
    found = list_policy.get_for(request.user, "fill", pk)
    text = request.POST.get("contact", "")
    meant = list_adding.meant(request.user, text)
    problem = meant.problem
    if meant.pk:
        outcome, name = service.add(request.user, meant.pk, pk)
        problem = outcome.reason
        if not problem:
            token = service.remember_adding(request.user, pk, outcome) if outcome.status == DONE else ""
            words = f"{name} is on {found} already" if outcome.status == ALREADY else f"{name} added to {found}"
            messages.success(request, words, extra_tags=f"undo:{token}" if token else "")
            return _back(request, pk)
    return list_answer(request, found, typed=text, problem=problem, choices=meant.choices, status=422)


@require_safe
def list_people(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /lists/<id>/people/ ?q= (or contact=): contacts to add, as one types."""
    found = list_policy.get_for(request.user, "fill", pk)
    text = request.GET.get("q") or request.GET.get("contact") or ""
    rows = list_adding.offered(request.user, text)
    there = list_adding.there_already(found, rows) if rows else set()
    context = {"list": found, "rows": rows, "there": there, "typed": list_adding.clean(text)}
    return render(request, "contacts/_list_options.html", context)


@require_POST
def list_item(request: HttpRequest, pk: int, item_pk: int) -> HttpResponse:
    """POST /lists/<id>/items/<item>/ {is_subscribed}: "1" subscribes, "" unsubscribes."""
    list_policy.get_for(request.user, "fill", pk)
    wanted = request.POST.get("is_subscribed", "").lower() in ("1", "true", "on", "yes")
    item, is_new = service.set_subscribed(request.user, pk, item_pk, is_subscribed=wanted)
    if is_new:
        name = service.name_on_list(item.contact)
        words = f"{name} is subscribed to {item.list}" if wanted else f"{name} is unsubscribed from {item.list}"
        messages.success(request, words)
    return _back(request, pk)


@require_POST
def list_item_remove(request: HttpRequest, pk: int, item_pk: int) -> HttpResponse:
    """POST /lists/<id>/items/<item>/remove/"""
    list_policy.get_for(request.user, "fill", pk)
    item, token = service.remove(request.user, pk, item_pk)
    messages.success(
        request, f"{service.name_on_list(item.contact)} removed from {item.list}", extra_tags=f"undo:{token}"
    )
    return _back(request, pk)


def _back(request: HttpRequest, pk: int) -> HttpResponse:
    """The list as it was shown: `next` if it is an address of ours."""
    return done(request, safe_next(request, reverse("contacts:list-detail", args=[pk])))
