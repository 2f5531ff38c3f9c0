"""Forms of corrections, and of contacts that are made out of a conversation."""

from __future__ import annotations

from typing import Any

from django import forms

from contacts.models import Contact
from contacts.templatetags.contacts import NAMELESS

from .forms import LONGEST_NOTE
from .models import Interaction
from .outcomes import BY_VALUE, DEFAULTS, label_of

CHOOSE = "Choose a contact."
LARGEST_ID = 2**63 - 1
NAMES = ("given_name", "family_name", "company")


def read_id(text: str) -> int | None:
    """The id that a form posted; None for anything else."""
    is_id = text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= LARGEST_ID
    return int(text) if is_id else None


class CorrectionForm(forms.Form):
    """Disposition and note of a call. An outcome that is no longer on the list may stay."""

    outcome = forms.ChoiceField(
        required=False, widget=forms.RadioSelect, error_messages={"invalid_choice": "Choose one of these outcomes."}
    )
    note = forms.CharField(
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages={"max_length": "A note has at most 10,000 characters. This one has %(show_value)s."},
    )

    def __init__(self, data: Any, *, interaction: Interaction) -> None:
        super().__init__(data, initial={"outcome": interaction.outcome, "note": interaction.body})
        choices = [("", "None yet")] if not interaction.outcome else []
        choices += [(outcome.value, outcome.label) for outcome in DEFAULTS]
        if interaction.outcome and interaction.outcome not in BY_VALUE:
            choices.append((interaction.outcome, label_of(interaction.outcome)))
        self.fields["outcome"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField


class NewContactForm(forms.Form):
    """Who this is: a name or a company; the address comes from the conversation."""

    given_name = forms.CharField(label="First name", required=False)
    family_name = forms.CharField(label="Last name", required=False)
    company = forms.CharField(required=False)

    def __init__(self, data: Any, *, has_address: bool, initial: dict[str, str] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.has_address = has_address
        for name in NAMES:
            field: Any = self.fields[name]
            field.max_length = Contact._meta.get_field(name).max_length  # type: ignore[union-attr]  # all are columns
            field.widget.attrs |= {"dir": "auto", "maxlength": field.max_length, "autocomplete": "off"}

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        for name in NAMES:
            longest: Any = Contact._meta.get_field(name)
            if len(found.get(name, "")) > longest.max_length:
                self.add_error(name, f"Keep it to {longest.max_length} characters.")
        if not self.errors and not self.has_address and not any(found.get(name) for name in NAMES):
            raise forms.ValidationError(f"Type a name or a company: “{NAMELESS}” would say nothing.")
        return found
