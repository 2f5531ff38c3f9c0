"""Forms of bulk actions: the selection, and what each action needs to know."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models.functions import Lower
from django.http import QueryDict

from contacts.conversions import preview_of_giving
from contacts.list_policy import lists_with
from contacts.models import BulkAction, List
from contacts.services.tagging import split_names
from contacts_project.accounts.colleagues import PersonMixin, colleagues
from contacts_project.accounts.grants import Level
from contacts_project.accounts.models import User
from departments.models import Department
from departments.policy import visible_to as visible_departments

from .sharing import UntilMixin

MOST_IDS = 2000
MOST_OFFERED = 500  # names in the field's list; any other can be typed
POSTABLE = [action for action in BulkAction.Action if action not in (BulkAction.Action.UNDO, BulkAction.Action.KEEP)]
FILTER_FIELDS = (
    "q", "kind", "department", "tag", "owner", "list", "import", "blocked", "callable", "archived", "view", "sort",
)  # fmt: skip
# Fields of the post that name a filter, but in these actions what is done.
MEANT_OTHERWISE = {BulkAction.Action.GIVE: "department", BulkAction.Action.LIST: "list"}


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
            if MEANT_OTHERWISE.get(self.cleaned_data["action"]) == name:
                continue
            query.setlist(name, self.data.getlist(name))
        return query.urlencode()

    def has_parameters(self) -> bool:
        """Does the post carry what the action needs, or is it the first press of its button?"""
        return any(name in self.data for name in FORMS[self.cleaned_data["action"]].names())


class ActionForm(forms.Form):
    """Base of the forms below; an action without parameters uses it as it is."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = user
        if not self.fields:
            self.is_bound = True

    @classmethod
    def names(cls) -> list[str]:
        """What a post may carry for this action."""
        return [*cls.base_fields]

    def parameters(self) -> dict[str, Any]:
        """JSON for the service."""
        return {}

    @property
    def is_confirmed(self) -> bool:
        """Whether a valid form is enough; False asks once more, with what `preview` tells."""
        return True

    def preview(self, chosen: dict[str, Any]) -> dict[str, Any]:
        """Context for the page that asks again; `chosen` is the selection (arguments of the service)."""
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


class ArchiveForm(ActionForm):
    """Without questions: `department` counts where an Admin Operator of several removes Department Contacts."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.named = (self.data or {}).get("department", "")

    @classmethod
    def names(cls) -> list[str]:
        return ["department"]

    def parameters(self) -> dict[str, Any]:
        return {"department": int(self.named)} if self.named.isdecimal() and len(self.named) <= 18 else {}


class GiveForm(ActionForm):
    """Hand personal contacts over to a department; `confirm` says that what changes in access has been read."""

    department = forms.ModelChoiceField(Department.objects.none(), empty_label=None)
    existing = forms.ChoiceField(
        choices=[("keep", "Keep both"), ("join", "Join it")],
        initial="keep",
        required=False,
        widget=forms.RadioSelect,
        label="Where a Department Contact that you can edit has the same number or email",
        help_text=(
            "Joined records become one: addresses, public notes and tags move over; "
            "grants only where you are an Admin Operator."
        ),
    )
    confirm = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        field = self.fields["department"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = visible_departments(user)

    @property
    def is_confirmed(self) -> bool:
        return bool(self.cleaned_data["confirm"])

    def preview(self, chosen: dict[str, Any]) -> dict[str, Any]:
        """What changes in access, judged for those of the selection that may be handed over."""
        if not self.is_bound or not self.is_valid():
            return {}
        return preview_of_giving(self.actor, self.cleaned_data["department"], **chosen)

    def parameters(self) -> dict[str, Any]:
        return {
            "department": self.cleaned_data["department"].pk,
            "existing": self.cleaned_data["existing"] or "keep",
        }


class AssignForm(ActionForm):
    """Put contacts on a list: one that the actor may fill, or a new one."""

    list = forms.ModelChoiceField(
        List.objects.none(),
        required=False,
        empty_label="Choose a list",
        error_messages={"invalid_choice": "Choose one of your lists. It may have been archived, or taken from you."},
    )
    name = forms.CharField(required=False, max_length=120, label="Or make a new list", help_text="Its name.")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        field = self.fields["list"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = lists_with(user, "fill").order_by(Lower("name"), "pk")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and bool(data.get("list")) == bool(data.get("name")):
            both = bool(data.get("list"))
            self.add_error("list", "Choose a list or name a new one, not both." if both else "Choose a list.")
        return data

    def parameters(self) -> dict[str, Any]:
        chosen = self.cleaned_data["list"]
        return {"list": chosen.pk} if chosen else {"name": self.cleaned_data["name"]}


FORMS: dict[str, type[ActionForm]] = {
    BulkAction.Action.ARCHIVE: ArchiveForm,
    BulkAction.Action.UNARCHIVE: ActionForm,
    BulkAction.Action.TAG: TagForm,
    BulkAction.Action.SHARE: ShareForm,
    BulkAction.Action.UNSHARE: UserForm,
    BulkAction.Action.OWNER: UserForm,
    BulkAction.Action.GIVE: GiveForm,
    BulkAction.Action.LIST: AssignForm,
}
