"""Collaborators of a list: add, change, remove, leave (product.md §2c)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from contacts import list_policy
from contacts.forms.sharing import AccessForm, CollaboratorForm
from contacts.models import List
from contacts.services import list_sharing as service
from contacts.services.lists import ListError
from contacts_project.accounts.models import User
from contacts_project.accounts.once import once
from contacts_project.core.errors import Refused
from contacts_project.core.htmx import answer, done, go

from .granting import line_or_404, say_given, say_taken

PAGE = ("contacts/list_collaborators.html", "contacts/_list_collaborators.html")


@require_http_methods(["GET", "HEAD", "POST"])
@once
def list_collaborators(request: HttpRequest, pk: int) -> HttpResponse:
    """/lists/<id>/collaborators/ ?edit=<user id>; a POST {user, access, until} adds one."""
    found = list_policy.get_for(request.user, "share", pk)
    if request.method != "POST":
        value = request.GET.get("edit", "")
        edit = int(value) if value.isascii() and value.isdecimal() and len(value) <= 18 else None
        return _people(request, found, edit=edit)
    form = CollaboratorForm(request.POST, actor=request.user)
    if not form.is_valid():
        return _people(request, found, form=form, status=422)
    user, access = form.cleaned_data["user"], form.cleaned_data["access"]
    try:
        is_new = service.set_access(request.user, pk, user, access, form.cleaned_data["until"])
    except ListError as error:
        form.add_error("user", str(error))
        return _people(request, found, form=form, status=422)
    return _changed(request, pk, user, access, is_new)


@require_POST
def list_collaborator(request: HttpRequest, pk: int, user_id: int) -> HttpResponse:
    """POST /lists/<id>/collaborators/<user>/ {access, until}"""
    found = list_policy.get_for(request.user, "share", pk)
    line = line_or_404(service.SHARING, found, user_id)
    form = AccessForm(request.POST, actor=request.user)
    if not form.is_valid():
        return _people(request, found, edit=user_id, edit_form=form, status=422)
    access = form.cleaned_data["access"]
    until = form.cleaned_data["until"] if "until" in request.POST else line.until
    try:
        is_new = service.set_access(request.user, pk, line.user, access, until)
    except ListError as error:
        form.add_error("access", str(error))
        return _people(request, found, edit=user_id, edit_form=form, status=422)
    return _changed(request, pk, line.user, access, is_new)


@require_POST
def list_collaborator_remove(request: HttpRequest, pk: int, user_id: int) -> HttpResponse:
    """POST /lists/<id>/collaborators/<user>/remove/: take somebody's access away, or leave, which everybody may."""
    leaves = user_id == request.user.pk
    found = list_policy.get_for(request.user, "view" if leaves else "share", pk)
    line = line_or_404(service.SHARING, found, user_id)
    try:
        if leaves:
            service.leave(request.user, pk)
            messages.success(request, f"You have left {found}")
            return go(request, "contacts:list-list")
        token = service.remove_access(request.user, pk, line.user)
    except ListError as error:
        raise Refused(str(error), way_out=_way_out(request, found)) from error
    say_taken(request, line.user, token)
    return done(request, resolve_url("contacts:list-collaborators", pk))


def _way_out(request: HttpRequest, found: List) -> tuple[str, str] | None:
    if not list_policy.can(request.user, "share", found):
        return None
    return reverse("contacts:list-collaborators", args=[found.pk]), "Collaborators"


def _changed(request: HttpRequest, pk: int, user: User, access: str, is_new: bool) -> HttpResponse:
    """Back to the people, or to the list for an Admin who has given the right to share away."""
    say_given(request, user, access, is_new)
    if not list_policy.lists_with(request.user, "share").filter(pk=pk).exists():
        return go(request, resolve_url("contacts:list-detail", pk))
    return done(request, resolve_url("contacts:list-collaborators", pk))


def _people(request: HttpRequest, found: List, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page with whatever form has errors."""
    context = {
        "section": "lists",
        "list": found,
        "lines": service.lines_on(found),
        "form": CollaboratorForm(actor=request.user),
        "here": reverse("contacts:list-collaborators", args=[found.pk]),
        **more,
    }
    return answer(request, *PAGE, context=context, status=status)
