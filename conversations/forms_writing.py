"""Forms of messages, drafts and templates. Field names: contract.md; `from` is the composer's menu of ways."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from contacts.models import Contact
from contacts_project.accounts.models import User

from .merging import MergeProblem, check_fields
from .models import Channel, Interaction, MessageTemplate
from .policy import visible_to
from .providers.base import File
from .services.attaching import FileRefused, check_files

NO_TIME = "This is not a time. Write it like 2026-11-30 09:40."
NO_LINE = "Choose the line to write from."
CALL = Interaction.Type.CALL
TYPES = [(value, value) for value in ("sms", "mms", "fax", "chat", "email")]


class LaterField(forms.Field):
    """A time in the reader's zone, as a datetime-local input sends it, or with an offset of its own; None for now."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value: str | None) -> datetime.datetime | None:
        if not value or not value.strip():
            return None
        try:
            moment = parse_datetime(value.strip())
            if moment is None:
                raise ValueError
            if timezone.is_naive(moment):
                moment = moment.replace(tzinfo=timezone.get_current_timezone())
            return moment.astimezone(datetime.UTC)
        except (ValueError, OverflowError) as error:
            raise forms.ValidationError(NO_TIME) from error


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of uploads, as providers' files. Checked by size before their bytes are read."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[File]:
        uploads = [one for one in (data if isinstance(data, list | tuple) else [data]) if isinstance(one, UploadedFile)]
        try:
            check_files([(one.name or "", one.size or 0) for one in uploads], type="")
        except FileRefused as error:
            raise forms.ValidationError(str(error)) from error
        return [File(one.name or "", one.content_type or "", one.read()) for one in uploads]


class MessageForm(forms.Form):
    """A message in a thread: its words, its files, and when it is sent. What fits the line, `sending` judges."""

    type = forms.ChoiceField(
        choices=TYPES, required=False, error_messages={"invalid_choice": "This is no type of message."}
    )
    subject = forms.CharField(
        required=False, max_length=300, error_messages={"max_length": "A subject has at most 300 characters."}
    )
    body = forms.CharField(required=False, strip=False, widget=forms.Textarea)
    send_at = LaterField(required=False)
    files = FilesField(required=False)  # type: ignore[assignment]  # fields leave the class: `Form.files` stays

    def facts(self) -> dict[str, Any]:
        """What `sending.send_message` takes of it."""
        return {name: self.cleaned_data[name] for name in ("body", "subject", "send_at", "files")}


class StartForm(MessageForm):
    """A message from a line to an address: `from` names line, type and address at once, "12.sms.+12025550142"."""

    channel = forms.CharField(required=False, max_length=20)
    to = forms.CharField(required=False, max_length=254)
    type = forms.ChoiceField(
        choices=[*TYPES, (CALL, CALL)], required=False, error_messages={"invalid_choice": "This is no type of message."}
    )

    def __init__(self, *args: Any, actor: User, contact: Contact | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.contact = actor, contact
        self.fields["from"] = forms.CharField(required=False, max_length=300)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        channel, _, rest = data.get("from", "").partition(".")
        if channel:
            data["channel"], (data["type"], _, to) = channel, rest.partition(".")
            data["to"] = to or data["to"]
        data["channel"] = self._channel(data["channel"])
        data["type"] = data["type"] or self._usual(data["channel"])
        if not data["to"].strip() and self.contact:
            data["to"] = self._primary(data["channel"])
        if not data["to"].strip() and data["channel"].kind != Channel.Kind.CHAT:
            self.add_error("to", "Type the number or the email address.")
        return data

    def _channel(self, text: str) -> Channel:
        """The line, as far as the actor knows of it: a hidden one is none (404 by `sending`)."""
        if not (text.isascii() and text.isdecimal() and len(text) < 19):
            raise forms.ValidationError({"channel": NO_LINE})
        found = visible_to(self.actor).select_related("account", "department").filter(pk=int(text)).first()
        if found is None:
            raise Hidden
        return found

    def _usual(self, channel: Channel) -> str:
        return {Channel.Kind.EMAIL: "email", Channel.Kind.CHAT: "chat"}.get(Channel.Kind(channel.kind), "sms")

    def _primary(self, channel: Channel) -> str:
        """The contact's first address that the line can reach; "" for none."""
        assert self.contact
        if channel.kind == Channel.Kind.EMAIL:
            return next((one.address for one in self.contact.emails.all() if one.former_at is None), "")
        return next((one.number for one in self.contact.phones.all() if one.former_at is None), "")


class Hidden(Exception):
    """The form names a line of which the actor knows nothing: the answer is 404, as for none."""


class TemplateForm(forms.ModelForm):
    """A message template of the account; its merge fields must be known."""

    class Meta:
        model = MessageTemplate
        fields = ("name", "subject", "body")
        labels = {"body": "Text"}
        widgets = {"body": forms.Textarea(attrs={"rows": 8})}
        error_messages = {
            "name": {"required": "Give it a name.", "max_length": "A name has at most 60 characters."},
            "body": {"required": "Write the text.", "max_length": "A template has at most 10,000 characters."},
        }

    def clean_subject(self) -> str:
        return self._known("subject")

    def clean_body(self) -> str:
        return self._known("body")

    def _known(self, name: str) -> str:
        try:
            check_fields(self.cleaned_data[name])
        except MergeProblem as error:
            raise forms.ValidationError(str(error)) from error
        return self.cleaned_data[name]
