"""Forms of conversions: what becomes of a contact, and of a record that has the same address (contract.md)."""

from __future__ import annotations

from typing import Any

from django import forms

from contacts_project.accounts.models import User
from departments.models import Department
from departments.policy import visible_to

JOIN_OR_KEEP = [("join", "Join it"), ("keep", "Keep both")]


class ConvertForm(forms.Form):
    """`department` is asked of a personal contact; `existing` counts where a match is seen, and is keep unless said."""

    to = forms.ChoiceField(
        choices=[("department", "Department Contact"), ("personal", "Personal contact")],
        error_messages={
            "required": "Say what it becomes.",
            "invalid_choice": "It becomes a department or a personal one.",
        },
    )
    existing = forms.ChoiceField(choices=JOIN_OR_KEEP, required=False)
    into = forms.IntegerField(required=False, min_value=1, max_value=10**18)
    department = forms.ModelChoiceField(Department.objects.none(), required=False, empty_label=None)

    def __init__(self, *args: Any, user: User, personal: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["department"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = visible_to(user)
        self.personal = personal

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.personal and data.get("to") == "department" and not data.get("department"):
            self.add_error("department", "Choose the department that gets it.")
        return data

    def arguments(self) -> dict[str, Any]:
        """Arguments of `converting.give`."""
        data = self.cleaned_data
        department = data["department"].pk if self.personal else None
        return {"department": department, "existing": data["existing"] or "keep", "into": data["into"]}


class CleanUpForm(forms.Form):
    """What to do with one's own shared contacts: those of `ids`, or all of them."""

    action = forms.ChoiceField(
        choices=[("department", "Give to their departments"), ("personal", "Keep as personal"), ("archive", "Delete")],
        error_messages={"required": "Choose what to do.", "invalid_choice": "This cannot be done to them."},
    )
    existing = forms.ChoiceField(choices=JOIN_OR_KEEP, required=False)
    all = forms.CharField(required=False)
