"""Forms of calls while they go on and after them: answering, wrapping up, the phone where one is rung first."""

from __future__ import annotations

from typing import Any

from django import forms

from contacts_project.core.phones import PhoneImpossible, parse_phone

from .forms import LONGEST_NOTE
from .outcomes import DEFAULTS
from .services.calls import NextStep

ANSWER, NOT_ME = "answer", "not-me"
NEXT_STEP = "Call back"  # what a follow-up says that has a day and no words


class AnswerForm(forms.Form):
    """Field names: contract.md, Addresses (calls/<id>/answer/)."""

    answer = forms.ChoiceField(
        choices=[(ANSWER, "Answer"), (NOT_ME, "Not me")],
        error_messages={"required": "Answer, or say Not me.", "invalid_choice": "Answer, or say Not me."},
    )


class WrapUpForm(forms.Form):
    """Field names: contract.md, Addresses (interactions/<id>/wrap-up/); `line` says what the follow-up is about."""

    outcome = forms.ChoiceField(
        choices=[(outcome.value, outcome.label) for outcome in DEFAULTS],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose an outcome.", "invalid_choice": "Choose one of these outcomes."},
    )
    name = forms.CharField(
        label="Name",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": "No name yet", "autocomplete": "off"}),
        error_messages={"max_length": "A name has at most 200 characters."},
    )
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": "A note has at most 10,000 characters. This one has %(show_value)s."},
    )
    follow_up = forms.DateField(
        label="Date",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "This is not a day. Write it like 2026-11-30."},
    )
    line = forms.CharField(
        label="What",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": NEXT_STEP, "autocomplete": "off"}),
        error_messages={"max_length": "Keep it to 200 characters."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "wrap_%s", **kwargs})  # the strip stands beside the composer's forms

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("line") and not data.get("follow_up") and "follow_up" not in self.errors:
            self.add_error("follow_up", "Choose a day.")
        return data

    @property
    def follow_up_opens(self) -> bool:
        """The part stands open when something was typed there."""
        return bool(self.is_bound and (self["follow_up"].value() or self["line"].value()))

    def facts(self) -> dict[str, Any]:
        """What `services.wrapping_up.wrap_up` takes of a valid form."""
        data = self.cleaned_data
        step = NextStep(data["follow_up"], data["line"] or NEXT_STEP) if data["follow_up"] else None
        return {name: data[name] for name in ("outcome", "note", "name")} | {"follow_up": step}


class CallbackPhoneForm(forms.Form):
    """Where somebody is rung first; empty forgets it. `region`: of numbers typed without a country."""

    number = forms.CharField(
        label="Your phone",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"inputmode": "tel", "dir": "ltr", "autocomplete": "tel"}),
    )

    def __init__(self, *args: Any, region: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.region = region

    def clean_number(self) -> str:
        """In E.164 form."""
        text = self.cleaned_data["number"].strip()
        if not text:
            return ""
        try:
            return parse_phone(text, self.region, hints=False).e164
        except PhoneImpossible as error:
            raise forms.ValidationError(str(error)) from error
