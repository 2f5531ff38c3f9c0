"""The forms of one edit: attributes and the formsets of rows, whole or in part, and what they ask to change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, QueryDict

from contacts.models import Contact
from contacts.services.editing import Invalid
from contacts.services.merging import Changes
from contacts.services.states import ROW_KINDS, State

from .attributes import SECTIONS, AttributesForm
from .rows import LABELS, MOST_ROWS, RowFormSet, formset_for

ONE = {"email": "emails", "phone": "phones", "address": "addresses", "website": "websites", "other": "other_fields"}
CARDS = {
    "tags": "tags", "photo": "name", "phones": "phones", "emails": "emails", "addresses": "addresses",
    "websites": "name", "other_fields": "other", "outside_id": "other",
}  # fmt: skip


@dataclass(frozen=True)
class Target:
    """What one small form edits: a section of attributes, the photo, one row (`pk`), or a new row of a kind."""

    field: str
    kind: str = ""
    pk: int | None = None

    @property
    def only(self) -> tuple[str, ...]:
        return SECTIONS.get(self.field, ())

    @property
    def card(self) -> str:
        """The card of the Details tab in which it stands."""
        return CARDS.get(self.kind or self.field, "name")


def target_of(field: str, state: State) -> Target:
    """Read ?field=: "phones" (a new one), "phone-12", "name", "photo" …; Http404 for anything else."""
    if field in ROW_KINDS:
        return Target(field, field)
    if field in SECTIONS or field == "photo":
        return Target(field)
    name, _, number = field.partition("-")
    pk = int(number) if number.isdecimal() and len(number) < 19 else 0
    kind = ONE.get(name, "")
    if kind and pk in state.rows[kind]:
        return Target(field, kind, pk)
    raise Http404


class VersionForm(forms.Form):
    """The version that the post was made from; empty means the current one."""

    version = forms.IntegerField(
        required=False,
        min_value=1,
        error_messages={"invalid": "The form came in damaged. Reload the page and try again."},
    )


class EditForms:
    """The forms of one contact. Bound when `data` is given: then only what was posted takes part."""

    def __init__(
        self, contact: Contact, state: State, data: QueryDict | None = None, *, target: Target | None = None
    ) -> None:
        self.contact, self.state, self.target, self.data = contact, state, target, data
        self.version_form = VersionForm(data if data is not None else {"version": contact.version})
        tags = sorted(state.tags.values(), key=str.lower)
        self.attributes = AttributesForm(data, contact=contact, tags=tags, only=self._names())
        self.formsets = {kind: self._formset(kind) for kind in ROW_KINDS if self._takes_part(kind)}
        if target is not None:
            self._focus_first()

    @property
    def version(self) -> Any:
        """What the hidden field `version` holds: what was posted, else the current version."""
        return self.version_form["version"].value() or self.contact.version

    @property
    def formset(self) -> RowFormSet | None:
        """The only formset, where one row is edited."""
        return next(iter(self.formsets.values()), None)

    def __getattr__(self, name: str) -> RowFormSet | None:
        """`forms.phones` in templates; None where the phones take no part."""
        if name in ROW_KINDS:
            return self.formsets.get(name)
        raise AttributeError(name)

    def is_valid(self) -> bool:
        parts = [self.version_form.is_valid(), self.attributes.is_valid()]
        return all([*parts, *(formset.is_valid() for formset in self.formsets.values())])

    def changes(self) -> Changes:
        """What is asked for; call after is_valid()."""
        return Changes(
            version=self.version_form.cleaned_data.get("version"),
            attributes=self.attributes.attributes,
            rows={kind: formset.changes() for kind, formset in self.formsets.items()},
            tags=self.attributes.cleaned_data.get("tags"),
        )

    def refuse(self, error: Invalid) -> None:
        """Put the service's sentences at their fields."""
        for key, message in error.errors:
            kind, _, rest = key.partition("-")
            if kind in self.formsets:
                index, _, column = rest.partition("-")
                form = self.formsets[kind].forms[int(index)]
                form.add_error(column if column in form.fields else None, message)
            else:
                self.attributes.add_error(key if key in self.attributes.fields else None, message)

    @property
    def sentences(self) -> list[str]:
        """What is wrong with the whole, for the notice above the form."""
        found = list(self.attributes.non_field_errors()) if self.attributes.is_bound else []
        for formset in self.formsets.values():
            if formset.is_bound:
                found += [*formset.non_form_errors()]
        return [*found, *self.version_form.errors.get("version", [])]

    def _focus_first(self) -> None:
        """The reader asked for this one form: its first field gets the focus, also where the page is loaded whole."""
        form = self.formset.forms[0] if self.formset and self.formset.forms else self.attributes
        name = getattr(form, "value", "") or next(iter(form.fields), "")
        if name:
            form.fields[name].widget.attrs["autofocus"] = True

    @property
    def suggestions(self) -> dict[str, tuple[str, ...]]:
        """Words offered for labels, by kind of row."""
        return {kind: LABELS[kind] for kind in self.formsets if LABELS[kind]}

    def _names(self) -> list[str] | None:
        if self.data is not None:
            return [name for name in AttributesForm.base_fields if name in self.data]
        return None if self.target is None else list(self.target.only)

    def _takes_part(self, kind: str) -> bool:
        if self.data is not None:
            return any(key.startswith(f"{kind}-") for key in self.data)
        return self.target is None or self.target.kind == kind

    def _formset(self, kind: str) -> RowFormSet:
        rows = self.state.rows[kind]
        show, extra = {}, 1
        if self.target is None:
            show = {pk: row for pk, row in rows.items() if not row.get("former_at")}
            show = dict(list(show.items())[:MOST_ROWS])
            extra = 0 if show or kind not in ("emails", "phones") else 1
        elif self.target.pk:
            show, extra = {self.target.pk: rows[self.target.pk]}, 0
        return formset_for(kind, self.data, rows=rows, show=show, extra=extra, region=self.region)

    @property
    def region(self) -> str:
        """The country of numbers typed without one: the contact's address, else the account's (product.md §3)."""
        data = self.data or {}
        posted = [data[key] for key in data if key.startswith("addresses-") and key.endswith("-country")]
        stored = [row["country"] for row in self.state.rows["addresses"].values()]
        return next(filter(None, [*posted, *stored]), self.contact.account.default_region)


def with_another_row(data: QueryDict, kind: str) -> QueryDict:
    """What was posted, with one more empty row of a kind: how rows are added without JavaScript."""
    more = data.copy()
    if kind in ROW_KINDS:
        total = data.get(f"{kind}-TOTAL_FORMS", "0")
        rows = min(int(total), MOST_ROWS - 1) if total.isdecimal() and len(total) < 6 else 0
        more[f"{kind}-TOTAL_FORMS"] = str(rows + 1)
        more.setdefault(f"{kind}-INITIAL_FORMS", "0")
    return more
