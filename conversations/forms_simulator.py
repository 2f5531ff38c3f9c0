"""What one plays in the simulator: somebody outside who does something, and how their phone behaves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from contacts_project.accounts.models import User
from contacts_project.core.phones import format_national

from .models import Channel, Interaction, SimulatedPhone
from .providers.base import File
from .services.simulating import Happening, offered, playable

Type = Interaction.Type
RING = "ring"
DOES = (
    (Type.CALL, "Call"), (Type.VOICEMAIL, "Voicemail"), (Type.SMS, "Text"), (Type.MMS, "Picture"),
    (Type.FAX, "Fax"), (Type.EMAIL, "Mail"), (Type.CHAT, "Chat"),
)  # fmt: skip
OUTCOMES = ((RING, "Rings until somebody answers"), ("answered", "Was answered"), ("missed", "Was missed"),
            ("voicemail", "Leaves a voicemail"))  # fmt: skip
SAME_OUTCOMES = {"": RING, "busy": "missed", "no answer": "missed", "ringing": RING}
MOST_DIGITS = 18


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class FilesField(forms.FileField):
    """Any number of files, as `providers.base.File`."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> tuple[File, ...]:
        uploads: list[UploadedFile] = [super(FilesField, self).clean(one) for one in data or () if one]
        return tuple(File(one.name or "file", one.content_type or "", one.read()) for one in uploads)


def channel_label(channel: Channel) -> str:
    """ "Sales, (202) 555-0100", or the address alone."""
    text = channel.address
    if channel.kind in (Channel.Kind.PHONE, Channel.Kind.CALLER_ID):
        text = format_national(channel.address, channel.account.default_region)
    return f"{channel.label}, {text}" if channel.label and channel.label != text else text


class SimulatorForm(forms.Form):
    """Somebody outside does something (contract.md). `channel` is an id or an address."""

    channel = forms.CharField(label="To", max_length=254, error_messages={"required": "Choose a line."})
    type = forms.ChoiceField(
        label="Does", choices=DOES, widget=forms.RadioSelect,
        error_messages={"required": "Say what they do.", "invalid_choice": "The simulator cannot do this."},
    )  # fmt: skip
    outcome = forms.ChoiceField(label="A call", required=False, choices=OUTCOMES)
    subject = forms.CharField(label="Subject", required=False, max_length=300)
    body = forms.CharField(
        label="Words", required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 10_000})
    )

    def __init__(self, data: Any = None, files: Any = None, *, user: User, initial: dict[str, Any]) -> None:
        if data is not None and data.get("outcome", "") in SAME_OUTCOMES:
            data = data.copy()
            data["outcome"] = SAME_OUTCOMES[data.get("outcome", "")]
        super().__init__(data, files, initial=initial)
        sender = forms.CharField(
            label="From", max_length=254, help_text="Any number or mail address",
            error_messages={"required": "Say who it is."},
        )  # fmt: skip
        # Neither can be the name of an attribute of a form.
        self.fields = {"from": sender, **self.fields, "files": FilesField(label="File", required=False)}
        # Phone numbers first: the first one stands there, and takes the text that is chosen with it.
        lines = sorted(offered(user), key=lambda one: one.kind != Channel.Kind.PHONE)
        self.choices = [(str(one.pk), channel_label(one)) for one in lines]
        self.fields["channel"].widget = forms.Select(choices=self.choices)
        self.fields["files"].widget.attrs["multiple"] = True

    def happening(self, channel: Channel) -> Happening:
        """What the valid form says."""
        facts = self.cleaned_data
        return Happening(
            channel, facts["type"], facts["from"], facts["body"], facts["subject"], facts["outcome"] or RING,
            facts["files"],
        )  # fmt: skip


class BehaviourForm(forms.Form):
    """How an outside address takes what is sent to it."""

    address = forms.CharField(max_length=254, widget=forms.HiddenInput)
    behaviour = forms.ChoiceField(
        label="How they take what we send",
        choices=SimulatedPhone.Behaviour.choices,
        error_messages={"invalid_choice": "Choose one of these."},
    )


def channel_of(user: User, text: str) -> Channel | None:
    """The line that is meant: the id of one that is offered, or the address of any that can be reached; else None."""
    text = text.strip()[:254]
    if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS:
        return offered(user).filter(pk=int(text)).first()
    return playable(user).filter(address__iexact=text.replace("\x00", "")).first() if text else None
