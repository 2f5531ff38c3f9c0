"""Proving that a Caller ID or an Email ID is ours: the code, the link, sending again (product.md §7)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.views.decorators.http import require_http_methods, require_POST

from contacts_project.core.errors import error_page
from contacts_project.core.htmx import answer, done, go
from conversations import policy
from conversations.forms_channels import CodeForm
from conversations.models import Channel
from conversations.services import verifying
from conversations.services.channels import ChannelError

from .channels import channel_answer, check_sender

LINK_PAGE = "conversations/channel_verify_link.html"


@require_POST
def channel_verify(request: HttpRequest, pk: int) -> HttpResponse:
    """POST {code}: the six digits that were read out."""
    channel = policy.get_for(request.user, "share", pk)
    form = CodeForm(request.POST)
    if not form.is_valid():
        return channel_answer(request, channel, code_form=form, status=422)
    try:
        verifying.verify(request.user, channel, form.cleaned_data["code"])
    except ChannelError as error:
        form.add_error("code", str(error))
        return channel_answer(request, channel, code_form=form, status=422)
    messages.success(request, f"{channel} is verified")
    return done(request, resolve_url("conversations:channel-detail", pk))


@require_POST
def channel_verify_send(request: HttpRequest, pk: int) -> HttpResponse:
    """Call or mail again."""
    channel = policy.get_for(request.user, "share", pk)
    try:
        verifying.ask(request.user, channel, send=check_sender(request))
    except verifying.TooSoon as error:
        return error_page(request, 429, title="Sent already", text=str(error))
    what = "A link is on its way" if channel.kind == Channel.Kind.EMAIL else "It is being called"
    messages.success(request, what)
    return done(request, resolve_url("conversations:channel-detail", pk))


@require_http_methods(["GET", "HEAD", "POST"])
def channel_verify_link(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """What the mail's link opens: a page whose button confirms. Opening it alone changes nothing."""
    channel = policy.get_for(request.user, "share", pk)
    if request.method != "POST":
        return answer(request, LINK_PAGE, context=_link_context(channel, token))
    try:
        verifying.verify(request.user, channel, token)
    except ChannelError as error:
        return answer(request, LINK_PAGE, context={**_link_context(channel, token), "problem": error}, status=422)
    messages.success(request, f"{channel} is verified")
    return go(request, resolve_url("conversations:channel-detail", pk))


def _link_context(channel: Channel, token: str) -> dict[str, object]:
    is_good = bool(channel.verified_at) or verifying.is_good_link(channel, token)
    return {"section": "channels", "channel": channel, "problem": "" if is_good else verifying.WRONG_LINK}
