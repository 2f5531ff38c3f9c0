"""Settings of the account: name, default region, time zone and switches. For account administrators."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from contacts_project.core.htmx import answer, done

from ..forms import SettingsForm
from ..models import Account
from ..policy import SETTINGS_RULE
from .access import for_account_admins


@require_http_methods(["GET", "HEAD", "POST"])
@for_account_admins(SETTINGS_RULE)
def account_settings(request: HttpRequest) -> HttpResponse:
    """The form, and its saving."""
    account = get_object_or_404(Account, pk=request.user.account_id)
    form = SettingsForm(request.POST or None, instance=account)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Settings saved")
        return done(request, "accounts:account-settings")
    status = 422 if request.method == "POST" else 200
    context = {"form": form}
    return answer(
        request, "accounts/account_settings.html", "accounts/_settings_form.html", context=context, status=status
    )
