"""What the steps of an import may post: the file, the columns' fields, owners, corrections and decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.db.models.functions import Lower

from contacts.imports.duplicates import GROUPS
from contacts.imports.limits import LARGEST_FILE, TOO_LARGE, FileRefused
from contacts.imports.owners import MOST_OWNERS, NOT_OWNERS, key, known_owners, may_set_owner, people_of
from contacts.imports.rows import REMARK
from contacts.imports.targets import is_target, menu, words_of
from contacts.imports.uploads import read_table_rows
from contacts.list_policy import lists_with
from contacts.models import Import, List
from contacts_project.accounts.models import User
from contacts_project.core.countries import country_names

ROW = "fix-"
WHOLE_NAME = "name"


class UploadForm(forms.Form):
    file = forms.FileField(
        label="Choose a file",
        allow_empty_file=True,  # the reader's own sentence says it better
        error_messages={"required": "Choose a file first.", "max_length": "The name of this file is too long."},
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.vcf,.xlsx"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(TOO_LARGE)
        return file


class TargetListForm(forms.Form):
    """The list on which everybody of the file is put: one that its user may fill, a new one, or none."""

    list = forms.ModelChoiceField(
        List.objects.none(),
        required=False,
        label="Put everybody on a list",
        help_text="Optional. Also those who are in your contacts already.",
        empty_label="No list",
        error_messages={"invalid_choice": "Choose one of your lists. It may have been archived, or taken from you."},
    )
    list_name = forms.CharField(
        required=False,
        max_length=List._meta.get_field("name").max_length,
        label="Or on a new list",
        error_messages={"max_length": "The name of the list is too long."},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["list"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = lists_with(user, "fill").order_by(Lower("name"), "pk")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("list") and data.get("list_name"):
            self.add_error("list_name", "Choose a list or name a new one, not both.")
        return data


@dataclass
class Column:
    """One column of the file on the mapping page."""

    number: int
    header: str
    sample: str
    target: str
    own_choice: tuple[str, str] | None  # a target beyond the menu, as guessed for exports with numbered columns


@dataclass
class UnknownOwner:
    """A value of the owner column that is no account user: chosen once for all its rows."""

    number: int
    text: str
    count: int
    chosen: int


class MappingForm:
    """Reads and shows where each column goes. What a post leaves out stays as it was guessed."""

    def __init__(self, made: Import, data: Mapping[str, str] | None = None):
        self.made, self.data = made, data
        self.is_bound = data is not None
        self.problem = ""
        self.owners: dict[str, int] = dict(made.mapping.get("owners") or {})
        self.targets = [self._target(number, target) for number, target in enumerate(made.mapping["targets"])]
        region = (data or {}).get("region", "")
        self.region = region if region in country_names() else made.options["region"]
        self._read_owners()

    def _target(self, number: int, present: str) -> str:
        posted = (self.data or {}).get(f"col-{number}", "")
        return posted if is_target(posted) else present

    def _read_owners(self) -> None:
        people = {person.pk for person in self.people} if self.data else set()
        for number in range(MOST_OWNERS):
            text, chosen = (self.data or {}).get(f"owner-value-{number}"), (self.data or {}).get(f"owner-{number}", "")
            if text and chosen.isdecimal() and len(chosen) <= 18 and int(chosen) in people:
                self.owners[key(text)] = int(chosen)

    @cached_property
    def people(self) -> list:
        return people_of(self.made.user) if may_set_owner(self.made.user) else []

    @cached_property
    def unknown_owners(self) -> list[UnknownOwner]:
        """Values of the owner column that name nobody, with how many rows have them. Reads the file."""
        if "owner" not in self.targets or not may_set_owner(self.made.user):
            return []
        place, known = self.targets.index("owner"), known_owners(self.made.user)
        values: Counter = Counter()
        for row in read_table_rows(self.made):
            text = row.cells[place] if place < len(row.cells) else ""
            if text and key(text) not in known:
                values[text] += 1
                if len(values) > MOST_OWNERS:
                    raise FileRefused(NOT_OWNERS)
        return [
            UnknownOwner(number, text, count, self.owners.get(key(text), self.made.user_id))
            for number, (text, count) in enumerate(values.most_common())
        ]

    def is_complete(self) -> bool:
        """Whether each unknown owner was chosen; sets `problem` where not."""
        try:
            missing = [owner for owner in self.unknown_owners if key(owner.text) not in self.owners]
        except FileRefused as refusal:
            self.problem = str(refusal)
            self.unknown_owners = []
            return False
        if missing:
            self.problem = "Choose an owner for each name that is no account user."
        return not missing

    def columns(self) -> list[Column]:
        sample = self.made.options.get("sample") or []
        known = {target for _, choices in self.menu for target, _ in choices}
        return [
            Column(
                number,
                header,
                ", ".join(row[number] for row in sample if number < len(row) and row[number]),
                self.targets[number],
                None if self.targets[number] in known else (self.targets[number], words_of(self.targets[number])),
            )
            for number, header in enumerate(self.made.headers)
        ]

    @cached_property
    def menu(self) -> list:
        return menu(may_set_owner(self.made.user))

    @property
    def countries(self) -> list[tuple[str, str]]:
        return list(country_names().items())


def read_fixes(made: Import, data: Mapping[str, str]) -> dict[int, dict[str, str]]:
    """Corrections as `apply_fixes` takes them, of fields that differ from what was read.

    `fix-<row id>-<n>` is the n-th issue of that row; `fix-<row id>-name` gives somebody nameless a name.
    """
    posted: dict[int, dict[str, str]] = {}
    for name, value in data.items():
        pk, _, place = name.removeprefix(ROW).partition("-")
        if name.startswith(ROW) and pk.isdigit() and len(pk) < 19 and (place.isdigit() or place == WHOLE_NAME):
            posted.setdefault(int(pk), {})[place] = value.replace("\0", "").strip()[:REMARK]
    fixes: dict[int, dict[str, str]] = {}
    for row in made.rows.filter(pk__in=list(posted)):
        for place, value in posted[row.pk].items():
            if place == WHOLE_NAME and value:
                fixes.setdefault(row.pk, {})["full_name"] = value
            elif place.isdigit() and int(place) < len(row.issues):
                issue = row.issues[int(place)]
                if issue.get("fix") and value != issue["value"]:
                    fixes.setdefault(row.pk, {})[issue["fix"]] = value
    return fixes


def read_decisions(data: Mapping[str, str]) -> dict[str, str]:
    """`group-<group>` of the check page; the service judges the values."""
    return {group: data[f"group-{group}"] for group in GROUPS if f"group-{group}" in data}
