"""The form of a draft, and those of its test and review. Field names: contract.md (engagements/new/).

What somebody may name here is what he or she may use: a hidden line or list is refused like one that does not exist.
Each refusal stands beside its field with the way out (`Way`), judged by `checking`.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone

from contacts import list_policy
from contacts.models import List
from contacts_project.accounts.models import User
from conversations import policy as channel_policy
from conversations.forms_writing import LaterField
from conversations.models import Channel

from . import checking
from .checking import Problem
from .models import Engagement
from .services import recording as sounds
from .services.drafting import Draft
from .services.recording import RecordingRefused, Sound

Kind, When = Engagement.Kind, Engagement.When
MOST_LISTS = 50
DAY = range(25)
FROM_HOUR, TO_HOUR = 9, 20  # product.md §10: calling hours where nothing else is chosen
UNTITLED = "Untitled"
YOUR_LISTS = "Your lists"
BOTH_SIDES = "The list {name} is chosen on both sides. Take it out of one."
TOO_MANY = "An engagement takes at most 50 lists. Put their people on fewer."
NO_SUCH_NAME = "No list of yours is called {name}. Choose one that is offered."
HOURS = "Choose both hours, or neither."
HOUR_ORDER = "The last hour must be after the first one."


class IdsField(forms.Field):
    """Any number of ids; anything else is kept as 0, an id that nothing has."""

    widget = forms.SelectMultiple

    def to_python(self, value: Any) -> list[int]:
        texts = value if isinstance(value, list | tuple) else []
        return [int(text) if _is_number(text) else 0 for text in dict.fromkeys(texts) if text]


class EngagementForm(forms.Form):
    """All that a draft holds. `engagement` is the draft as it stands, None for a new one.

    `ways` leads out of what is refused: field -> (label, address).
    """

    name = forms.CharField(
        max_length=120,
        error_messages={"required": "Give it a name.", "max_length": "Keep the name to 120 characters."},
    )
    kind = forms.ChoiceField(
        choices=[(Kind.TEXT, "Text"), (Kind.EMAIL, "Email"), (Kind.VOICE, "Voice")],
        error_messages={"required": "Choose text, email or voice.", "invalid_choice": "Choose text, email or voice."},
    )
    channel = forms.CharField(required=False, max_length=20)
    subject = forms.CharField(
        required=False, max_length=300, error_messages={"max_length": "A subject has at most 300 characters."}
    )
    body = forms.CharField(required=False, widget=forms.Textarea)
    lists = IdsField(required=False)
    exclude = IdsField(required=False)
    add_list = forms.CharField(required=False, max_length=200)
    add_exclude = forms.CharField(required=False, max_length=200)
    recording = forms.FileField(required=False, allow_empty_file=True)
    drop_recording = forms.BooleanField(required=False)
    when = forms.ChoiceField(
        required=False, choices=When.choices, error_messages={"invalid_choice": "Choose one of the three."}
    )
    at = LaterField(required=False)
    from_hour = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=None, choices=[("", ""), *((hour, hour) for hour in DAY[:-1])],
        error_messages={"invalid_choice": "Choose a full hour."},
    )  # fmt: skip
    to_hour = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=None, choices=[("", ""), *((hour, hour) for hour in DAY[1:])],
        error_messages={"invalid_choice": "Choose a full hour."},
    )  # fmt: skip
    per_minute = forms.IntegerField(
        required=False, min_value=1, max_value=100_000,
        error_messages={
            "invalid": "Type a number, or leave it empty.",
            "min_value": "At least 1 a minute, or leave it empty.",
            "max_value": "At most 100,000 a minute, or leave it empty.",
        },
    )  # fmt: skip
    version = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)

    def __init__(
        self, data: Any = None, files: Any = None, *, actor: User, engagement: Engagement | None = None
    ) -> None:
        super().__init__(data, files, initial=_initial(engagement))
        self.actor, self.engagement = actor, engagement
        self.ways: dict[str, checking.WayOut] = {}

    @cached_property
    def kind_shown(self) -> str:
        """The kind at hand, also where a post names none that exists."""
        kind = self["kind"].value()
        return kind if kind in Kind.values else Kind.TEXT

    def clean_body(self) -> str:
        return self.cleaned_data["body"].replace("\r\n", "\n").replace("\r", "\n")

    def clean_subject(self) -> str:
        return " ".join(self.cleaned_data["subject"].split())

    def clean_recording(self) -> Sound | None:
        upload = self.cleaned_data["recording"]
        if not upload or upload is self.initial.get("recording"):
            return None
        try:
            if upload.size > sounds.LARGEST:
                raise RecordingRefused(sounds.TOO_LARGE)
            return sounds.check(upload.read())
        except RecordingRefused as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        data["when"] = data.get("when") or When.NOW
        self._read_lists(data)
        self._read_hours(data)
        kind = data.get("kind")
        if kind:
            self._read_channel(data, kind)
            self._judge(checking.text_problem(data.get("body", ""), kind, author=self.author))
            if kind == Kind.EMAIL:
                self._judge(checking.text_problem(data.get("subject", ""), kind, author=self.author, field="subject"))
        if "at" not in self.errors:
            self._judge(checking.time_problem(data["when"], data.get("at")))
        return data

    @property
    def author(self) -> User:
        return self.engagement.author if self.engagement else self.actor

    def draft(self, *, lenient: bool = False) -> Draft:
        """What is to be saved. `lenient`: what is refused stays as it is saved, and a name is made up."""
        data, old = dict(self.cleaned_data), self.engagement
        if lenient:
            for name in [name for name in ("name", "kind", "subject", "body", "when", "at", "from_hour", "to_hour",
                                           "per_minute") if name in self.errors or name not in data]:  # fmt: skip
                data[name] = getattr(old, name) if old else self.fallbacks[name]
            if "channel" in self.errors:
                data["channel"] = old.channel if old else None
            if "at" in self.errors and not data["at"]:
                data["when"] = old.when if old else When.NOW
            if data["from_hour"] is None or data["to_hour"] is None:
                data["from_hour"] = data["to_hour"] = None
        return Draft(
            name=data["name"], kind=data["kind"], channel=data.get("channel") or None, subject=data["subject"],
            body=data["body"], lists=tuple(data["lists"][:MOST_LISTS]), exclude=tuple(data["exclude"][:MOST_LISTS]),
            when=data["when"], at=data["at"], from_hour=data["from_hour"], to_hour=data["to_hour"],
            per_minute=data["per_minute"], recording=data.get("recording"),
            drops_recording=data.get("drop_recording", False),
        )  # fmt: skip

    fallbacks: dict[str, Any] = {
        "name": UNTITLED, "kind": Kind.TEXT, "subject": "", "body": "", "when": When.NOW, "at": None,
        "from_hour": FROM_HOUR, "to_hour": TO_HOUR, "per_minute": None,
    }  # fmt: skip

    def _judge(self, problem: Problem | None) -> None:
        if problem and problem.field not in self.errors:
            self.add_error(problem.field, problem.words)
            if problem.way_out:
                self.ways[problem.field] = problem.way_out

    def _read_channel(self, data: dict[str, Any], kind: str) -> None:
        """The line, as far as the actor knows of it; what a colleague chose before may stay."""
        text = (data.get("channel") or "").strip()
        data["channel"] = None
        if not text:
            return
        old = self.engagement.channel if self.engagement else None
        is_kept = bool(old and text == str(old.pk))
        rows = channel_policy.visible_to(self.actor).select_related("account", "department")
        channel: Channel | None = old if is_kept else rows.filter(pk=int(text) if _is_number(text) else 0).first()
        if channel is None:
            lines = ("Your lines", reverse("conversations:channel-list"))
            self._judge(Problem("channel", checking.UNKNOWN_CHANNEL, lines))
            return
        self._judge(checking.channel_problem(channel, kind, actor=self.actor, author=self.author, is_kept=is_kept))
        data["channel"] = channel

    def _read_lists(self, data: dict[str, Any]) -> None:
        """Both sides: from ids, from a name that was added, without what the page shows as taken out."""
        for name in ("lists", "exclude"):
            ids = data.get(name) or []
            found = {one.pk: one for one in list_policy.visible_to(self.actor).filter(pk__in=ids)}
            chosen = [found[pk] for pk in ids if pk in found]
            if len(chosen) < len(ids):
                self._judge(Problem(name, checking.UNKNOWN_LIST, (YOUR_LISTS, reverse("contacts:list-list"))))
            added = self._added(data, name, [one.pk for one in chosen])
            chosen += [added] if added else []
            for problem in checking.list_problems(chosen, name):
                self._judge(problem)
            if len(chosen) > MOST_LISTS:
                self._judge(Problem(name, TOO_MANY))
            data[name] = chosen
        both = [one for one in data["exclude"] if one in data["lists"]]
        if both:
            once = [one for one in data["exclude"] if one not in both]
            self._judge(Problem("exclude", BOTH_SIDES.format(name=both[0].name)))
            data["exclude"] = once  # a refusal takes the field away

    def _added(self, data: dict[str, Any], name: str, chosen: list[int]) -> List | None:
        """The list that was typed by its name; of several with one name the first that is not chosen yet."""
        typed = " ".join((data.get("add_list" if name == "lists" else "add_exclude") or "").split())
        if not typed:
            return None
        rows = list_policy.lists_with(self.actor, "use").filter(archived_at__isnull=True)
        called = list(rows.filter(name__iexact=typed).order_by("pk"))
        if not called:
            way_out = (YOUR_LISTS, reverse("contacts:list-list"))
            self._judge(Problem(name, NO_SUCH_NAME.format(name=typed), way_out))
        return next((one for one in called if one.pk not in chosen), None)

    def _read_hours(self, data: dict[str, Any]) -> None:
        """A post without hours leaves them. For a new draft it means what it says: now is now, a time is that time;
        only best call times stay inside the usual hours. The page asks with the usual ones filled in."""
        if "from_hour" not in self.data and "to_hour" not in self.data:
            old, best = self.engagement, data["when"] == When.BEST
            kept = old if old and old.kind != Kind.EMAIL else None
            data["from_hour"] = kept.from_hour if kept else FROM_HOUR if best else None
            data["to_hour"] = kept.to_hour if kept else TO_HOUR if best else None
            return
        first, last = data.get("from_hour"), data.get("to_hour")
        if (first is None) != (last is None):
            self._judge(Problem("from_hour", HOURS))
        elif first is not None and last is not None and last <= first:
            self._judge(Problem("from_hour", HOUR_ORDER))


class TestForm(forms.Form):
    """Where a test goes: empty for one's own address."""

    to = forms.CharField(required=False, max_length=254)


class ReviewForm(forms.Form):
    """The answer of a compliance administrator; `version` is of what he or she read."""

    answer = forms.ChoiceField(
        choices=[("approve", "Approve"), ("decline", "Decline")],
        error_messages={"required": "Approve it, or decline it.", "invalid_choice": "Approve it, or decline it."},
    )
    message = forms.CharField(
        required=False, max_length=500, error_messages={"max_length": "Keep the message to 500 characters."}
    )
    version = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)


def _initial(engagement: Engagement | None) -> dict[str, Any]:
    if engagement is None:
        return {"kind": Kind.TEXT, "when": When.NOW, "from_hour": FROM_HOUR, "to_hour": TO_HOUR}
    names = ("name", "kind", "subject", "body", "when", "at", "from_hour", "to_hour", "per_minute", "version")
    at = timezone.localtime(engagement.at) if engagement.at else None
    return {name: getattr(engagement, name) for name in names} | {"channel": engagement.channel_id or "", "at": at}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19
