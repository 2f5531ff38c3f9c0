"""The form of a call that is logged by hand: on a contact's record, or on a department's page."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from contacts.models import Contact, ContactPhone, Kind
from contacts.templatetags.contacts import phone_text
from contacts_project.accounts.models import User
from contacts_project.core.phones import PhoneImpossible, parse_phone
from departments import policy as department_policy
from departments.models import Department

from .models import Interaction
from .outcomes import DEFAULTS
from .services.calls import IN_FUTURE, NEEDS_NUMBER, SKEW, NextStep

CONTACT = "contact"  # the choice of `for` that is no department
LONGEST_NOTE = 10_000
MOST_MINUTES = 24 * 60
EARLIEST = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
DIRECTIONS = [(Interaction.Direction.OUT, "I called"), (Interaction.Direction.IN, "They called")]
NO_TIME = "This is not a time. Write it like 2026-11-19 09:40."


class MomentField(forms.Field):
    """A time in the reader's zone, as a datetime-local input sends it, or with an offset of its own; not in the future.

    An hour that occurs twice, when clocks are set back, is the later one that is not in the future.
    """

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value: str | None) -> datetime.datetime | None:
        if not value:
            return None
        try:
            moment = parse_datetime(value.strip())
            return None if moment is None else self._aware(moment)
        except (ValueError, OverflowError):
            return None

    def clean(self, value: str | None) -> datetime.datetime:
        moment = self.to_python(value)
        if moment is None and value:
            raise forms.ValidationError(NO_TIME)
        moment = moment or timezone.now()
        if moment > timezone.now() + SKEW:
            raise forms.ValidationError(IN_FUTURE)
        if moment < EARLIEST:
            raise forms.ValidationError("This is before 1970. Check the year.")
        return moment

    def _aware(self, moment: datetime.datetime) -> datetime.datetime:
        if timezone.is_aware(moment):
            return moment.astimezone(datetime.UTC)
        zone = timezone.get_current_timezone()
        both = [moment.replace(tzinfo=zone, fold=fold).astimezone(datetime.UTC) for fold in (1, 0)]
        past = [each for each in both if each <= timezone.now() + SKEW]
        return past[0] if past else both[0]


class CallForm(forms.Form):
    """What every logged call has. Field names: contract.md; `due` and `line` are the follow-up."""

    number = forms.CharField(label="Number", required=False, max_length=250)
    direction = forms.ChoiceField(
        choices=DIRECTIONS,
        initial=Interaction.Direction.OUT,
        error_messages={"required": "Say who called.", "invalid_choice": "A call is in or out."},
    )
    at = MomentField(label="When", required=False)
    minutes = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MOST_MINUTES,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "invalid": "Write whole minutes.",
            "min_value": "A call has no less than 0 minutes.",
            "max_value": "A call has at most a day, 1,440 minutes.",
        },
    )
    outcome = forms.ChoiceField(
        choices=[(outcome.value, outcome.label) for outcome in DEFAULTS],
        widget=forms.RadioSelect,
        initial=DEFAULTS[0].value,
        error_messages={"required": "Choose an outcome.", "invalid_choice": "Choose one of these outcomes."},
    )
    note = forms.CharField(
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": "A note has at most 10,000 characters. This one has %(show_value)s."},
    )
    due = forms.DateField(
        label="Date",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "This is not a day. Write it like 2026-11-30."},
    )
    line = forms.CharField(
        label="What", required=False, max_length=200, error_messages={"max_length": "Keep it to 200 characters."}
    )
    needs_number = False

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.fields["at"].initial = timezone.localtime()

    @property
    def region(self) -> str:
        return self.actor.region

    def clean_number(self) -> str:
        text = self.cleaned_data["number"].strip()
        return self._number(text)

    def _number(self, text: str) -> str:
        """As it was typed, once it can be dialled; the rest of it is the service's."""
        if not text and self.needs_number:
            raise forms.ValidationError(NEEDS_NUMBER)
        try:
            if text:
                parse_phone(text, self.region, hints=False)
        except PhoneImpossible as error:
            raise forms.ValidationError(str(error)) from error
        return text

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("due") and not data.get("line") and "line" not in self.errors:
            self.add_error("line", "Say in one line what is to be done.")
        if data.get("line") and not data.get("due") and "due" not in self.errors:
            self.add_error("due", "Choose a day.")
        return data

    @property
    def follow_up_opens(self) -> bool:
        """The part stands open when something was typed there."""
        return bool(self.is_bound and (self["due"].value() or self["line"].value()))

    def facts(self) -> dict[str, Any]:
        """What `log_call` takes of a valid form."""
        data = self.cleaned_data
        step = NextStep(data["due"], data["line"]) if data["due"] else None
        names = ("direction", "at", "outcome", "note", "minutes", "number")
        return {name: data[name] for name in names} | {"follow_up": step}


class ContactCallForm(CallForm):
    """On a record: its numbers to choose from or another one, and for whom the call was (`for`)."""

    other_number = forms.CharField(label="Another number", required=False, max_length=250)

    def __init__(self, *args: Any, actor: User, contact: Contact, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        self.contact = contact
        self.phones = [phone for phone in contact.phones.all() if phone.former_at is None]
        self.departments = operated_departments(actor, contact)
        mine = "My contact" if contact.kind == Kind.PERSONAL else "This contact only"
        choices = [(CONTACT, mine)] + [(str(one.pk), one.name) for one in self.departments]
        self.fields["for"] = forms.ChoiceField(
            label="For",
            choices=choices,
            required=False,
            widget=forms.RadioSelect,
            initial=self._first_link() or CONTACT,
            error_messages={"invalid_choice": "Choose one of these."},
        )
        if self.phones:
            numbers = [(_dialled(phone), self._labelled(phone)) for phone in self.phones]
            self.fields["number"].widget = forms.Select(choices=numbers)
            self.fields["number"].initial = numbers[0][0]

    def _labelled(self, phone: ContactPhone) -> str:
        text = phone_text(phone.number, phone.extension, self.region)
        return f"{phone.label}, {text}" if phone.label else text

    def _first_link(self) -> str:
        """The first of the contact's departments that the reader operates."""
        linked = set(self.contact.links.filter(ended_at__isnull=True).values_list("department", flat=True))
        return next((str(one.pk) for one in self.departments if one.pk in linked), "")

    def clean_number(self) -> str:
        """Nothing posted: the primary number."""
        text = self.cleaned_data["number"].strip()
        if not text and self.phones:
            return _dialled(self.phones[0])
        return self._number(text)

    def clean_other_number(self) -> str:
        return self._number(self.cleaned_data["other_number"].strip())

    @property
    def department(self) -> Department | None:
        """The chosen one of a valid form."""
        chosen = self.cleaned_data["for"] or self.fields["for"].initial
        return next((one for one in self.departments if str(one.pk) == chosen), None)

    def facts(self) -> dict[str, Any]:
        found = super().facts()
        found["number"] = self.cleaned_data["other_number"] or found["number"]
        return found | {"contact": self.contact, "department": self.department}


class DepartmentCallForm(CallForm):
    """On a department's page: the number says who it was; a name is for a contact that is made."""

    needs_number = True
    who = forms.CharField(label="With", required=False, max_length=120)

    def __init__(self, *args: Any, actor: User, department: Department, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        self.department = department
        self.fields["number"].widget.attrs |= {"inputmode": "tel", "dir": "ltr", "autocomplete": "off"}

    def facts(self) -> dict[str, Any]:
        return super().facts() | {"department": self.department, "name": self.cleaned_data["who"]}


def _dialled(phone: ContactPhone) -> str:
    return f"{phone.number} ext. {phone.extension}" if phone.extension else phone.number


def operated_departments(actor: User, contact: Contact) -> list[Department]:
    """Departments that `actor` operates: first those with a live link to the contact, then by name."""
    links = contact.links.filter(ended_at__isnull=True).order_by("linked_at", "pk")
    place = {pk: number for number, pk in enumerate(links.values_list("department", flat=True))}
    found = department_policy.visible_to(actor).filter(operators__user=actor)
    return sorted(found, key=lambda one: place.get(one.pk, len(place)))
