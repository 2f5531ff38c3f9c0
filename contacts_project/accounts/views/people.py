"""People: who is in the account, invitations, roles, deactivation with a successor. For account administrators."""

from __future__ import annotations

import math
from dataclasses import asdict

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from contacts_project.core.htmx import answer, done

from .. import services
from ..forms import InviteForm
from ..links import link_to
from ..models import Invitation
from ..paging import people_page
from ..policy import PEOPLE_RULE, people_of
from .access import for_account_admins

RESULTS = "invite_results"  # session key: what the last list of emails led to, shown once
MAIL_STAYS_HERE = ("console", "locmem", "filebased", "dummy")


@require_safe
@for_account_admins(PEOPLE_RULE)
def person_list(request: HttpRequest) -> HttpResponse:
    """Everybody in the account, invitations that wait, and the form to invite."""
    return _people(request, InviteForm())


@require_POST
@for_account_admins(PEOPLE_RULE)
def person_invite(request: HttpRequest) -> HttpResponse:
    """Invite a pasted list; the page then says what became of each address."""
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _people(request, form, status=422)
    results = services.invite_people(request.user, address=_site(request), **form.cleaned_data)
    request.session[RESULTS] = [asdict(result) for result in results]
    return done(request, "accounts:person-list")


@require_POST
@for_account_admins(PEOPLE_RULE)
def invitation_resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a new link for another 72 hours."""
    invitation = _invitation(request, pk)
    try:
        services.resend_invitation(request.user, invitation=invitation, address=_site(request))
    except services.InvitationGone as error:
        raise Http404 from error
    messages.success(request, f"A new link was sent to {invitation.email}")
    return done(request, "accounts:person-list")


@require_POST
@for_account_admins(PEOPLE_RULE)
def invitation_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """End an open invitation."""
    invitation = _invitation(request, pk)
    try:
        services.withdraw_invitation(request.user, invitation=invitation)
    except services.InvitationGone as error:
        raise Http404 from error
    messages.success(request, f"The invitation of {invitation.email} was taken back")
    return done(request, "accounts:person-list")


def _people(request: HttpRequest, form: InviteForm, status: int = 200) -> HttpResponse:
    query = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    page = people_page(request.user, query=query, after=request.GET.get("after", ""))
    context = {
        "form": form,
        "page": page,
        "query": query,
        "total": people_of(request.user).filter(is_active=True).count(),
        "invitations": _waiting(request),
        "results": request.session.pop(RESULTS, None) if status == 200 else None,
    }
    return answer(request, "accounts/person_list.html", "accounts/_people.html", context=context, status=status)


def _waiting(request: HttpRequest) -> list[Invitation]:
    """Open and ended invitations, newest first; each with `link` where mail does not leave this machine."""
    rows = Invitation.objects.filter(account=request.user.account_id, accepted_at__isnull=True)
    waiting = list(rows.select_related("invited_by").order_by("-expires_at", "pk")[:200])
    shown = any(name in settings.EMAIL_BACKEND for name in MAIL_STAYS_HERE)
    for invitation in waiting:
        left = invitation.expires_at - timezone.now()
        invitation.has_ended, invitation.hours_left = left.total_seconds() <= 0, math.ceil(left.total_seconds() / 3600)
        invitation.link = link_to(invitation, _site(request)) if shown and not invitation.has_ended else ""
    return waiting


def _invitation(request: HttpRequest, pk: int) -> Invitation:
    return get_object_or_404(Invitation, pk=pk, account=request.user.account_id, accepted_at__isnull=True)


def _site(request: HttpRequest) -> str:
    return request.build_absolute_uri("/")
