"""What an engagement says to one person: its text with the person's values in it (product.md §10).

Plain substitution with the fields of `conversations.merging`, never a template engine on data. Who may know the values
is decided by whoever asks: workers write to everybody, a preview shows only what its reader sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from contacts.models import Contact
from contacts.models.contact import NAME_FIELDS, display_name
from contacts_project.accounts.models import User
from conversations import merging

from . import reasons

if TYPE_CHECKING:
    from .models import Engagement

Values = Mapping[str, str]

NOBODY = "there"
FALLBACKS: dict[str, str] = {"given-name": NOBODY}  # "Hi there"; every other empty field leaves the person out
OWN = frozenset({"my-name", "my-email"})  # the author's, the same for everybody
# Columns of Contact that a field is read from, and those of which one must be filled.
COLUMNS: dict[str, tuple[str, ...]] = {
    "given-name": ("given_name", "nickname"),
    "family-name": ("family_name",),
    "full-name": NAME_FIELDS,
    "company": ("company",),
    "job-title": ("job_title",),
}
FILLS: dict[str, tuple[str, ...]] = {
    **COLUMNS, "full-name": ("given_name", "middle_name", "family_name", "nickname", "company"),
}  # fmt: skip

# GSM 03.38 as app.js counts it: the basic signs, and those that take two places.
GSM = re.compile(
    r"[\n\r !-Z_a-z\u00a1\u00a3-\u00a5\u00a7\u00bf\u00c4-\u00c7\u00c9\u00d1\u00d6\u00d8\u00dc\u00df\u00e0\u00e4-\u00e6"
    r"\u00e8\u00e9\u00ec\u00f1\u00f2\u00f6\u00f8\u00f9\u00fc\u0393\u0394\u0398\u039b\u039e\u03a0\u03a3\u03a6\u03a8"
    r"\u03a9^{}\\\[\]~|\u20ac]*"
)
DOUBLE = re.compile(r"[\^{}\\\[\]~|\u20ac]")


class NoValue(ValueError):
    """A field has no value for this person, who gets nothing: `field` is its name, `reason` the pre-flight's."""

    reason = reasons.NO_VALUE

    def __init__(self, field: str) -> None:
        super().__init__(f"{merging.LABELS[field]} is empty for this person")
        self.field = field


@dataclass(frozen=True)
class Written:
    """What one person gets. The subject is an email's."""

    subject: str
    body: str


@dataclass(frozen=True)
class Length:
    """How long a text message is: places used, places that its parts have, and their number."""

    used: int
    room: int
    parts: int

    def __str__(self) -> str:
        return f"{self.used} of {self.room}" + (f", {self.parts} texts" if self.parts > 1 else "")


class Writer:
    """Writes one engagement to many people: `read` the values of a batch once, then `write` each.

    `fields` are those that subject and body use. Raises merging.MergeProblem where one of them is unknown.
    """

    def __init__(self, engagement: Engagement, author: User | None = None) -> None:
        self.subject = engagement.subject if engagement.kind == "email" else ""
        self.body = engagement.body
        for text in (self.subject, self.body):
            merging.check_fields(text)
        self.fields = fields_used(engagement)
        self.own = own_values(author or engagement.author)

    def read(self, contact_ids: Iterable[int]) -> dict[int, Values]:
        """Contact id -> values of the fields in use. One query; none where the text is the same for everybody."""
        return values_of(contact_ids, self.fields)

    def empty(self, values: Values) -> str:
        """The first field without a value for this person, "" where nothing stops the message."""
        everything = {**values, **self.own}
        return next((name for name in sorted(self.fields - FALLBACKS.keys()) if not everything.get(name)), "")

    def write(self, values: Values) -> Written:
        """What the person with these values gets. Raises NoValue."""
        missing = self.empty(values)
        if missing:
            raise NoValue(missing)
        everything = {**values, **self.own}
        for name, word in FALLBACKS.items():
            everything[name] = everything.get(name) or word
        return Written(merging.fill(self.subject, everything), merging.fill(self.body, everything))


def text_for(engagement: Engagement, contact: Contact, author: User) -> str:
    """The body as this contact gets it from `author`. Raises NoValue (reason no_value) for an empty field."""
    return Writer(engagement, author).write(values_for(contact)).body


def fields_used(engagement: Engagement) -> frozenset[str]:
    """The fields that the engagement's subject (of an email) and body use, by the names of merging.LABELS."""
    subject = engagement.subject if engagement.kind == "email" else ""
    return merging.fields_in(subject) | merging.fields_in(engagement.body)


def values_for(contact: Contact) -> Values:
    """The contact's own values of all fields. No query."""
    return _values({name: getattr(contact, name) for name in _columns(COLUMNS)}, COLUMNS)


def values_of(contact_ids: Iterable[int], fields: Iterable[str]) -> dict[int, Values]:
    """Contact id -> its values of these fields. One query, none where no field is the contact's."""
    wanted = [name for name in fields if name in COLUMNS]
    ids = list(contact_ids)
    if not wanted:
        return {pk: {} for pk in ids}
    rows = Contact.objects.filter(pk__any_of=ids).values("pk", *_columns(wanted))
    return {row["pk"]: _values(row, wanted) for row in rows}


def own_values(author: User) -> Values:
    """The author's values: the same for everybody."""
    return {"my-name": author.name, "my-email": author.email}


def without_value(engagement: Engagement, author: User, path: str = "") -> Q:
    """True of contacts for whom a field of the text is empty and has no fallback: reason no_value, set by set.

    `path` leads from the queryset's rows to the contact: "contact__".
    """
    fields = fields_used(engagement) - FALLBACKS.keys()
    if any(not value for name, value in own_values(author).items() if name in fields):
        return Q(**{f"{path}pk__isnull": False})
    found = Q(pk__in=[])
    for name in sorted(fields & FILLS.keys()):
        found |= Q(**{f"{path}{column}": "" for column in FILLS[name]})
    return found


def greeted_without_name(path: str = "") -> Q:
    """True of contacts that read the fallback for their given name."""
    return Q(**{f"{path}{column}": "" for column in FILLS["given-name"]})


def length_of(text: str) -> Length:
    """How many text messages it takes: 160 places of GSM 03.38 or 70 of UCS-2, less in each of several parts."""
    plain = GSM.fullmatch(text) is not None
    used = len(text) + len(DOUBLE.findall(text)) if plain else len(text.encode("utf-16-le")) // 2
    one, each = (160, 153) if plain else (70, 67)
    parts = 1 if used <= one else -(-used // each)
    return Length(used, one if parts == 1 else parts * each, parts)


def _columns(fields: Iterable[str]) -> list[str]:
    return sorted({column for name in fields for column in COLUMNS[name]})


def _values(row: Mapping[str, str], fields: Iterable[str]) -> dict[str, str]:
    return {
        name: display_name(row) if name == "full-name" else next((row[one] for one in COLUMNS[name] if row[one]), "")
        for name in fields
    }
