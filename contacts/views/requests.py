"""Access requests: ask without learning anything, and answer those about contacts one administers (product.md §2d)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from contacts.forms.sharing import AnswerForm, RequestForm
from contacts.jobs import send_access_answer, send_access_request
from contacts.services import access_requests as service
from contacts_project.core.errors import Refused, error_page
from contacts_project.core.htmx import SeeOther, answer, done

PAGE = 50
PAGES = ("contacts/access_requests.html", "contacts/_access_requests.html")
SENT = "Sent if it exists"
VIEWS = {"": service.answerable, "mine": service.sent_by, "answered": service.answered_for}


@require_http_methods(["GET", "HEAD", "POST"])
def access_requests(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _ask(request)
    return answer(request, *PAGES, context=_page(request))


def _ask(request: HttpRequest) -> HttpResponse:
    """Keep the request and answer the same whatever stands at its path."""
    form = RequestForm(request.POST)
    if not form.is_valid():
        return answer(request, *PAGES, context=_page(request, form=form, view="mine"), status=422)
    data = form.cleaned_data
    address = request.build_absolute_uri("/")
    try:
        service.ask(request.user, **{**data, "access": data["access"] or "read"}, mail=_mailer(address))
    except service.TooMany:
        words = f"You have asked for {service.MOST_A_DAY} things in a day. Ask for the next one tomorrow."
        return error_page(request, 429, title="Too many requests for one day", text=words)
    messages.success(request, SENT)
    return SeeOther(resolve_url("contacts:access-requests") + "?v=mine")


def _mailer(address: str) -> Any:
    return lambda asked: send_access_request.defer(request_id=asked.pk, address=address)


@require_POST
def access_request_answer(request: HttpRequest, pk: int) -> HttpResponse:
    asked = service.get_answerable(request.user, pk)
    if asked is None:
        raise Http404
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return answer(request, *PAGES, context=_page(request, form=form), status=422)
    choice = form.cleaned_data["answer"]
    grant = None if choice == "decline" else choice
    address = request.build_absolute_uri("/")
    given = service.answer(
        request.user,
        asked,
        grant=grant,
        message=form.cleaned_data["message"],
        mail=lambda answered: send_access_answer.defer(request_id=answered.pk, address=address),
    )
    if given.reason:
        raise Refused(given.reason)
    messages.success(request, _words(given))
    return done(request, "contacts:access-requests")


def _words(given: service.Answer) -> str:
    asked = given.request
    if given.is_new:
        has = asked.status == service.Status.GRANTED
        return f"{asked.user} has {asked.get_access_display()} access" if has else f"Declined. {asked.user} is told"
    if asked.status in (service.Status.GRANTED, service.Status.DECLINED):
        return f"{asked.answered_by or 'Somebody'} has answered this already"
    return "This request has ended"


def _page(request: HttpRequest, *, form: Any = None, view: str | None = None) -> dict[str, Any]:
    view = request.GET.get("v", "") if view is None else view
    view = view if view in VIEWS else ""
    rows = VIEWS[view](request.user)
    after = request.GET.get("after", "")
    if after.isascii() and after.isdecimal() and len(after) <= 18:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: PAGE + 1])
    return {
        "requests": found[:PAGE],
        "after": found[PAGE - 1].pk if len(found) > PAGE else None,
        "view": view,
        "open_count": service.answerable(request.user).count(),
        "form": form,
        "now": timezone.now(),
    }
