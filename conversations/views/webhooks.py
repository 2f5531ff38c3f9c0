"""The generic webhook: calls and messages of any phone system, signed (contract.md; docs/webhooks.md).

Size, then signature, then content, then the event and its job in one transaction; only then 202. Also owns the marks of
addresses that machines post to: no sign-in and no CSRF token, because a signature stands in their place.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from conversations.phone_events import Malformed, read_event
from conversations.services.generic_intake import GENERIC, line_of, payload_of, who_signed
from conversations.services.inbound import take_event

LARGEST = 1024 * 1024  # bytes
UNSIGNED = "The signature is missing, wrong or older than five minutes"

View = Callable[..., HttpResponseBase]


def for_machines(view: View) -> View:
    """Decorate a view that checks a signature itself before it does anything: POST only, at most 1 MiB."""

    @csrf_exempt
    @login_not_required
    @require_POST
    @wraps(view)
    def sized(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return _too_large() if is_too_large(request) else view(request, *args, **kwargs)

    return sized


def is_too_large(request: HttpRequest) -> bool:
    """Whether the body is, by its announced or its real length, above 1 MiB; it is not read to find out the first."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if announced.isascii() and announced.isdigit() and int(announced[:12]) > LARGEST:
        return True
    try:
        return len(request.body) > LARGEST
    except RequestDataTooBig:
        return True


@for_machines
def webhook_interactions(request: HttpRequest) -> HttpResponseBase:
    """POST /webhooks/interactions/: 202 {"stored": true|false}; 400 names the field; 401, 413."""
    body = request.body
    signed = who_signed(request.headers.get("X-Kithline-Signature", ""), body)
    if signed is None:
        return JsonResponse({"error": UNSIGNED}, status=401)
    try:
        event = read_event(body)
        channel = line_of(signed, event)
    except Malformed as problem:
        return JsonResponse({"error": str(problem), "field": problem.field}, status=400)
    made = take_event(GENERIC, channel.account_id, event.id, payload_of(channel, event))
    return JsonResponse({"stored": made is not None}, status=202)


def _too_large() -> JsonResponse:
    return JsonResponse({"error": "The body is larger than 1 MiB"}, status=413)
