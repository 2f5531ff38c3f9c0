"""Forms of bulk actions: the selection, and what each action needs to know."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from contacts.models import BulkAction
from contacts.services.tagging import split_names
from contacts_project.accounts.grants import Level
from contacts_project.accounts.models import User

from .people import PersonMixin, colleagues
from .sharing import UntilMixin

MOST_IDS = 2000
MOST_OFFERED = 500  # names in the field's list; any other can be typed
POSTABLE = [action for action in BulkAction.Action if action != BulkAction.Action.UNDO]
FILTER_FIELDS = ("q", "kind", "tag", "owner", "import", "archived", "view", "sort")


class SelectionForm(forms.Form):
    """Which contacts, and what to do: `ids`, or `select=all` with the filter (as one query string or as fields)."""

    action = forms.ChoiceField(
        choices=[(action.value, action.label) for action in POSTABLE],
        error_messages={"required": "Choose what to do.", "invalid_choice": "This cannot be done to many contacts."},
    )
    select = forms.CharField(required=False)
    filter = forms.CharField(required=False, max_length=2000)

    def clean(self) -> dict[str, Any]:
        assert isinstance(self.data, QueryDict)
        self.ids = [int(value) for value in self.data.getlist("ids") if value.isdecimal() and len(value) <= 18]
        if len(self.ids) > MOST_IDS:
            raise forms.ValidationError(f"Tick at most {MOST_IDS:,} contacts, or choose all that match.")
        return super().clean() or {}

    @property
    def is_all(self) -> bool:
        return self.cleaned_data.get("select") == "all"

    def chosen(self) -> dict[str, Any]:
        """Arguments of the service: ids, or the query string of all that match."""
        if not self.is_all:
            return {"ids": self.ids}
        return {"filter_query": self.cleaned_data["filter"] or self._fields() or "view="}

    def _fields(self) -> str:
        """The filter as the post's own fields, as the contract has it; `tag` beside the action's `tags`."""
        assert isinstance(self.data, QueryDict)
        query = QueryDict(mutable=True)
        for name in FILTER_FIELDS:
            query.setlist(name, self.data.getlist(name))
        return query.urlencode()

    @staticmethod
    def has_parameters(data: QueryDict) -> bool:
        """Does the post carry what an action may need, or is it the first press of its button?"""
        return any(name in data for name in ("tags", "user", "access", "until"))


class ActionForm(forms.Form):
    """Base of the forms below; an action without parameters uses it as it is."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = user
        if not self.fields:
            self.is_bound = True

    def parameters(self) -> dict[str, Any]:
        """JSON for the service."""
        return {}


class TagForm(ActionForm):
    tags = forms.CharField(label="Tags", max_length=600, help_text="Several with commas. New ones are made.")

    def clean_tags(self) -> list[str]:
        names = split_names(self.cleaned_data["tags"])
        if not names:
            raise forms.ValidationError("Write the name of a tag.")
        return names

    def parameters(self) -> dict[str, Any]:
        return {"tags": self.cleaned_data["tags"]}


class UserForm(PersonMixin, ActionForm):
    user = forms.CharField(
        label="Person", max_length=254, widget=forms.TextInput(attrs={"list": "colleagues"}), help_text="Name or email."
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.colleagues = colleagues(user)[:MOST_OFFERED]
        self.people = []

    def parameters(self) -> dict[str, Any]:
        return {"user": self.cleaned_data["user"].pk}


class ShareForm(UntilMixin, UserForm):
    access = forms.ChoiceField(choices=Level.choices, initial=Level.READ)
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}), label="Until (optional)")

    def parameters(self) -> dict[str, Any]:
        until = self.cleaned_data["until"]
        return {**super().parameters(), "access": self.cleaned_data["access"], "until": until and until.isoformat()}


FORMS: dict[str, type[ActionForm]] = {
    BulkAction.Action.ARCHIVE: ActionForm,
    BulkAction.Action.UNARCHIVE: ActionForm,
    BulkAction.Action.TAG: TagForm,
    BulkAction.Action.SHARE: ShareForm,
    BulkAction.Action.UNSHARE: UserForm,
    BulkAction.Action.OWNER: UserForm,
}
