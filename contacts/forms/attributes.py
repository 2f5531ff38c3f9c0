"""The form of a contact's attributes and tags, whole or in part: fields that a post leaves out stay unchanged."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from contacts.models import Contact
from contacts.services.states import ATTRIBUTES
from contacts.services.tagging import LONGEST, split_names
from contacts_project.accounts.models import ZONES

MOST_TAGS = 50
FROM_PHONE = "From the primary phone"
# What is edited together on the Details tab, by the name that stands in ?field=
SECTIONS = {
    "name": ("prefix", "given_name", "middle_name", "family_name", "suffix"),
    "nickname": ("nickname",),
    "company": ("company",),
    "job_title": ("job_title",),
    "birthday": ("birthday",),
    "language": ("language",),
    "time_zone": ("time_zone",),
    "tags": ("tags",),
    "outside_id": ("outside_id", "outside_source"),
}
LANGUAGES = (
    "English",
    "Español",
    "Français",
    "Deutsch",
    "Português",
    "Italiano",
    "中文",
    "العربية",
    "Tiếng Việt",
    "Tagalog",
)


class TagsField(forms.CharField):
    """Tag names separated by commas -> list of names, each once (contract.md)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            required=False, max_length=(LONGEST + 2) * MOST_TAGS, help_text="Separate with a comma.", **options
        )

    def clean(self, value: Any) -> list[str]:
        text = super().clean(value)
        names = [" ".join(name.split()) for name in text.replace("\n", ",").split(",")]
        if any(len(name) > LONGEST for name in names):
            raise ValidationError(f"A tag has at most {LONGEST} characters.")
        if len(names) > MOST_TAGS:
            raise ValidationError(f"A contact has at most {MOST_TAGS} tags.")
        return split_names(text)


class AttributesForm(forms.ModelForm):
    """Attributes and tags; `only` narrows it to some of its fields. Never saved: the editing service writes."""

    birthday = forms.DateField(
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "Write the date as year, month, day: 1984-03-30."},
    )
    time_zone = forms.ChoiceField(
        required=False,
        choices=[("", FROM_PHONE), *((zone, zone.replace("_", " ")) for zone in ZONES)],
        error_messages={"invalid_choice": "This is not a time zone. Choose one, such as America/New York."},
    )
    tags = TagsField()

    class Meta:
        model = Contact
        fields = [
            "given_name", "middle_name", "family_name", "prefix", "suffix", "nickname", "company", "job_title",
            "birthday", "language", "time_zone", "outside_id", "outside_source",
        ]  # fmt: skip
        labels = {"outside_source": "From which system"}

    def __init__(
        self, data: Any = None, *, contact: Contact, tags: Iterable[str] = (), only: Iterable[str] | None = None
    ):
        given = {"instance": copy.copy(contact), "initial": {"tags": ", ".join(tags)}}
        super().__init__(data, **given)
        for name in set(self.fields) - set(self.fields if only is None else only):
            del self.fields[name]
        if "language" in self.fields:
            self.fields["language"].widget.attrs["list"] = "languages"
        if contact.time_zone and "time_zone" in self.fields and contact.time_zone not in ZONES:
            self.fields["time_zone"].choices = [*self.fields["time_zone"].choices, (contact.time_zone,) * 2]

    @property
    def languages(self) -> tuple[str, ...]:
        """Suggestions for the language, in each language's own name."""
        return LANGUAGES

    def clean_birthday(self) -> datetime.date | None:
        day = self.cleaned_data["birthday"]
        if day and day > datetime.date.today() + datetime.timedelta(days=1):  # it may be tomorrow somewhere
            raise ValidationError("This day is in the future.")
        return day

    @property
    def attributes(self) -> dict[str, Any]:
        """Cleaned values of the attributes in this form."""
        return {name: value for name, value in self.cleaned_data.items() if name in ATTRIBUTES}
