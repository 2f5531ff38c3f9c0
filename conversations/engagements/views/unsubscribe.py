"""The link out of an email (product.md §10, Opt-out): public, for whoever holds its signed token.

The one address besides signed webhooks that takes posts without a CSRF token: a mail program posts by itself
(RFC 8058 §3.2), without a page of ours and without cookies. The token is the proof, and all that a post can do is what
its holder may do anyway.
"""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from conversations.engagements.services import leaving
from conversations.engagements.unsubscribing import read_token


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET /unsubscribe/<token>/: a page with the button, which changes nothing: mail programs open links by themselves.

    POST: unsubscribed, with one click too (`List-Unsubscribe=One-Click`); {again}: subscribed again. Answers 200 with
    the page, never a redirect (RFC 8058 §3.1), the same however often. 404 for a token that is not ours.
    """
    recipient = leaving.recipient_of(read_token(token))
    if recipient is None:
        raise Http404
    if request.method == "POST" and "again" in request.POST:
        leaving.come_back(recipient)
    elif request.method == "POST":
        leaving.leave(recipient)
    context = {
        "recipient": recipient, "account": recipient.engagement.account, "has_left": leaving.has_left(recipient),
        "came_back": request.method == "POST" and "again" in request.POST,
    }  # fmt: skip
    response = render(request, "engagements/unsubscribe.html", context)
    response["Referrer-Policy"] = "no-referrer"  # the address is a key
    response["X-Robots-Tag"] = "noindex"
    return response
