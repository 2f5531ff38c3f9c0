"""Forms of the ways out: why somebody is to be blocked, and new values for a contact that one may not edit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from contacts.models import Contact
from contacts.services.editing import Invalid
from contacts.services.merging import Changes
from contacts.services.states import ROW_KINDS
from contacts.services.suggesting import KINDS

from .attributes import AttributesForm
from .rows import RowFormSet, formset_for

MAIN = ("given_name", "middle_name", "family_name", "nickname", "company", "job_title")
MESSAGE = forms.Textarea(attrs={"rows": 2})


class AskBlockForm(forms.Form):
    """Why the contact is to be blocked: the Admin Operator decides by it."""

    reason = forms.CharField(
        max_length=200, error_messages={"required": "Say why: an Admin Operator decides by it."},
        widget=forms.TextInput(attrs={"list": "block-reasons"}),
    )  # fmt: skip


class MessageForm(forms.Form):
    message = forms.CharField(required=False, max_length=500, widget=MESSAGE)


class SuggestForms:
    """A suggestion: attributes, phones and emails as in the edit form, and a message; what is posted takes part."""

    def __init__(self, contact: Contact, data: QueryDict | None = None) -> None:
        self.contact, self.data = contact, data
        self.message = MessageForm(data)
        names = [name for name in AttributesForm.base_fields if name != "tags" and (data is None or name in data)]
        self.attributes = AttributesForm(data, contact=contact, only=names)
        self.formsets = {kind: self._formset(kind) for kind in KINDS if self._takes_part(kind)}

    @property
    def main_fields(self) -> list[forms.BoundField]:
        """What is suggested most: names, company and job title. The others stand behind a fold."""
        return [field for field in self.attributes if field.name in MAIN]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        return [field for field in self.attributes if field.name not in MAIN]

    @property
    def phones(self) -> RowFormSet | None:
        return self.formsets.get("phones")

    @property
    def emails(self) -> RowFormSet | None:
        return self.formsets.get("emails")

    def is_valid(self) -> bool:
        parts = [self.message.is_valid(), self.attributes.is_valid()]
        return all([*parts, *(formset.is_valid() for formset in self.formsets.values())])

    def changes(self) -> Changes:
        """Everything that was posted; the service takes what differs. Call after is_valid()."""
        rows = {kind: formset.changes() for kind, formset in self.formsets.items()}
        return Changes(attributes=self.attributes.attributes, rows=rows)

    def refuse(self, error: Invalid) -> None:
        """Put the service's sentences at their fields, where these are on the page."""
        for key, message in error.errors:
            self.attributes.add_error(key if key in self.attributes.fields else None, message)

    def _takes_part(self, kind: str) -> bool:
        return self.data is None or any(key.startswith(f"{kind}-") for key in self.data)

    def _formset(self, kind: str) -> RowFormSet:
        stored = getattr(self.contact, kind).all()
        rows = {row.pk: {name: getattr(row, name) for name in ROW_KINDS[kind].stored} for row in stored}
        current = {pk: row for pk, row in rows.items() if not row["former_at"]}
        return formset_for(kind, self.data, rows=rows, show=current, extra=1, region=self._region)

    @property
    def _region(self) -> str:
        """The country of numbers typed without one: the contact's address, else the account's (product.md §3)."""
        countries = (address.country for address in self.contact.addresses.all())
        return next(filter(None, countries), self.contact.account.default_region)


def choice_of(asked: Any, levels: tuple[str, ...]) -> list[tuple[str, str]]:
    """The answers that fit a request: read, write or decline for access, accept or decline for the others."""
    first = [(level, level.capitalize()) for level in levels] if asked.purpose == "access" else [("accept", "Accept")]
    return [*first, ("decline", "Decline")]


class AnswerForm(forms.Form):
    """Answer a request, with a word if wanted. `seen` names what a suggestion's owner looked at."""

    answer = forms.ChoiceField(error_messages={"required": "Choose an answer."})
    message = forms.CharField(required=False, max_length=500)
    seen = forms.CharField(required=False, max_length=40)

    def __init__(self, data: Any, *, asked: Any, levels: tuple[str, ...] = ()) -> None:
        super().__init__(data)
        choices = choice_of(asked, levels)
        field = self.fields["answer"]
        field.choices = choices  # type: ignore[attr-defined]
        words = " or ".join(label for value, label in choices if value != "decline")
        verb = "Give " if asked.purpose == "access" and levels else ""
        field.error_messages["invalid_choice"] = f"{verb}{words}, or decline." if words else "Decline it."
