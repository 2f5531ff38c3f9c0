"""Forms of what is done with a conversation: to whom it is assigned, until when it sleeps, internal notes."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils import timezone

from contacts_project.accounts.models import User

from .models import Presence

ME = "me"
MORNING = datetime.time(9)
PRESETS = {"later": "Later today", "tomorrow": "Tomorrow morning", "week": "Monday morning"}


def preset_time(name: str, now: datetime.datetime) -> datetime.datetime:
    """The moment that a preset means, in the reader's zone; `now` is local."""
    if name == "later":
        return now + datetime.timedelta(hours=3)
    days = 1 if name == "tomorrow" else 7 - now.weekday()
    return now.replace(hour=MORNING.hour, minute=0, second=0, microsecond=0) + datetime.timedelta(days=days)


class AssignForm(forms.Form):
    """POST {user}: the id of somebody who sees the conversation, "me", or "" for nobody."""

    user = forms.CharField(required=False, max_length=20)

    def __init__(self, *args: Any, actor: User, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.people = actor, people

    def clean_user(self) -> User | None:
        text = self.cleaned_data["user"]
        if text in ("", "0"):
            return None
        wanted = str(self.actor.pk) if text == ME else text
        found = next((person for person in self.people if str(person.pk) == wanted), None)
        if found is None:
            raise forms.ValidationError("Only somebody who can see this conversation can have it assigned.")
        return found


class SnoozeForm(forms.Form):
    """POST {until}: a name of PRESETS, or a moment in the reader's zone (YYYY-MM-DDTHH:MM)."""

    until = forms.CharField(max_length=40, error_messages={"required": "Choose until when."})

    def clean_until(self) -> datetime.datetime:
        text = self.cleaned_data["until"]
        if text in PRESETS:
            return preset_time(text, timezone.localtime())
        try:
            moment = forms.DateTimeField().clean(text)
        except forms.ValidationError:
            raise forms.ValidationError("Choose a date and a time.") from None
        if not 1970 < moment.year < 2200:  # at the ends of the calendar a zone's offset leads out of it
            raise forms.ValidationError("Choose a time within a year.")
        return moment


class NoteForm(forms.Form):
    """POST {body, mention (repeated ids)}."""

    body = forms.CharField(strip=False, max_length=5000, error_messages={"required": "Type the note first."})

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people

    def clean(self) -> dict[str, Any]:
        wanted = set(self.data.getlist("mention")) - {""}  # type: ignore[attr-defined]
        found = [person for person in self.people if str(person.pk) in wanted]
        if len(found) != len(wanted):
            raise forms.ValidationError("Only people who can see this conversation can be mentioned.")
        return {**self.cleaned_data, "mentions": found}


class PresenceForm(forms.Form):
    """POST {state=viewing|replying}."""

    state = forms.ChoiceField(choices=Presence.State.choices)
