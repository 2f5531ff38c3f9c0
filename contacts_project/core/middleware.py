"""What happens around every request: its id and log line, sign-in, the reader's clock, and bodies for bare answers.

No access rule about contacts lives here; anonymous access is the exception (design/security.md rule 1).
"""

import logging
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import auth
from django.contrib.auth import middleware as auth_middleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from . import errors, logs

GetResponse = Callable[[HttpRequest], HttpResponseBase]
SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
STAFF_MAY_OPEN = ("/admin/", "/accounts/")

log = logging.getLogger("kithline.request")


class RequestIdMiddleware:
    """Give each request an id, kept from the proxy when it looks sane, and write one log line at its end."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if SANE_ID.fullmatch(given) else uuid.uuid4().hex
        token = logs.request_id.set(request_id)
        begun = time.perf_counter()
        try:
            response = self.get_response(request)
            log.info("request", extra=_facts(request, response, time.perf_counter() - begun))
        finally:
            logs.request_id.reset(token)
        response["X-Request-ID"] = request_id
        return response


class LoginRequiredMiddleware(auth_middleware.LoginRequiredMiddleware):
    """Send anonymous readers to sign-in; under htmx by a 401 that makes the browser leave the page."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponseBase:
        if not request.htmx:
            return super().handle_no_permission(request, view_func)
        target = redirect_to_login(
            _asking_page(request), self.get_login_url(view_func), self.get_redirect_field_name(view_func)
        )
        response = HttpResponse(status=401, headers={"HX-Redirect": target.url})
        patch_vary_headers(response, ["HX-Request"])
        return response


class UserSettingsMiddleware:
    """Set the reader's clock; end sessions of the deactivated; keep platform staff in /admin/."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if not user.is_authenticated:
            if auth.SESSION_KEY in request.session:  # deactivated, or signed out by a new password
                request.session.flush()
            return self.get_response(request)
        with timezone.override(user.zone):
            response = self.get_response(request)
        # A person's page is kept by no cache on its way, and by the browser only to ask again.
        response.setdefault("Cache-Control", "private, no-cache")
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Platform staff are members of no account, so no page of an account can be shown to them."""
        outside = request.user.is_authenticated and request.user.account_id is None
        if outside and getattr(view, "login_required", True) and not request.path.startswith(STAFF_MAY_OPEN):
            return HttpResponseRedirect("/admin/")
        return None


class BareAnswerMiddleware:
    """Give Django's bare 405 a body that a person can read."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            page = errors.method_not_allowed(request)
            page["Allow"] = response["Allow"]
            return page
        return response


def _asking_page(request: HttpRequest) -> str:
    """Return the page that asked for a fragment, whose own address is no page to come back to."""
    try:
        return request.htmx.current_url_abs_path or "/"
    except ValueError:  # "http://[" in the header is no address
        return "/"


def _facts(request: HttpRequest, response: HttpResponseBase, seconds: float) -> dict[str, Any]:
    """Return what the log may know of a request: route name and ids, never the address, which may carry a search."""
    match = request.resolver_match
    user = getattr(request, "_cached_user", None)  # never load it just for the log
    return {
        "method": request.method,
        "route": match.view_name or match.route if match else "",
        "status": response.status_code,
        "duration_ms": round(seconds * 1000, 1),
        "user_id": getattr(user, "pk", None),
    }
