"""The page behind an invitation's link: choose a name and a password, and be signed in."""

from __future__ import annotations

from django.contrib import auth, messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from contacts_project.core.htmx import go

from .. import services
from ..forms import AcceptForm
from ..models import User

BACKEND = "contacts_project.accounts.backend.AccountBackend"


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """The form for whoever holds an open link; unknown, used and ended links get one and the same 404 page."""
    try:
        invitation = services.find_invitation(token)
    except services.InvitationGone:
        return _gone(request)
    if request.user.is_authenticated:
        status = 409 if request.method == "POST" else 200
        return render(request, "accounts/invitation_signed_in.html", {"invitation": invitation}, status=status)
    form = AcceptForm(request.POST or None, email=invitation.email)
    if request.method == "POST" and form.is_valid():
        try:
            return _welcome(request, _accept(token, form))
        except services.InvitationGone:
            return _gone(request)
        except services.InvitationUnusable as error:
            form.add_error(None, str(error))
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/invitation_accept.html", {"invitation": invitation, "form": form}, status=status)


def _accept(token: str, form: AcceptForm) -> User:
    return services.accept_invitation(token, name=form.cleaned_data["name"], password=form.cleaned_data["password1"])


def _welcome(request: HttpRequest, user: User) -> HttpResponse:
    auth.login(request, user, backend=BACKEND)
    messages.success(request, f"Welcome to {user.account}")
    return go(request, "/")


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/invitation_gone.html", status=404)
