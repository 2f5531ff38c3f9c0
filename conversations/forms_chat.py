"""What a visitor of a web chat types."""

from __future__ import annotations

from typing import Any

from django import forms

from contacts_project.core.emails import LONGEST as LONGEST_EMAIL
from contacts_project.core.emails import EmailImpossible, parse_email

from .services.chatting import LONGEST, LONGEST_NAME


class ChatForm(forms.Form):
    """A message; the first one may say who writes."""

    name = forms.CharField(
        label="Your name, if you like", required=False, max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )  # fmt: skip
    email = forms.CharField(
        label="Your email, if you like", required=False, max_length=LONGEST_EMAIL,
        help_text="For an answer when you have gone.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )  # fmt: skip
    body = forms.CharField(
        label="Message", max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages={"required": "Write something."},
    )  # fmt: skip

    def __init__(self, *args: Any, is_first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_first:
            del self.fields["name"], self.fields["email"]

    def clean_email(self) -> str:
        text = self.cleaned_data["email"].strip()
        try:
            return parse_email(text).lower() if text else ""
        except EmailImpossible as error:
            raise forms.ValidationError(str(error)) from error
