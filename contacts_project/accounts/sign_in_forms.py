"""allauth's forms with this site's labels and hints; what they check and do is left as it is."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms

HINT = "At least 10 characters. A few unusual words are easier to keep in mind than signs."


class OwnWords:
    """Put before an allauth form: labels of ours, and no placeholders, which repeat them."""

    words: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.words.get(name, field.label)
            field.help_text = HINT if name == "password1" else ""


class LoginForm(OwnWords, allauth_forms.LoginForm):
    words = {"login": "Work email", "password": "Password", "remember": "Stay signed in on this device"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class ChangePasswordForm(OwnWords, allauth_forms.ChangePasswordForm):
    words = {"oldpassword": "Current password", "password1": "New password", "password2": "New password again"}


class SetPasswordForm(OwnWords, allauth_forms.SetPasswordForm):
    words = {"password1": "New password", "password2": "New password again"}


class ResetPasswordForm(OwnWords, allauth_forms.ResetPasswordForm):
    words = {"email": "Work email"}


class ResetPasswordKeyForm(OwnWords, allauth_forms.ResetPasswordKeyForm):
    words = {"password1": "New password", "password2": "New password again"}
