"""Forms of the Collaborators tab: add a person, change an access, filter, and name a new owner."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms

from contacts.models import Kind
from contacts.rights import GRANTABLE
from contacts_project.accounts.colleagues import PersonMixin
from contacts_project.accounts.grants import Level
from contacts_project.accounts.models import User

PASSED = "This day has passed. Choose today or a later one."
PERSON = {"required": "Type a name or an email."}


class LevelsMixin(forms.Form):
    """For forms with a field `access`: only the levels that this kind of contact takes (product.md §2b)."""

    def offer(self, kind: str) -> None:
        levels = [(value, label) for value, label in Level.choices if value in GRANTABLE[kind]]
        names = [label for _, label in levels]
        field = self.fields["access"]
        field.choices = levels  # type: ignore[attr-defined]
        words = f"Choose {', '.join(names[:-1])} or {names[-1]}." if len(names) > 1 else f"Choose {names[0]}."
        field.error_messages |= {"required": words, "invalid_choice": words}


class UntilMixin(forms.Form):
    """For forms with a field `until`: the last day of the access, in the account's zone."""

    actor: User

    def clean_until(self) -> datetime.date | None:
        until = self.cleaned_data["until"]
        if until and self.actor.account and until < self.actor.account.today():
            raise forms.ValidationError(PASSED)
        return until


class CollaboratorForm(PersonMixin, UntilMixin, LevelsMixin, forms.Form):
    """Add a person with an access and, if wanted, its last day."""

    user = forms.CharField(label="Add a person", max_length=254, error_messages=PERSON)
    access = forms.ChoiceField(choices=Level.choices, initial=Level.READ)
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, actor: User, kind: str = Kind.PERSONAL, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.people: list[User] = []
        self.offer(kind)


class AccessForm(UntilMixin, LevelsMixin, forms.Form):
    """Change one person's access; a post without `until` leaves its last day as it is."""

    access = forms.ChoiceField(choices=Level.choices)
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, actor: User, kind: str = Kind.PERSONAL, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.offer(kind)


class OwnerForm(PersonMixin, forms.Form):
    """Make somebody else owner."""

    user = forms.CharField(label="New owner", max_length=254, error_messages=PERSON)

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.people: list[User] = []


class CollaboratorFilter(forms.Form):
    """The filter of the list; what is not understood is ignored."""

    q = forms.CharField(required=False, max_length=100)
    level = forms.ChoiceField(required=False, choices=Level.choices)
    after = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    edit = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)

    def read(self) -> dict[str, Any]:
        """The understood values by name; empty ones are "" or None."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}


class RequestForm(forms.Form):
    """Ask for access to what stands at a path; Admin cannot be asked for (product.md §2d)."""

    path = forms.CharField(max_length=2000, error_messages={"required": "Name the page you want to see."})
    access = forms.ChoiceField(
        required=False,
        choices=[(Level.READ.value, Level.READ.label), (Level.WRITE.value, Level.WRITE.label)],
        error_messages={"invalid_choice": "Read or Write can be asked for."},
    )
    message = forms.CharField(required=False, max_length=500)
