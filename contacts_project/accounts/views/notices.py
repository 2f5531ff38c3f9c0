"""Notifications: one's own page of what happened (contract.md), the way to each thing, and marking them as read.

A GET of the page changes nothing. Following a line marks that one as read, as opening a conversation does: the reader's
own read mark (design/security.md rule 4).
"""

from __future__ import annotations

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from contacts_project.core.htmx import answer, done

from .. import notices
from ..services import notices as service

PAGES = ("accounts/notification_list.html", "accounts/_notifications.html")


@require_safe
def notification_list(request: HttpRequest) -> HttpResponse:
    """GET /notifications/ ?after="""
    page = notices.page_of(request.user, request.GET.get("after", ""))
    is_first = "after" not in request.GET
    context = {"page": page, "is_first": is_first, "notices_number": notices.unseen_count(request.user)}
    return answer(request, *PAGES, context=context)


@require_safe
def notification_visit(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /notifications/<id>/: on to what it is about. Not one's own, hidden by now and missing are one 404."""
    told = notices.get_told(request.user, pk)
    if told is None:
        raise Http404
    if request.method == "GET":
        service.see(request.user, Q(pk=pk))
    return redirect(told.line.address)


@require_POST
def notification_read(request: HttpRequest) -> HttpResponse:
    """POST /notifications/read/ {until}: everything up to the notice that was the newest on the page."""
    until = request.POST.get("until", "")
    if until.isascii() and until.isdecimal() and len(until) <= 18:
        service.see_all(request.user, until=int(until))
    return done(request, "accounts:notification-list")
