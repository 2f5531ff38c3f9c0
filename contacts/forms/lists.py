"""Forms of lists: name and description, which lists are asked for, whom to add, whether somebody is subscribed."""

from __future__ import annotations

from typing import Any

from django import forms

from contacts.models import List

LONGEST_SEARCH = 200
OLD = "was_"  # hidden fields with what a form was made from


class ListForm(forms.ModelForm):
    """A list's name and description. `before` is what the form was made from, as far as the post says so."""

    class Meta:
        model = List
        fields = ("name", "description")
        error_messages = {"name": {"required": "Name the list."}}
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"description": "What it is for. Its readers see it."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""

    @property
    def before(self) -> dict[str, str]:
        lines = {name: self.data.get(f"{OLD}{name}") for name in self.fields}
        return {name: value.replace("\r\n", "\n") for name, value in lines.items() if value is not None}

    def clean_description(self) -> str:
        """Browsers send line ends as CRLF."""
        return self.cleaned_data["description"].replace("\r\n", "\n")

    @property
    def values(self) -> dict[str, str]:
        """What is to be saved: of a post without `description` the name alone."""
        return {name: self.cleaned_data[name] for name in self.fields if name in self.data}


class ListsFilter(forms.Form):
    """Which lists the page shows; what is not understood is ignored."""

    VIEWS = {"": "All", "mine": "Mine", "shared": "Shared with me"}

    q = forms.CharField(required=False, max_length=LONGEST_SEARCH)
    v = forms.ChoiceField(required=False, choices=[(key, label) for key, label in VIEWS.items() if key])
    archived = forms.ChoiceField(required=False, choices=[("1", "Archived")])
    after = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)

    def read(self) -> dict[str, Any]:
        """The understood values by name; empty ones are "" or None."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}
