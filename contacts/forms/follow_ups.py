"""The form of a follow-up."""

from __future__ import annotations

from typing import Any

from django import forms

from contacts_project.accounts.colleagues import PersonMixin
from contacts_project.accounts.models import User


class FollowUpForm(PersonMixin, forms.Form):
    """A day, one line, and for whom; nobody named means oneself."""

    due = forms.DateField(
        label="Date",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "Choose a day.", "invalid": "This is not a day. Write it like 2026-11-30."},
    )
    text = forms.CharField(
        label="What",
        max_length=200,
        error_messages={"required": "Say in one line what is to be done.", "max_length": "Keep it to 200 characters."},
    )
    user = forms.CharField(label="For", max_length=254, required=False)

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.people: list[User] = []
