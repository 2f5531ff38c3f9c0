"""Collaborators of an engagement, and its review (product.md §2c, §10)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from contacts.forms.sharing import AccessForm, CollaboratorForm
from contacts.views.granting import line_or_404, say_given, say_taken
from contacts_project.accounts.once import once
from contacts_project.core.errors import Refused
from contacts_project.core.htmx import answer, done, go
from conversations.engagements import policy
from conversations.engagements.forms import ReviewForm
from conversations.engagements.models import Engagement
from conversations.engagements.results_page import head_of
from conversations.engagements.services import reviewing
from conversations.engagements.services import sharing as services
from conversations.engagements.services.errors import EngagementError, TooLate

from .drafts import too_late

PAGES = ("engagements/engagement_collaborators.html", "engagements/_engagement_collaborators.html")


@require_http_methods(["GET", "HEAD", "POST"])
@once
def engagement_collaborators(request: HttpRequest, pk: int) -> HttpResponse:
    """/engagements/<id>/collaborators/ ?edit=<user id>; a POST {user, access, until} adds one."""
    engagement = policy.get_for(request.user, "share", pk)
    if request.method != "POST":
        return _show(request, engagement)
    form = CollaboratorForm(request.POST, actor=request.user)
    if not form.is_valid():
        return _show(request, engagement, form=form, status=422)
    user = form.cleaned_data["user"]
    try:
        is_new = services.set_access(
            request.user, engagement, user, form.cleaned_data["access"], form.cleaned_data["until"]
        )
    except EngagementError as error:
        form.add_error("user", str(error))
        return _show(request, engagement, form=form, status=422)
    say_given(request, user, form.cleaned_data["access"], is_new)
    return _back(request, engagement)


@require_POST
def engagement_collaborator(request: HttpRequest, pk: int, user_id: int) -> HttpResponse:
    """POST /engagements/<id>/collaborators/<user>/ {access, until}"""
    engagement = policy.get_for(request.user, "share", pk)
    line = line_or_404(services.SHARING, engagement, user_id)
    form = AccessForm(request.POST, actor=request.user)
    if not form.is_valid():
        return _show(request, engagement, edit=user_id, edit_form=form, status=422)
    access = form.cleaned_data["access"]
    until = form.cleaned_data["until"] if "until" in request.POST else line.until
    try:
        is_new = services.set_access(request.user, engagement, line.user, access, until)
    except EngagementError as error:
        form.add_error("access", str(error))
        return _show(request, engagement, edit=user_id, edit_form=form, status=422)
    say_given(request, line.user, access, is_new)
    return _back(request, engagement)


@require_POST
def engagement_collaborator_remove(request: HttpRequest, pk: int, user_id: int) -> HttpResponse:
    """Take somebody's access away, or leave, which everybody may. The last Admin stays."""
    leaves = user_id == request.user.pk
    engagement = policy.get_for(request.user, "view" if leaves else "share", pk)
    line = line_or_404(services.SHARING, engagement, user_id)
    try:
        token = services.remove_access(request.user, engagement, line.user)
    except EngagementError as error:
        way_out = (reverse("engagements:engagement-detail", args=[pk]), engagement.name)
        raise Refused(str(error), way_out=way_out) from error
    if leaves:
        messages.success(request, f"You have left {engagement.name}")
    else:
        say_taken(request, line.user, token)
    return _back(request, engagement)


@require_POST
def engagement_review(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /engagements/<id>/review/ {answer=approve|decline, message, version}"""
    engagement = policy.get_for(request.user, "review", pk)
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return _show_review(request, engagement, form)
    data = form.cleaned_data
    act = reviewing.approve if data["answer"] == "approve" else reviewing.decline
    try:
        act(request.user, engagement, message=data["message"], version=data["version"])
    except TooLate as error:
        return too_late(request, engagement, error)
    except EngagementError as error:
        form.add_error("message", str(error))
        return _show_review(request, engagement, form)
    messages.success(request, f"{engagement.name} {'approved' if data['answer'] == 'approve' else 'declined'}")
    return go(request, resolve_url("engagements:engagement-detail", pk))


def _show(request: HttpRequest, engagement: Engagement, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page with whatever form has errors."""
    edit = request.GET.get("edit", "")
    context = {
        "section": "engagements",
        "engagement": engagement,
        "lines": services.lines_of(engagement),
        "form": CollaboratorForm(actor=request.user),
        "edit": int(edit) if edit.isascii() and edit.isdecimal() and len(edit) < 19 else None,
        **more,
    }
    return answer(request, *PAGES, context=context, status=status)


def _show_review(request: HttpRequest, engagement: Engagement, form: ReviewForm) -> HttpResponse:
    actions = policy.allowed_actions(request.user, engagement)
    context = {**head_of(request.user, engagement), "actions": actions, "review_form": form}
    return answer(request, "engagements/engagement_review.html", context=context, status=422)


def _back(request: HttpRequest, engagement: Engagement) -> HttpResponse:
    """To the people, or where the actor may be now."""
    if not policy.can(request.user, "view", engagement):
        return go(request, "engagements:engagement-list")
    if not policy.can(request.user, "share", engagement):
        return go(request, resolve_url("engagements:engagement-detail", engagement.pk))
    return done(request, resolve_url("engagements:engagement-collaborators", engagement.pk))
