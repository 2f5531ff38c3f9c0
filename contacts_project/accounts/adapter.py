"""How allauth behaves here: sign-up is closed, mail that fails does not fail the page, words are ours."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

log = logging.getLogger("kithline.mail")


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "That email and password do not match.",
        "account_inactive": "This sign-in is switched off.",
        "enter_current_password": "This is not your current password.",
        "incorrect_password": "This is not your current password.",
        "same_as_current": "This is the password you have already.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come by invitation only."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Platform staff belong to no account: their place is the administration."""
        return super().get_login_redirect_url(request) if request.user.account_id else reverse("admin:index")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:my-settings") if request.user.account_id else reverse("admin:index")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that is down must not tell, by an error, which addresses are known."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError:  # smtplib's errors and refused connections
            log.exception("mail was not sent", extra={"template": template_prefix})
