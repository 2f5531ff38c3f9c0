"""Error answers: a sentence for each status, as a page or for htmx as a fragment with the same status.

Owns Refused, the 403 that names its rule. The 404 looks the same for hidden and for missing: it is made from the
request alone, never from what was or was not found (product.md §2).
"""

import datetime
import logging
import sys
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from . import logs

FRAGMENT = "errors/_error.html"
SLOT = "#error"  # in every base template: an error replaces nothing on the page, nor what was typed
LONGEST_LIMIT = datetime.timedelta(minutes=5)  # the longest window of ACCOUNT_RATE_LIMITS
WORDS = {
    400: ("This request cannot be read", "Something in it is malformed. Go back, reload the page and try again."),
    403: ("You may not do this", "You can see this, but your access does not include what you asked for."),
    404: ("Nothing here that you can open", "It does not exist, or it is not shared with you."),
    405: ("This address does not answer that", "It was opened in a way that it does not know. Go back and try again."),
    413: ("That is too large", "A form takes 5 MB and 5,000 fields, a file for import 50 MB. Send less at a time."),
    429: ("Too many tries", "Wait five minutes, then try again."),
    500: ("Something went wrong on our side", "It has been logged. What you saved before is safe."),
    503: ("The database is busy", "Nothing was lost. Wait a few seconds and try again."),
    "csrf": ("This form has expired", "You signed in or out since it was opened. Reload the page and send it again."),
}
LAST_WORDS = "<!doctype html><html lang=en><title>Error</title><p>Something went wrong on our side. It has been logged."

log = logging.getLogger("kithline.errors")


class Refused(PermissionDenied):
    """A visible thing and a forbidden action: 403 with the rule in words.

    `rule`: a sentence such as "Only the original owner can edit". `who`: names of those who may.
    `way_out`: address and label of what can be done instead, such as ("/contacts/7/suggest/", "Suggest the change").
    """

    def __init__(self, rule: str, who: Iterable[str] = (), way_out: tuple[str, str] | None = None) -> None:
        super().__init__(rule)
        self.rule = rule
        self.who = list(who)
        self.way_out = way_out


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler400: malformed, or too large, which Django reports by the same handler."""
    too_large = isinstance(exception, RequestDataTooBig | TooManyFieldsSent)
    return error_page(request, 413 if too_large else 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler403: with rule, people and way out when the exception is a Refused."""
    if not isinstance(exception, Refused):
        return error_page(request, 403)
    return error_page(request, 403, rule=exception.rule, who=exception.who, way_out=exception.way_out)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404: hidden and missing are one answer, so the exception is not looked at."""
    return error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: rendered without the request, because person, session and database may be what failed.

    A database that is down, busy or waits too long for a lock is a 503: the same request may work in a moment.
    """
    partial = bool(getattr(request, "htmx", False))
    code = 503 if isinstance(sys.exc_info()[1], OperationalError) else 500
    response = _respond(without_request(code, FRAGMENT if partial else "500.html"), code, partial)
    if code == 503:
        response["Retry-After"] = "5"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: the token is missing, wrong or from another session."""
    return error_page(request, 403, "403_csrf.html", status="csrf")


def method_not_allowed(request: HttpRequest) -> HttpResponse:
    """The body of a 405; the caller sets Allow."""
    return error_page(request, 405)


def too_many(request: HttpRequest) -> HttpResponse:
    """handler429, which allauth calls when a sign-in limit is reached."""
    response = error_page(request, 429, retry_at=timezone.now() + LONGEST_LIMIT)
    response["Retry-After"] = str(int(LONGEST_LIMIT.total_seconds()))
    return response


def without_request(code: int, template: str = "") -> str:
    """Return an error's HTML when there is no request to trust, or templates themselves may have failed."""
    try:
        return render_to_string(template or f"{code}.html", _context(code, request_id=logs.request_id.get()))
    except Exception:
        log.exception("an error page failed")
        return LAST_WORDS


def error_page(request: HttpRequest, code: int, page: str = "", **facts: Any) -> HttpResponse:
    """Answer with status `code`: the page (`<code>.html` unless named), or the fragment; `facts` are its context."""
    htmx = getattr(request, "htmx", None)
    partial = bool(htmx) and not htmx.history_restore_request
    context = _context(facts.pop("status", code), path=request.path, **facts)
    try:
        content = render_to_string(FRAGMENT if partial else page or f"{code}.html", context, request)
    except Exception:
        log.exception("an error page failed")  # Django logs only what led to it
        return server_error(request)
    return _respond(content, code, partial)


def _context(status: int | str, **facts: Any) -> dict[str, Any]:
    """Return what the templates know: status (a number, or "csrf"), title, text and the facts."""
    title, text = WORDS[status]
    return {"status": status, "title": title, "text": text, **facts}


def _respond(content: str, code: int, partial: bool) -> HttpResponse:
    response = HttpResponse(content, status=code)
    if partial:
        response["HX-Retarget"] = SLOT
        response["HX-Reswap"] = "innerHTML"
    patch_vary_headers(response, ["HX-Request"])
    return response
