"""The form of the window in which a contact wants to be called."""

from __future__ import annotations

from typing import Any

from django import forms

from .call_panel import DAYS, hour_in_words
from .models import CallPreference

HOURS = [(hour, hour_in_words(hour)) for hour in range(25)]
NO_DAY = "Choose at least one day."
NO_HOUR = "Choose an hour."


class PreferenceForm(forms.Form):
    """Posted: days (0 Monday, several), from_hour and to_hour (0 to 24)."""

    days = forms.TypedMultipleChoiceField(
        label="Days",
        choices=list(enumerate(DAYS)),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": NO_DAY, "invalid_choice": NO_DAY, "invalid_list": NO_DAY},
    )
    from_hour = forms.TypedChoiceField(
        label="From",
        choices=HOURS[:-1],
        coerce=int,
        error_messages={"required": NO_HOUR, "invalid_choice": NO_HOUR},
    )
    to_hour = forms.TypedChoiceField(
        label="To",
        choices=HOURS[1:],
        coerce=int,
        error_messages={"required": NO_HOUR, "invalid_choice": NO_HOUR},
    )

    def __init__(self, data: Any = None, *, preference: CallPreference | None = None) -> None:
        initial: dict[str, Any] = {"days": [], "from_hour": 9, "to_hour": 11}
        if preference:
            hours = {"from_hour": preference.from_hour, "to_hour": preference.to_hour}
            initial = {"days": preference.days, **hours}
        super().__init__(data, initial=initial)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "from_hour" in data and "to_hour" in data and data["from_hour"] >= data["to_hour"]:
            self.add_error("to_hour", "The window ends after it begins.")
        return data
