"""Forms of departments: name, colour and first Admin Operator; an operator with a role."""

from __future__ import annotations

from typing import Any

from django import forms

from contacts_project.accounts.colleagues import PersonMixin
from contacts_project.accounts.models import User

from .models import Department, Hue

OPERATOR, ADMIN = "operator", "admin"  # the contract's words for a role
ROLES = [(OPERATOR, "Department Operator"), (ADMIN, "Admin Operator")]
CHOOSE_ROLE = "Choose Department Operator or Admin Operator."
PERSON = {"required": "Type a name or an email."}


class DepartmentForm(forms.ModelForm):
    """Name, colour and description of a department; `actor` is of its account."""

    hue = forms.ChoiceField(
        label="Colour",
        choices=Hue.choices,
        initial=Hue.INDIGO,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a colour.", "invalid_choice": "Choose one of the colours."},
    )

    class Meta:
        model = Department
        fields = ["name", "hue", "description"]
        labels = {"description": "What it is for"}
        help_texts = {"description": "One line, which everybody of the account reads."}
        error_messages = {
            "name": {"required": "Give it a name.", "max_length": "Keep the name to 60 characters."},
            "description": {"max_length": "Keep it to 300 characters."},
        }

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        same = Department.objects.filter(account=self.actor.account_id, name__iexact=name)
        if same.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("A department has this name already.")
        return name


class NewDepartmentForm(PersonMixin, DepartmentForm):
    """A new department, with its first Admin Operator named by id, email or full name."""

    admin = forms.CharField(
        label="First Admin Operator",
        max_length=254,
        help_text="By name or email. You may name yourself.",
        error_messages={"required": "Name the first Admin Operator by name or email."},
    )
    field_order = ["name", "hue", "description", "admin"]

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        self.people: list[User] = []

    def clean_admin(self) -> User | None:
        return self.read_person("admin")


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=ROLES, error_messages={"required": CHOOSE_ROLE, "invalid_choice": CHOOSE_ROLE})

    @property
    def is_admin(self) -> bool:
        return self.cleaned_data["role"] == ADMIN


class OperatorForm(PersonMixin, RoleForm):
    """Somebody to operate the department, named by id, email or full name."""

    user = forms.CharField(label="Add a person", max_length=254, error_messages=PERSON)
    field_order = ["user", "role"]

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.people: list[User] = []
