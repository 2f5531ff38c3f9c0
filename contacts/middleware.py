"""The address of a joined record leads to the one that was kept (product.md §8, Join it)."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from .policy import Joined


class JoinedContactMiddleware:
    """Answers `policy.Joined` to readers: 302 to the same page of the kept record. Everything else stays a 404."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        match = request.resolver_match
        if not isinstance(exception, Joined) or request.method not in ("GET", "HEAD") or match is None:
            return None
        if "pk" not in match.kwargs:
            return None
        address = reverse(match.view_name, kwargs={**match.kwargs, "pk": exception.kept_id})
        query = request.META.get("QUERY_STRING", "")
        return HttpResponseRedirect(f"{address}?{query}" if query else address)
