"""Forms of blocks: of a contact in several scopes, of an address in one (contract.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from contacts.services.blocks import ACCOUNT, OWN_LINES, Place, Unreadable, read_address
from contacts_project.accounts.models import User
from departments.models import Department

from .sharing import UntilMixin

REASONS = ("Unwanted calls", "Robot or spam", "Wrong number")
WHERE = "Choose where it is blocked."


class ReasonForm(UntilMixin, forms.Form):
    """Why, and until which day (inclusive) if it is to end."""

    reason = forms.CharField(required=False, max_length=200, widget=forms.TextInput(attrs={"list": "block-reasons"}))
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor

    @property
    def reasons(self) -> tuple[str, ...]:
        """Suggestions for the reason; any other words will do."""
        return REASONS


class ScopeMixin(forms.Form):
    """Knows every scope of the account by its value; which of them the actor may use, the service judges (403)."""

    actor: User
    places: Sequence[Place]

    @property
    def known_scopes(self) -> list[tuple[str, str]]:
        departments = Department.objects.filter(account=self.actor.account_id).values_list("pk", "name")
        return [(OWN_LINES, ""), (ACCOUNT, ""), *((f"department:{pk}", name) for pk, name in departments)]

    @property
    def offered(self) -> list[tuple[Place, bool]]:
        """The places to choose from, and whether each is chosen now."""
        chosen = self.data.getlist("scope") if self.is_bound else None  # type: ignore[attr-defined]
        return [(place, place.is_default if chosen is None else place.value in chosen) for place in self.places]


class BlockContactForm(ScopeMixin, ReasonForm):
    """Block a contact. A post without any `scope` means the default ones; the page posts an empty one as well."""

    scope = forms.MultipleChoiceField(required=False, error_messages={"invalid_choice": WHERE})

    def __init__(self, *args: Any, places: Sequence[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = places
        self.fields["scope"].choices = [("", ""), *self.known_scopes]  # type: ignore[attr-defined]

    def clean_scope(self) -> list[str] | None:
        if "scope" not in self.data:
            return None
        chosen = [value for value in self.cleaned_data["scope"] if value]
        if not chosen:
            raise forms.ValidationError(WHERE)
        return chosen


class BlockAddressForm(ReasonForm):
    """Block a number or an email in the one scope that the page is about."""

    address = forms.CharField(
        label="Number or email", max_length=500, help_text="For callers without a contact",
        error_messages={"required": "Type a phone number or an email."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    field_order = ["address", "scope", "reason", "until"]

    def clean_address(self) -> str:
        try:
            return read_address(self.actor, self.cleaned_data["address"])
        except Unreadable as error:
            raise forms.ValidationError(str(error)) from error


class BlockSomewhereForm(ScopeMixin, BlockAddressForm):
    """Block an address where the poster says; without a `scope` at the default place."""

    scope = forms.ChoiceField(required=False, error_messages={"invalid_choice": WHERE})

    def __init__(self, *args: Any, places: Sequence[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = places
        self.fields["scope"].choices = self.known_scopes  # type: ignore[attr-defined]

    def clean_scope(self) -> str | None:
        return self.cleaned_data["scope"] or None


class UnblockForm(forms.Form):
    """Which scopes are unblocked; none named means all that the poster may lift. Unknown ones hold nothing."""

    def scopes(self) -> list[str] | None:
        return [value for value in self.data.getlist("scope") if value] or None  # type: ignore[attr-defined]
