"""Forms of the administration: the same rules as on the pages, said at the field."""

from __future__ import annotations

from typing import Any

from django import forms

from .forms import ZONE_CHOICES
from .models import User
from .services.people import LAST_ADMIN, is_last_admin


class MemberForm(forms.ModelForm):
    """A person of an account: name, time zone and roles; the email is the sign-in and stays."""

    time_zone = forms.ChoiceField(
        required=False, choices=[("", "The account's"), *ZONE_CHOICES], help_text="Empty: the account's."
    )

    class Meta:
        model = User
        fields = ["name", "time_zone", "is_account_admin", "is_compliance_admin"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        before = User.objects.get(pk=self.instance.pk)
        if "is_account_admin" in cleaned and not cleaned["is_account_admin"] and is_last_admin(before):
            self.add_error("is_account_admin", LAST_ADMIN)
        if not before.is_active and (cleaned.get("is_account_admin") or cleaned.get("is_compliance_admin")):
            self.add_error(None, "Deactivated people have no roles.")
        return cleaned


class StaffForm(forms.ModelForm):
    """A member of the platform staff, for superusers among them."""

    class Meta:
        model = User
        fields = ["name", "is_active", "is_superuser"]
