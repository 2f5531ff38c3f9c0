"""The public page of a web chat: a visitor writes without signing in (product.md §7).

A visitor sees the chat's name and his or her own thread, and nothing else of the account.
"""

from __future__ import annotations

import uuid
import zoneinfo

from allauth.core.ratelimit import consume
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from contacts_project.core.errors import too_many
from contacts_project.core.htmx import answer, done
from conversations.forms_chat import ChatForm
from conversations.models import Channel, ChatVisitor
from conversations.services import chatting

COOKIE = "chat"
KEPT = 30 * 24 * 3600  # seconds: as long as a visitor finds the thread again
PAGE, FRAGMENTS = "conversations/chat.html", ("conversations/_chat_messages.html", "conversations/_chat.html")


@login_not_required
@never_cache
@require_safe
def chat(request: HttpRequest, key: str) -> HttpResponse:
    """GET /chat/<key>/: the thread so far and the form. 404 for no such chat, and for an archived one."""
    channel = _open(key)
    token = _token(request, key)
    response = _page(request, channel, chatting.visitor_of(channel, token))
    return response if token else _remember(response, key, chatting.new_token())


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def chat_messages(request: HttpRequest, key: str) -> HttpResponse:
    """GET /chat/<key>/messages/: the visitor's own messages. POST {body, name, email, once}: one more; 422, 429."""
    if request.method != "POST":
        return chat(request, key)
    channel = _open(key)
    token = _token(request, key) or chatting.new_token()
    if not consume(request, action="chat", key=token):
        return too_many(request)
    visitor = chatting.visitor_of(channel, token)
    form = ChatForm(request.POST, is_first=visitor is None)
    if not form.is_valid():
        return _remember(_page(request, channel, visitor, form, status=422), key, token)
    chatting.say(channel, token, once=_once(request), **form.cleaned_data)
    return _remember(done(request, reverse("conversations:chat", args=[key])), key, token)


def _open(key: str) -> Channel:
    channel = chatting.open_chat(key)
    if channel is None:
        raise Http404
    return channel


def _page(
    request: HttpRequest, channel: Channel, visitor: ChatVisitor | None, form: ChatForm | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "channel": channel,
        "lines": chatting.messages_of(visitor),
        "form": form or ChatForm(is_first=visitor is None),
        "address": reverse("conversations:chat", args=[channel.public_key]),
        "messages_address": reverse("conversations:chat-messages", args=[channel.public_key]),
    }
    fragments = FRAGMENTS if form is None else FRAGMENTS[::-1]
    with timezone.override(zoneinfo.ZoneInfo(channel.account.time_zone)):  # nobody knows the visitor's
        return answer(request, PAGE, *fragments, context=context, status=status)


def _token(request: HttpRequest, key: str) -> str:
    """The visitor's token out of the signed cookie; "" for none, or one that is not ours."""
    return request.get_signed_cookie(COOKIE, default="", salt=f"chat {key}", max_age=KEPT) or ""


def _remember(response: HttpResponse, key: str, token: str) -> HttpResponse:
    response.set_signed_cookie(
        COOKIE, token, salt=f"chat {key}", max_age=KEPT, path=reverse("conversations:chat", args=[key]),
        secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax",
    )  # fmt: skip
    return response


def _once(request: HttpRequest) -> str:
    try:
        return str(uuid.UUID(request.POST.get("once", "")))
    except ValueError:
        return ""
