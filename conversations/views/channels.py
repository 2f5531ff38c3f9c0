"""Channels: the list, adding one, its page, archiving, one's default (product.md §2c and §7; contract.md)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts_project.accounts.once import once
from contacts_project.core.htmx import answer, done, go
from conversations import policy
from conversations.channel_page import channel_context
from conversations.channel_rows import archived_count, channel_rows, providers_on
from conversations.forms_channels import ChannelForm, DefaultForm, SettingsForm
from conversations.jobs_channels import send_channel_check
from conversations.models import Channel
from conversations.services import channels as services
from conversations.services import verifying
from conversations.services.channels import ChannelError

PAGE = ("conversations/channel_detail.html", "conversations/_channel.html")
NEW = ("conversations/channel_new.html", "conversations/_channel_form.html")


@require_safe
def channel_list(request: HttpRequest) -> HttpResponse:
    """/channels/ ?archived=1"""
    archived = request.GET.get("archived") == "1"
    rows = channel_rows(request.user, archived=archived)
    context = {
        "section": "channels",
        "rows": rows,
        "archived": archived,
        "archived_count": 0 if archived else archived_count(request.user),
        "providers": providers_on(),
    }
    return answer(request, "conversations/channel_list.html", "conversations/_channel_list.html", context=context)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def channel_new(request: HttpRequest) -> HttpResponse:
    """/channels/new/ {kind=phone|caller_id|email|chat, address, label, department, capabilities, provider}"""
    if request.method != "POST":
        initial = {"kind": request.GET.get("kind", ""), "department": request.GET.get("department", "")}
        return answer(request, *NEW, context=_new_context(ChannelForm(actor=request.user, initial=initial)))
    form = ChannelForm(request.POST, actor=request.user)
    channel = _added(request, form) if form.is_valid() else None
    if channel is None:
        return answer(request, *NEW, context=_new_context(form), status=422)
    messages.success(request, " ".join(filter(None, [f"{channel} added.", form.hint])).removesuffix("."))
    return go(request, resolve_url("conversations:channel-detail", channel.pk))


def _added(request: HttpRequest, form: ChannelForm) -> Channel | None:
    """The new channel, whose check has begun where it needs one; None with the reason on the form."""
    try:
        channel = services.add_channel(request.user, **form.cleaned_data)
    except ChannelError as error:
        form.add_error("address", str(error))
        return None
    try:
        verifying.ask(request.user, channel, send=check_sender(request))
    except verifying.TooSoon as error:  # the address was there before; its page offers the next try
        messages.info(request, str(error))
    return channel


def _new_context(form: ChannelForm) -> dict[str, Any]:
    return {"section": "channels", "form": form, "kinds": Channel.Kind.choices, "chosen": form.chosen}


def check_sender(request: HttpRequest) -> verifying.Enqueue:
    address = request.build_absolute_uri("/")
    return lambda channel: send_channel_check.defer(channel_id=channel.pk, address=address)


@require_http_methods(["GET", "HEAD", "POST"])
def channel_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """/channels/<id>/; a POST {label, department} changes its settings."""
    if request.method != "POST":
        return channel_answer(request, policy.get_visible(request.user, pk), edit=edited(request))
    channel = policy.get_for(request.user, "edit", pk)
    form = SettingsForm(request.POST, actor=request.user, channel=channel)
    if not form.is_valid():
        return channel_answer(request, channel, settings_form=form, status=422)
    services.edit_channel(request.user, channel, **form.cleaned_data)
    messages.success(request, "Settings saved")
    if not policy.can(request.user, "view", channel):  # moved to where the mover sees nothing
        return go(request, "conversations:channel-list")
    return done(request, resolve_url("conversations:channel-detail", pk))


@require_POST
def channel_archive(request: HttpRequest, pk: int) -> HttpResponse:
    channel = policy.get_for(request.user, "archive", pk)
    return _said(request, channel, services.archive_channel(request.user, channel), "archived")


@require_POST
def channel_unarchive(request: HttpRequest, pk: int) -> HttpResponse:
    channel = policy.get_for(request.user, "archive", pk)
    try:
        token = services.unarchive_channel(request.user, channel)
    except ChannelError as error:
        return channel_answer(request, channel, problem=str(error), status=422)
    return _said(request, channel, token, "unarchived")


def _said(request: HttpRequest, channel: Channel, token: str, word: str) -> HttpResponse:
    """Doing it twice changes nothing and says nothing."""
    if token:
        messages.success(request, f"{channel} {word}", extra_tags=f"undo:{token}")
    return done(request, resolve_url("conversations:channel-detail", channel.pk))


@require_POST
def channel_default(request: HttpRequest, pk: int) -> HttpResponse:
    """POST {default=1|0}: what one writes or calls from first, among the lines of this kind."""
    channel = policy.get_for(request.user, "send", pk)
    wanted = DefaultForm(request.POST).is_wanted
    services.set_default(request.user, channel, is_default=wanted)
    messages.success(request, f"{channel} is {'your default' if wanted else 'no longer your default'}")
    return done(request, resolve_url("conversations:channel-detail", pk))


def channel_answer(request: HttpRequest, channel: Channel, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page with whatever form has errors."""
    return answer(request, *PAGE, context=channel_context(request.user, channel, **more), status=status)


def edited(request: HttpRequest) -> int | None:
    """Whose access the page opens for a change: `?edit=<user id>`; anything else is ignored."""
    value = request.GET.get("edit", "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) <= 18 else None
