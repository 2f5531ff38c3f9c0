"""Collaborators of a channel: add, change, remove, leave (product.md §2c). A department's channel has none."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from contacts.forms.sharing import AccessForm, CollaboratorForm
from contacts.views.granting import line_or_404, say_given, say_taken
from contacts_project.accounts.once import once
from contacts_project.core.errors import Refused
from contacts_project.core.htmx import done, go
from conversations import policy
from conversations.models import Channel
from conversations.services import channel_sharing as services
from conversations.services.channels import ChannelError

from .channels import channel_answer, edited


@require_http_methods(["GET", "HEAD", "POST"])
@once
def channel_collaborators(request: HttpRequest, pk: int) -> HttpResponse:
    """/channels/<id>/collaborators/; a POST {user, access, until} adds one."""
    if request.method != "POST":
        return channel_answer(request, policy.get_visible(request.user, pk), edit=edited(request))
    channel = policy.get_for(request.user, "share", pk)
    services.refuse_department(channel)
    form = CollaboratorForm(request.POST, actor=request.user)
    if not form.is_valid():
        return channel_answer(request, channel, people_form=form, status=422)
    user = form.cleaned_data["user"]
    try:
        is_new = services.set_access(
            request.user, channel, user, form.cleaned_data["access"], form.cleaned_data["until"]
        )
    except ChannelError as error:
        form.add_error("user", str(error))
        return channel_answer(request, channel, people_form=form, status=422)
    say_given(request, user, form.cleaned_data["access"], is_new)
    return _back(request, channel)


@require_http_methods(["GET", "HEAD", "POST"])
def channel_collaborator(request: HttpRequest, pk: int, user_id: int) -> HttpResponse:
    """/channels/<id>/collaborators/<user id>/ {access, until}; a GET opens the row."""
    channel = policy.get_for(request.user, "share", pk)
    line = line_or_404(services.SHARING, channel, user_id)
    if request.method != "POST":
        return done(request, resolve_url("conversations:channel-detail", pk) + f"?edit={user_id}")
    form = AccessForm(request.POST, actor=request.user)
    if not form.is_valid():
        return channel_answer(request, channel, edit=user_id, edit_form=form, status=422)
    access = form.cleaned_data["access"]
    until = form.cleaned_data["until"] if "until" in request.POST else line.until
    try:
        is_new = services.set_access(request.user, channel, line.user, access, until)
    except ChannelError as error:
        form.add_error("access", str(error))
        return channel_answer(request, channel, edit=user_id, edit_form=form, status=422)
    say_given(request, line.user, access, is_new)
    return _back(request, channel)


@require_POST
def channel_collaborator_remove(request: HttpRequest, pk: int, user_id: int) -> HttpResponse:
    """Take somebody's access away, or leave, which everybody may. The last Admin stays."""
    leaves = user_id == request.user.pk
    channel = policy.get_for(request.user, "view" if leaves else "share", pk)
    line = line_or_404(services.SHARING, channel, user_id)
    try:
        token = services.remove_access(request.user, channel, line.user)
    except ChannelError as error:
        raise Refused(str(error), way_out=(reverse("conversations:channel-detail", args=[pk]), "People")) from error
    if leaves:
        messages.success(request, f"You have left {channel}")
    else:
        say_taken(request, line.user, token)
    return _back(request, channel)


def _back(request: HttpRequest, channel: Channel) -> HttpResponse:
    """To the channel, or to the list when the actor sees it no more."""
    if not policy.can(request.user, "view", channel):
        return go(request, "conversations:channel-list")
    return done(request, resolve_url("conversations:channel-detail", channel.pk))
