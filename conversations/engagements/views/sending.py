"""Checking and sending: pre-flight, send, pause, resume, cancel, retry (product.md §10)."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts_project.accounts.models import User
from contacts_project.accounts.once import once
from contacts_project.core.htmx import answer, go
from conversations.engagements import policy, preflight_people, send_page
from conversations.engagements.models import Engagement
from conversations.engagements.services import sending
from conversations.engagements.services.errors import EngagementError, TooLate

Status = Engagement.Status
PREFLIGHT = ("engagements/preflight.html", "engagements/_preflight.html")
PEOPLE = ("engagements/preflight_people.html", "engagements/_preflight_people.html")
SEND = "engagements/send.html"
TOO_LATE = "engagements/engagement_too_late.html"
MOST_PAGES = 10_000
SAID: dict[str, str] = {
    Status.REVIEW: "Handed in for review",
    Status.SCHEDULED: "Scheduled",
    Status.SENDING: "Sending has begun",
}


@require_safe
def engagement_preflight(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /engagements/<id>/preflight/ ?reason= page=: the numbers, or who stands behind one of them."""
    engagement = policy.get_visible(request.user, pk)
    if engagement.status not in send_page.BEFORE:
        return go(request, resolve_url("engagements:engagement-detail", pk))
    reason = request.GET.get("reason", "")
    if not preflight_people.title_of(reason):
        return answer(request, *PREFLIGHT, context=send_page.preflight_context(request.user, engagement))
    people = preflight_people.people_with(request.user, engagement, reason, _page(request.GET.get("page", "")))
    context = {"section": "engagements", "engagement": engagement, "people": people}
    return answer(request, *PEOPLE, context=context)


def _page(text: str) -> int:
    return min(max(int(text), 1), MOST_PAGES) if text.isascii() and text.isdigit() and len(text) < 7 else 1


@require_http_methods(["GET", "HEAD", "POST"])
def engagement_send(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /engagements/<id>/send/: review the numbers, then send."""
    engagement = policy.get_for(request.user, "send", pk)
    if request.method == "POST":
        return _send(request, engagement)
    if engagement.status != Status.DRAFT:
        return go(request, resolve_url("engagements:engagement-detail", pk))
    return answer(request, SEND, context=send_page.send_context(request.user, engagement))


@once
def _send(request: HttpRequest, engagement: Engagement) -> HttpResponse:
    try:
        sent = sending.send(request.user, engagement)
    except TooLate as error:
        return _too_late(request, engagement, error)
    except EngagementError as error:
        context = {**send_page.send_context(request.user, engagement), "error": error}
        return answer(request, SEND, context=context, status=422)
    messages.success(request, SAID[sent.status])
    return go(request, resolve_url("engagements:engagement-detail", engagement.pk))


@require_POST
def engagement_pause(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /engagements/<id>/pause/"""
    return _do(request, pk, sending.pause, "Paused")


@require_POST
def engagement_resume(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /engagements/<id>/resume/"""
    return _do(request, pk, sending.resume, "Resumed")


@require_POST
def engagement_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /engagements/<id>/cancel/: end it, or take it back before anything has left."""
    return _do(request, pk, sending.cancel, "Cancelled")


@require_POST
def engagement_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /engagements/<id>/retry/: send again to those to whom it failed."""
    return _do(request, pk, sending.retry, "Sending again to those to whom it failed")


def _do(request: HttpRequest, pk: int, act: Callable[[User, Engagement], Engagement], said: str) -> HttpResponse:
    engagement = policy.get_visible(request.user, pk)
    try:
        now = act(request.user, engagement)
    except EngagementError as error:
        return _too_late(request, engagement, error)
    messages.success(request, "Taken back: it is a draft again" if now.status == Status.DRAFT else said)
    return go(request, resolve_url("engagements:engagement-detail", pk))


def _too_late(request: HttpRequest, engagement: Engagement, error: EngagementError) -> HttpResponse:
    """409: its state does not let this happen any more, or not yet."""
    context = {"section": "engagements", "engagement": engagement, "error": error}
    return answer(request, TOO_LATE, context=context, status=409)
