"""The formsets of a contact's rows: emails, phones, addresses, websites, other fields (prefixes: contract.md).

They accept any part of the rows: rows and columns that are not posted stay unchanged, an empty row without an id is
no row. What they give is a list of `RowChange`; the editing service writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet, formset_factory

from contacts.models import ContactAddress, ContactEmail, ContactOtherField, ContactPhone, ContactWebsite
from contacts.services.merging import RowChange
from contacts.services.states import ROW_KINDS, Rows, Values
from contacts_project.core import countries, emails, phones

MOST_ROWS = 300  # in one form; further rows are edited one by one
LABELS = {
    "emails": ("Work", "Home", "Billing"),
    "phones": ("Mobile", "Work", "Home", "Fax"),
    "addresses": ("Work", "Home", "Billing", "Delivery"),
    "websites": ("Work", "Blog", "Profile"),
    "other_fields": (),
}


class RowForm(forms.ModelForm):
    """One row. `value` names the column that makes a row; a row without it is refused if it has an id, else ignored."""

    id = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    current = forms.BooleanField(required=False, widget=forms.HiddenInput)
    kind = ""
    missing = ""

    def __init__(self, *args: Any, stored: Rows | None = None, region: str = "US", **options: Any) -> None:
        self.region = region
        self.stored = stored or {}
        super().__init__(*args, **options)
        labels = LABELS[self.kind]
        if labels:
            self.fields["label"].widget.attrs["list"] = f"labels-{self.kind}"

    @property
    def labels(self) -> tuple[str, ...]:
        """Suggestions for the label; any other word will do."""
        return LABELS[self.kind]

    @property
    def is_marked(self) -> bool:
        """The stored row is the primary one: the mark moves by marking another."""
        pk = str(self["id"].value() or "")
        return pk.isdecimal() and len(pk) <= 18 and bool(self.stored.get(int(pk), {}).get("is_primary"))

    @property
    def noun(self) -> str:
        """What the row is called: "Number"."""
        return ROW_KINDS[self.kind].noun.capitalize()

    def posted(self, name: str) -> bool:
        return self.add_prefix(name) in self.data

    @property
    def row(self) -> Values:
        """The stored row that the posted id names; empty when there is none."""
        return self.stored.get(self.cleaned_data.get("id") or 0, {})

    @property
    def value(self) -> str:
        return ROW_KINDS[self.kind].value

    def clean(self) -> Values:
        super().clean()
        data = self.cleaned_data
        asked = data.get("DELETE") or data.get("current")
        if (
            data.get("id")
            and not asked
            and self.posted(self.value)
            and self.is_blank()
            and self.value not in self.errors
        ):
            self.add_error(self.value, self.missing)
        return data

    def is_blank(self) -> bool:
        """No value has been typed: nobody adds a row that has a label only."""
        return not self.cleaned_data.get(self.value)

    def columns(self) -> Values:
        """The cleaned values of the columns that were posted."""
        columns = (name for name in ROW_KINDS[self.kind].columns if self.posted(name) and name in self.cleaned_data)
        return {name: self.cleaned_data[name] for name in columns}

    def change(self, index: int) -> RowChange | None:
        """What this row asks for; None for an empty row without an id."""
        data = self.cleaned_data
        if not data.get("id") and self.is_blank():
            return None
        primary = bool(data.get("is_primary")) if self.posted("is_primary") else None
        return RowChange(
            index, data.get("id"), self.columns(), bool(data.get("DELETE")), bool(data.get("current")), primary
        )


class EmailForm(RowForm):
    kind, missing = "emails", "Type the email, or remove it."
    address = forms.CharField(
        label="Email", required=False, max_length=500,
        widget=forms.TextInput(attrs={"inputmode": "email", "dir": "ltr", "autocomplete": "off"}),
    )  # fmt: skip

    class Meta:
        model = ContactEmail
        fields = ["label", "address", "is_primary"]

    def clean_address(self) -> str:
        typed = self.cleaned_data["address"]
        if not typed or typed == self.row.get("address"):
            return typed
        try:
            return emails.parse_email(typed)
        except emails.EmailImpossible as error:
            raise ValidationError(str(error)) from error


class PhoneForm(RowForm):
    kind, missing = "phones", "Type the number, or remove it."
    number = forms.CharField(
        required=False, max_length=phones.LONGEST_TEXT,
        widget=forms.TextInput(attrs={"inputmode": "tel", "type": "tel", "dir": "ltr", "autocomplete": "off"}),
    )  # fmt: skip
    extension = forms.CharField(
        required=False, max_length=20, widget=forms.TextInput(attrs={"inputmode": "numeric", "dir": "ltr"})
    )

    class Meta:
        model = ContactPhone
        fields = ["label", "number", "extension", "is_primary"]

    field_order = ("label", "number", "extension", "is_primary")

    def clean_number(self) -> str:
        """E.164; what the form itself showed is taken as unchanged."""
        typed = self.cleaned_data["number"]
        stored = self.row.get("number", "")
        if not typed or typed in (stored, phones.format_international(stored)):
            return stored if typed else ""
        try:
            self.read = phones.parse_phone(typed, self.region)
        except phones.PhoneImpossible as error:
            raise ValidationError(str(error)) from error
        return self.read.e164

    def clean_extension(self) -> str:
        typed = self.cleaned_data["extension"].lower().removeprefix("ext").removeprefix("x").strip(" .")
        if not all(sign in "0123456789" for sign in typed) or len(typed) > 12:
            raise ValidationError("An extension has digits only, 12 at most.")
        return typed

    def columns(self) -> Values:
        values = super().columns()
        read = getattr(self, "read", None)
        if read and read.extension and not values.get("extension"):
            values["extension"] = read.extension
        return values


class AddressForm(RowForm):
    kind, missing = "addresses", "Type the address, or remove it."
    country = forms.ChoiceField(
        required=False,
        choices=[("", ""), *countries.country_names().items()],
        error_messages={"invalid_choice": "Choose a country of the list."},
    )

    class Meta:
        model = ContactAddress
        fields = ["label", "street", "city", "region", "postal_code", "country"]
        widgets = {"street": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, data: Any = None, *args: Any, **options: Any) -> None:
        super().__init__(data, *args, **options)
        self.fields["country"].widget.attrs["autocomplete"] = "off"

    def is_blank(self) -> bool:
        """Any part of an address makes one; parts that were not posted keep what is stored."""
        parts = ("street", "city", "region", "postal_code", "country")
        return not any(self.cleaned_data.get(part) if self.posted(part) else self.row.get(part) for part in parts)


class WebsiteForm(RowForm):
    kind, missing = "websites", "Type the address of the site, or remove it."

    class Meta:
        model = ContactWebsite
        fields = ["label", "url"]
        widgets = {"url": forms.TextInput(attrs={"inputmode": "url", "dir": "ltr"})}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["url"].required = False


class OtherFieldForm(RowForm):
    kind, missing = "other_fields", "Type the value, or remove the field."

    class Meta:
        model = ContactOtherField
        fields = ["label", "value"]
        widgets = {"value": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["value"].required = False


class RowFormSet(BaseFormSet):
    """Rows of one kind. Every row is cleaned alike: INITIAL_FORMS is the poster's affair."""

    default_error_messages = {
        **BaseFormSet.default_error_messages,
        "missing_management_form": "This form came in incomplete. Reload the page and try again.",
    }

    def _construct_form(self, index: int, **options: Any) -> forms.BaseForm:
        form = super()._construct_form(index, **options)
        form.empty_permitted = False  # type: ignore[attr-defined]
        form.use_required_attribute = False  # type: ignore[attr-defined]
        return form

    def changes(self) -> list[RowChange]:
        """What the rows ask for, in their order. Call after is_valid()."""
        found = (form.change(index) for index, form in enumerate(self.forms))
        return [change for change in found if change]


FORMS: dict[str, type[RowForm]] = {
    form.kind: form for form in (EmailForm, PhoneForm, AddressForm, WebsiteForm, OtherFieldForm)
}
FORMSETS = {
    name: formset_factory(form, formset=RowFormSet, extra=0, can_delete=True, max_num=MOST_ROWS, absolute_max=MOST_ROWS)
    for name, form in FORMS.items()
}


def shown(kind: str, pk: int, row: Values) -> Values:
    """A stored row as its form shows it: phone numbers in international form, which reads back the same anywhere."""
    number = {"number": phones.format_international(row["number"])} if kind == "phones" else {}
    return {**row, **number, "id": pk}


def formset_for(
    kind: str,
    data: Mapping[str, Any] | None = None,
    *,
    rows: Rows,
    show: Rows | None = None,
    extra: int = 0,
    region: str = "US",
) -> RowFormSet:
    """The formset of one kind: bound to `data`, or showing `show` (rows by id) and `extra` empty rows."""
    initial = [shown(kind, pk, row) for pk, row in (show or {}).items()]
    made: RowFormSet = FORMSETS[kind](
        data, initial=initial, prefix=kind, form_kwargs={"stored": rows, "region": region}
    )
    made.extra = extra
    return made
