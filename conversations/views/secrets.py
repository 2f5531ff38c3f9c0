"""Keys with which a phone system signs what it posts: account administrators make and retire them."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from contacts_project.accounts.once import once
from contacts_project.accounts.views.access import for_account_admins
from contacts_project.core.htmx import answer, done
from conversations.services.secrets import MOST_LIVE, TooManySecrets, live_secrets, make_secret, retire_secret

PAGE, FRAGMENT = "conversations/webhook_secrets.html", "conversations/_webhook_secrets.html"
RULE = "Only account administrators connect phone systems"
SHOWN_ONCE = "shown_webhook_secret"  # of the session: the id of a key that has just been made


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_account_admins(RULE)
@once
def webhook_secrets(request: HttpRequest) -> HttpResponse:
    """GET /channels/secrets/: the keys in use; POST makes one, which is shown in full on the next page only."""
    if request.method != "POST":
        return _page(request)
    try:
        made = make_secret(request.user)
    except TooManySecrets as problem:
        return _page(request, problem=str(problem), status=422)
    request.session[SHOWN_ONCE] = made.pk
    messages.success(request, "Key made. Copy it now")
    return done(request, "conversations:webhook-secrets")


@require_POST
@for_account_admins(RULE)
def webhook_secret_retire(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /channels/secrets/<id>/retire/"""
    retired = retire_secret(request.user, pk)
    messages.success(request, f"Key ending in {retired.secret[-4:]} retired")
    return done(request, "conversations:webhook-secrets")


def _page(request: HttpRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    fresh = request.session.pop(SHOWN_ONCE, None) if SHOWN_ONCE in request.session and request.method == "GET" else None
    lines = [
        {"secret": one, "ending": one.secret[-4:], "whole": one.secret if one.pk == fresh else ""}
        for one in live_secrets(request.user)
    ]
    context = {
        "section": "channels",
        "lines": lines,
        "can_make": len(lines) < MOST_LIVE,
        "problem": problem,
        "address": settings.PUBLIC_ADDRESS.rstrip("/") + reverse("conversations:webhook-interactions"),
    }
    return answer(request, PAGE, FRAGMENT, context=context, status=status)
