"""Page or fragment: how one view answers both (design/architecture.md §3).

A fragment is a template with an underscore, included by its page; its root element's id is the file's stem with
hyphens: "contacts/_contact_form.html" is #contact-form. The server picks it by header, never by a parameter.
"""

import copy
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.urls import resolve
from django.utils.cache import patch_vary_headers
from django.utils.datastructures import MultiValueDict
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

TOASTS = "_toasts_oob.html"


class SeeOther(HttpResponseRedirect):
    """303: the browser fetches the next page by GET, whatever the method was (RFC 9110 §15.4.4)."""

    status_code = 303


def answer(
    request: HttpRequest, page: str, *fragments: str, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """Render `page`, or for htmx one of `fragments`: the one whose id is HX-Target, else the first.

    Full-page htmx requests (boosted, history, target is the body) get the page. Waiting messages travel with a
    fragment as an out-of-band swap of #toasts.
    """
    chosen = _choose(request, fragments)
    content = render_to_string(chosen or page, context, request)
    if chosen and len(get_messages(request)):
        content += render_to_string(TOASTS, context, request)
    response = HttpResponse(content, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def done(request: HttpRequest, to: Any) -> HttpResponse:
    """Answer a successful POST: 303 to `to` (anything resolve_url takes), or for htmx the answer of `to` at once.

    For htmx the view behind `to` runs in the same request as a GET by the same person; it decides about access as
    always. Raises Resolver404 when `to` is no address of ours.
    """
    url = resolve_url(to)
    if not wants_fragment(request):
        return SeeOther(url)
    request.led_to = url  # type: ignore[attr-defined]  # for whoever must answer the same post again
    match = resolve(urlsplit(url).path)
    again = _as_get(request, url)
    again.resolver_match = match
    return match.func(again, *match.args, **match.kwargs)


def go(request: HttpRequest, to: Any) -> HttpResponse:
    """Leave the page after a successful POST: 303, or for htmx a 200 that makes the browser load `to`."""
    url = resolve_url(to)
    response = HttpResponseClientRedirect(url) if request.htmx else SeeOther(url)
    patch_vary_headers(response, ["HX-Request"])
    return response


def wants_fragment(request: HttpRequest) -> bool:
    """Say whether htmx asks for a part of a page, not for a whole one."""
    htmx = request.htmx
    return bool(htmx) and not (htmx.boosted or htmx.history_restore_request or htmx.request_type == "full")


def fragment_id(template: str) -> str:
    """Return the id of a fragment's root element: "contacts/_contact_form.html" gives "contact-form"."""
    return PurePosixPath(template).stem.removeprefix("_").replace("_", "-")


def _choose(request: HttpRequest, fragments: tuple[str, ...]) -> str | None:
    """Return the fragment to render, or None for the page. An unknown target gets the first fragment."""
    if not fragments or not wants_fragment(request):
        return None
    # htmx 4 sends "div#collection" with the id percent-encoded, htmx 2 sent "collection".
    target = unquote((request.htmx.target or "").rpartition("#")[2])
    return next((name for name in fragments if fragment_id(name) == target), fragments[0])


def _as_get(request: HttpRequest, url: str) -> HttpRequest:
    """Return a copy of `request` that asks for `url` by GET: same person, session, messages and htmx headers."""
    parts = urlsplit(url)
    again = copy.copy(request)
    body_headers = ("CONTENT_TYPE", "CONTENT_LENGTH")
    again.META = {name: value for name, value in request.META.items() if name not in body_headers}
    again.META.update(REQUEST_METHOD="GET", QUERY_STRING=parts.query, PATH_INFO=parts.path)
    again.method = "GET"
    again.path = again.path_info = parts.path
    again.GET = QueryDict(parts.query)
    again.POST = QueryDict()
    again._files = MultiValueDict()
    again.__dict__.pop("headers", None)  # cached from the old META
    again.htmx = HtmxDetails(again)
    return again
