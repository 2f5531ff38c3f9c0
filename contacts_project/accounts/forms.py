"""Forms of people, settings and one's own page. Their fields are explicit: account and email never slip in."""

from __future__ import annotations

from django import forms
from django.contrib.auth import password_validation
from django.db.models import QuerySet
from phonenumbers import SUPPORTED_REGIONS

from contacts_project.core.countries import country_names

from .models import ZONES, Account, User
from .services.invitations import MOST_AT_ONCE, read_emails

ZONE_CHOICES = [(zone, zone.replace("_", " ")) for zone in ZONES]


def region_choices() -> list[tuple[str, str]]:
    """Countries that have phone numbers, by their English names."""
    return [(code, name) for code, name in country_names().items() if code in SUPPORTED_REGIONS]


class RolesForm(forms.Form):
    is_account_admin = forms.BooleanField(label="Account administrator", required=False)
    is_compliance_admin = forms.BooleanField(label="Compliance administrator", required=False)


class InviteForm(RolesForm):
    emails = forms.CharField(
        label="Email addresses",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5, "placeholder": "One per line", "spellcheck": "false"}),
        help_text=f"Up to {MOST_AT_ONCE} at once. Each link works once, for 72 hours.",
        error_messages={"required": "Type at least one email address."},
    )

    def clean_emails(self) -> list[str]:
        found = read_emails(self.cleaned_data["emails"])
        if not found:
            raise forms.ValidationError("Type at least one email address.")
        if len(found) > MOST_AT_ONCE:
            raise forms.ValidationError(f"Up to {MOST_AT_ONCE} at once: this list has {len(found)}.")
        return found


class DeactivateForm(forms.Form):
    successor = forms.ModelChoiceField(
        User.objects.none(),
        empty_label="Choose a person",
        error_messages={
            "required": "Choose who takes over.",
            "invalid_choice": "Choose an active person of this account.",
        },
    )

    def __init__(self, *args, successors: QuerySet[User], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["successor"].queryset = successors


class NewPasswordMixin(forms.Form):
    """A password typed twice and judged by the validators of the settings, for `self.user_for_password()`."""

    password1 = forms.CharField(
        label="Password",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 10 characters. A few unusual words are easier to keep in mind than signs.",
        error_messages={"required": "Choose a password."},
    )
    password2 = forms.CharField(
        label="Password again",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Type the password a second time."},
    )

    def user_for_password(self) -> User:
        raise LookupError  # each form says whose password it is

    def clean(self):
        cleaned = super().clean()
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", "The two passwords differ.")
        if first:
            try:
                password_validation.validate_password(first, self.user_for_password())
            except forms.ValidationError as error:
                self.add_error("password1", error)
        return cleaned


class AcceptForm(NewPasswordMixin):
    name = forms.CharField(
        label="Your name",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Type your name, as colleagues know it."},
    )
    field_order = ["name", "password1", "password2"]

    def __init__(self, *args, email: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def user_for_password(self) -> User:
        return User(email=self.email, name=self.data.get("name", ""))


class SettingsForm(forms.ModelForm):
    default_region = forms.ChoiceField(label="Default region for phone numbers", choices=region_choices)
    time_zone = forms.ChoiceField(label="Time zone", choices=ZONE_CHOICES)

    class Meta:
        model = Account
        fields = ["name", "default_region", "time_zone", "export_enabled", "compliance_required"]
        error_messages = {"name": {"required": "The account needs a name."}}


class MySettingsForm(forms.ModelForm):
    time_zone = forms.ChoiceField(label="Time zone", required=False)

    class Meta:
        model = User
        fields = ["name", "time_zone", "theme", "keys_enabled"]
        labels = {"name": "Name", "theme": "Theme", "keys_enabled": "Single-letter keys"}
        widgets = {"theme": forms.RadioSelect}
        error_messages = {"name": {"required": "Type your name, as colleagues know it."}}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        account = self.instance.account
        of_account = f"The account's ({account.time_zone.replace('_', ' ')})" if account else "UTC"
        self.fields["time_zone"].choices = [("", of_account), *ZONE_CHOICES]


class ThemeForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["theme"]
