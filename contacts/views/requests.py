"""Requests: ask for access without learning anything, and answer what one may (product.md §2d).

Requests for a block and suggested changes are made on their contact (`asking`) and answered here.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from contacts.forms.asking import AnswerForm
from contacts.forms.sharing import RequestForm
from contacts.jobs import send_access_answer, send_access_request
from contacts.models import AccessRequest
from contacts.request_lines import request_lines
from contacts.services import access_requests as service
from contacts.services import asking, suggesting
from contacts_project.core.errors import Refused, error_page
from contacts_project.core.htmx import SeeOther, answer, done

PAGE = 50
PAGES = ("contacts/access_requests.html", "contacts/_access_requests.html")
SENT = "Sent if it exists"
CHANGED = "Something here has changed since you opened the page. Look at what stands now and answer again."
Purpose = AccessRequest.Purpose
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
    """POST {answer=read|write|decline for access, accept|decline for a block or a suggestion; message}."""
    asked = service.get_answerable(request.user, pk)
    if asked is None:
        raise Http404
    form = AnswerForm(request.POST, asked=asked, levels=service.grantable(request.user, asked))
    if not form.is_valid():
        return answer(request, *PAGES, context=_page(request, form=form), status=422)
    address = request.build_absolute_uri("/")
    given = service.answer(
        request.user,
        asked,
        act=_act(request.user, asked, form.cleaned_data),
        message=form.cleaned_data["message"],
        mail=lambda answered: send_access_answer.defer(request_id=answered.pk, address=address),
    )
    if given.is_stale:
        return answer(request, *PAGES, context=_page(request, problem=CHANGED), status=409)
    if given.reason and asked.purpose == Purpose.SUGGESTION:
        return answer(request, *PAGES, context=_page(request, problem=given.reason), status=422)
    if given.reason:
        raise Refused(given.reason)
    messages.success(request, _words(given))
    return done(request, "contacts:access-requests")


def _act(user: Any, asked: AccessRequest, data: dict[str, Any]) -> service.Act | None:
    """What is done by this answer; None declines."""
    if data["answer"] == "decline":
        return None
    if asked.purpose == Purpose.ACCESS:
        return partial(service.give_access, user, data["answer"])
    return partial(suggesting.accept, user, data["seen"]) if _suggests(asked) else partial(asking.block_as_asked, user)


def _suggests(asked: AccessRequest) -> bool:
    return asked.purpose == Purpose.SUGGESTION


def _words(given: service.Answer) -> str:
    asked = given.request
    if not given.is_new:
        if asked.status in (service.Status.GRANTED, service.Status.DECLINED):
            return f"{asked.answered_by or 'Somebody'} has answered this already"
        return "This request has ended"
    if asked.status != service.Status.GRANTED:
        return f"Declined. {asked.user} is told"
    if asked.purpose == Purpose.ACCESS:
        return f"{asked.user} has {asked.get_access_display()} access"
    what = (asked.contact.name if asked.contact else "") or "Contact"
    return f"{what} changed as {asked.user} suggested" if _suggests(asked) else f"{what} blocked"


def _page(request: HttpRequest, *, form: Any = None, view: str | None = None, problem: str = "") -> dict[str, Any]:
    view = request.GET.get("v", "") if view is None else view
    view = view if view in VIEWS else ""
    rows = VIEWS[view](request.user)
    after = request.GET.get("after", "")
    if after.isascii() and after.isdecimal() and len(after) <= 18:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: PAGE + 1])
    return {
        "requests": request_lines(request.user, found[:PAGE]),
        "after": found[PAGE - 1].pk if len(found) > PAGE else None,
        "view": view,
        "open_count": service.answerable(request.user).count(),
        "form": form,
        "problem": problem,
        "now": timezone.now(),
    }
