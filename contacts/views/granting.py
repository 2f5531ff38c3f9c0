"""What the pages of collaborators share: lists, lines and engagements (`services.collaborating`)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from contacts.services.collaborating import Sharing
from contacts_project.accounts.grants import GrantLine
from contacts_project.accounts.models import User


def line_or_404(sharing: Sharing, thing: Any, user_id: int) -> GrantLine:
    """That person's grant on the thing; Http404 for none, and for one of another account."""
    get_object_or_404(User, pk=user_id, account=thing.account_id)
    line = sharing.line_of(thing, user_id)
    if line is None:
        raise Http404
    return line


def say_given(request: HttpRequest, user: User, access: str, is_new: bool) -> None:
    """Tell the reader what the person has now."""
    messages.success(request, f"{user} {'has' if is_new else 'already has'} {access.capitalize()} access")


def say_taken(request: HttpRequest, user: User, token: str) -> None:
    """Tell the reader that the person's access is gone, with an undo where there is one."""
    messages.success(request, f"{user} no longer has access", extra_tags=f"undo:{token}" if token else "")
