"""Forms of channels: adding one, its settings, the code of a check. Its people use those of contacts."""

from __future__ import annotations

from typing import Any

from django import forms

from contacts_project.accounts.models import User
from contacts_project.core.emails import EmailImpossible, parse_email
from contacts_project.core.phones import PhoneImpossible, parse_phone
from departments import policy as department_policy
from departments.models import Department

from .models import Channel
from .providers.registry import providers_for
from .services.channels import CAPABILITIES

Kind = Channel.Kind
CAPABILITY_LABELS = dict(zip(CAPABILITIES, ("Calls", "Text messages", "Picture messages", "Fax"), strict=True))
ADDRESS_WORDS = {  # label, hint
    Kind.PHONE: ("Number", "A number that your provider has given you."),
    Kind.CALLER_ID: ("Number", "It is called, and a code read out. Calls out only."),
    Kind.EMAIL: ("Email address", "A link is mailed to it. Nothing is sent from it before somebody opens that link."),
    Kind.CHAT: ("Name of the chat", "Visitors read it above the chat."),
}


def departments_for(actor: User, *more: Department | None) -> list[Department]:
    """The departments to which `actor` may add a channel, by name; with `more` of which the form must know."""
    roles = department_policy.roles_in(actor)
    rows = department_policy.visible_to(actor)
    managed = [row for row in rows if department_policy.allows(actor, "administer", roles.get(row.pk))]
    return [*managed, *(row for row in more if row and row not in managed)]


class DepartmentMixin(forms.Form):
    """For forms with a field `department`: any of the account may be named, the managed ones are offered."""

    actor: User

    def offer(self, departments: list[Department]) -> None:
        field = self.fields["department"]
        field.queryset = department_policy.visible_to(self.actor)  # type: ignore[attr-defined]
        self.offered = departments


class ChannelForm(DepartmentMixin, forms.Form):
    """A new channel. What is not posted is chosen: the first provider that is on, all that a number can carry."""

    kind = forms.ChoiceField(
        choices=Kind.choices,
        error_messages={"required": "Choose what it is.", "invalid_choice": "Choose one of the four kinds."},
    )
    address = forms.CharField(max_length=254, error_messages={"required": "Type its address."})
    label = forms.CharField(
        max_length=60, required=False, error_messages={"max_length": "Keep the label to 60 characters."}
    )
    department = forms.ModelChoiceField(
        Department.objects.none(), required=False, empty_label="None: mine, and of whom I share it with",
        error_messages={"invalid_choice": "Choose one of your departments."},
    )  # fmt: skip
    provider = forms.ChoiceField(required=False, error_messages={"invalid_choice": "Choose a provider that is on."})
    capabilities = forms.MultipleChoiceField(
        required=False, choices=list(CAPABILITY_LABELS.items()), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, actor: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.actor = actor
        self.hint = ""
        wanted = (data or self.initial).get("kind", "")
        self.chosen = Kind(wanted) if wanted in Kind.values else Kind.PHONE
        field = self.fields["address"]
        field.label, field.help_text = ADDRESS_WORDS[self.chosen]
        self.providers = providers_for(self.chosen)
        self.fields["provider"].choices = [(one.name, one.label) for one in self.providers]  # type: ignore[attr-defined]
        self.offer(departments_for(actor))

    @property
    def other_errors(self) -> list[str]:
        """Errors of what has no field on the page: nobody makes them by hand."""
        hidden = ["kind", *(["provider"] if len(self.providers) < 2 else []), *([] if self.offered else ["department"])]
        return [str(error) for name in hidden for error in self.errors.get(name, [])]

    def clean_label(self) -> str:
        return " ".join(self.cleaned_data["label"].split())

    def clean_capabilities(self) -> list[str]:
        chosen = self.cleaned_data["capabilities"]
        if self.chosen != Kind.PHONE:
            return []
        if not chosen and self.data.get("carries"):  # the page's mark that the boxes were there
            raise forms.ValidationError("Choose at least one thing that the number carries.")
        return chosen or list(CAPABILITIES)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.providers and "kind" not in self.errors:
            self.add_error("kind", "No provider for this is on. Whoever runs Kithline turns one on.")
        elif not data.get("provider"):
            data["provider"] = self.providers[0].name if self.providers else ""
        if "address" in data and "kind" in data:
            self._read_address(data)
        return data

    def _read_address(self, data: dict[str, Any]) -> None:
        region = self.actor.region
        try:
            if data["kind"] == Kind.EMAIL:
                data["address"] = parse_email(data["address"]).lower()
            elif data["kind"] == Kind.CHAT:
                data["address"] = " ".join(data["address"].split())
            else:
                phone = parse_phone(data["address"], region)
                if phone.extension:
                    raise PhoneImpossible("A line has no extension. Type the number alone.")
                data["address"], self.hint = phone.e164, phone.hint
        except (EmailImpossible, PhoneImpossible) as error:
            self.add_error("address", str(error))


class SettingsForm(DepartmentMixin, forms.Form):
    """Label and, for those who manage both ends, the department. A post without `department` leaves it."""

    label = forms.CharField(
        max_length=60, required=False, error_messages={"max_length": "Keep the label to 60 characters."}
    )
    department = forms.ModelChoiceField(
        Department.objects.none(), required=False, empty_label="None",
        error_messages={"invalid_choice": "Choose one of your departments."},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, actor: User, channel: Channel) -> None:
        super().__init__(data, initial={"label": channel.label, "department": channel.department})
        self.actor, self.channel = actor, channel
        self.offer(departments_for(actor, channel.department))

    def clean_label(self) -> str:
        return " ".join(self.cleaned_data["label"].split())

    def clean_department(self) -> Department | None:
        return self.cleaned_data["department"] if "department" in self.data else self.channel.department


class CodeForm(forms.Form):
    code = forms.CharField(max_length=20, error_messages={"required": "Type the six digits."})


class DefaultForm(forms.Form):
    """`default=0` lets the channel be the default no more; anything else makes it one."""

    default = forms.CharField(required=False, max_length=5)

    @property
    def is_wanted(self) -> bool:
        return self.is_valid() and self.cleaned_data["default"] != "0"
