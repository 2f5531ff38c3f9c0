"""Sign-in, sign-out and passwords: allauth's views with this site's status codes.

A refused form is 422 and a reached limit 429, and a taken one leads on by 303 (contract.md); allauth says 200 and 302.
"""

from __future__ import annotations

from typing import Any

from allauth.account import views as allauth_views
from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator

from .. import sign_in_forms as forms

TOO_MANY = "too_many_login_attempts"


class PlainStatus:
    """Put before an allauth view: its form answers 422, and its redirect after a POST is 303."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        if request.method == "POST" and response.status_code == 302:
            response.status_code = 303
        return response

    def form_invalid(self, form) -> HttpResponse:
        if any(error.code == TOO_MANY for error in form.non_field_errors().as_data()):
            return ratelimit.respond_429(self.request)
        return self.render_to_response(self.get_context_data(form=form), status=422)


@method_decorator(login_not_required, name="dispatch")
class LoginView(PlainStatus, allauth_views.LoginView):
    """Email and password."""

    form_class = forms.LoginForm


@method_decorator(login_not_required, name="dispatch")
class LogoutView(PlainStatus, allauth_views.LogoutView):
    """A form asks first; only its POST signs out."""


class PasswordChangeView(PlainStatus, allauth_views.PasswordChangeView):
    """Ends every other session of the person."""

    form_class = forms.ChangePasswordForm


class PasswordSetView(PlainStatus, allauth_views.PasswordSetView):
    """For people without a password."""

    form_class = forms.SetPasswordForm


@method_decorator(login_not_required, name="dispatch")
class PasswordResetView(PlainStatus, allauth_views.PasswordResetView):
    """Answers alike whether or not somebody signs in with the address."""

    form_class = forms.ResetPasswordForm


@method_decorator(login_not_required, name="dispatch")
class PasswordResetFromKeyView(PlainStatus, allauth_views.PasswordResetFromKeyView):
    """The page behind the mailed link."""

    form_class = forms.ResetPasswordKeyForm
