"""The queue of a list: whom to call next (product.md §11)."""

from __future__ import annotations

from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from contacts import list_policy, policy
from contacts.models import List, ListItem
from contacts.record import readable_notes
from contacts.rows import read_rows
from contacts_project.core.htmx import answer, done
from conversations.call_panel import lines_of
from conversations.call_times import week_of
from conversations.engagements.calling import Place, queue_of

PAGES = ("engagements/call_next.html", "engagements/_call_next.html")
PASSED = "calls_passed"  # in the session: {list id: [day, contact ids]}
MOST_PASSED = 1000
COMING = 8


@require_http_methods(["GET", "HEAD", "POST"])
def list_call_next(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /lists/<id>/call-next/ ?contact=; POST {pass: contact id} puts somebody at the end for today."""
    found = list_policy.get_for(request.user, "use", pk)
    queue = queue_of(request.user, found, timezone.now(), _passed(request, found))
    if request.method == "POST":
        one = _chosen(queue, request.POST.get("pass", ""))
        if one is not None:
            _pass(request, found, queue[one].contact_id)
        return done(request, resolve_url("engagements:list-call-next", pk))
    place = _chosen(queue, request.GET.get("contact", "")) or 0
    context = {"list": found, "section": "lists", "number": len(queue)}
    if queue:
        context |= _neighbours(queue, place) | _person(request, found, queue[place]) | _rows(request, queue, place)
    return answer(request, *PAGES, context=context)


def _chosen(queue: list[Place], text: str) -> int | None:
    """Where in the queue this contact stands; None for whatever else is named."""
    return next((at for at, place in enumerate(queue) if str(place.contact_id) == text), None)


def _neighbours(queue: list[Place], at: int) -> dict[str, Any]:
    return {
        "before": queue[at - 1] if at else None,
        "behind": queue[at + 1] if at + 1 < len(queue) else None,
        "at": at + 1,
    }


def _person(request: HttpRequest, found: List, place: Place) -> dict[str, Any]:
    """All that one needs to call somebody."""
    user = request.user
    contact = policy.get_visible(user, place.contact_id)
    prefetch_related_objects([contact], "phones", "emails")
    week = week_of(contact)
    phones = [one for one in contact.phones.all() if one.former_at is None]
    notes = readable_notes(user, contact).order_by("-created_at", "-pk")
    return {
        "contact": contact,
        "place": place,
        "actions": policy.actions_seen(user, contact),
        "primary_phone": phones[0] if phones else None,
        "primary_email": next((one for one in contact.emails.all() if one.former_at is None), None),
        "window": next(iter(lines_of(week, user, timezone.now())), None),
        "note": notes.first(),
        "item": ListItem.objects.filter(list=found, contact=contact).first(),
    }


def _rows(request: HttpRequest, queue: list[Place], at: int) -> dict[str, Any]:
    """The person's line and those who come after."""
    places = {place.contact_id: place for place in queue[at : at + 1 + COMING]}
    rows = {row.id: row for row in read_rows(request.user, list(places), with_last=True)}
    person = queue[at].contact_id
    return {"row": rows.pop(person, None), "coming": [(places[pk], row) for pk, row in rows.items()]}


def _passed(request: HttpRequest, found: List) -> list[int]:
    """Who was passed today on this list, in the user's zone."""
    day, ids = request.session.get(PASSED, {}).get(str(found.pk), ("", []))
    return ids if day == _today(request) else []


def _pass(request: HttpRequest, found: List, contact_id: int) -> None:
    today = _today(request)
    others = {key: kept for key, kept in request.session.get(PASSED, {}).items() if kept[0] == today}
    ids = [pk for pk in _passed(request, found) if pk != contact_id]
    request.session[PASSED] = {**others, str(found.pk): [today, [*ids, contact_id][-MOST_PASSED:]]}


def _today(request: HttpRequest) -> str:
    return timezone.localdate(timezone=request.user.zone).isoformat()
