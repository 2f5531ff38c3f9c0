"""One person of a file in Kithline's own terms: `Draft`, and `DraftBuilder`, which fills it and loses nothing.

What cannot be read becomes a remark with its reason, what has no field of its own becomes an other field, what is too
long is cut and kept whole in a remark (product.md §6). No database here.
"""

import datetime
import re
import zoneinfo
from dataclasses import dataclass, field, fields

from contacts.imports.cells import clean, one_line, read_date
from contacts.imports.limits import LONGEST_CELL
from contacts.imports.names import split_name
from contacts_project.core.countries import country_code
from contacts_project.core.emails import EmailImpossible, parse_email
from contacts_project.core.phones import PhoneImpossible, parse_phone

# Lengths of the columns in contacts.models.
LENGTHS = {
    "given_name": 120, "middle_name": 120, "family_name": 120, "prefix": 40, "suffix": 40, "nickname": 120,
    "company": 200, "job_title": 200, "language": 80, "outside_id": 200, "owner": 300,
}  # fmt: skip
NAMES = ("prefix", "given_name", "middle_name", "family_name", "suffix")
WORDS = {
    "given_name": "First name", "middle_name": "Middle name", "family_name": "Last name", "prefix": "Prefix",
    "suffix": "Suffix", "nickname": "Nickname", "company": "Company", "job_title": "Job title", "language": "Language",
    "outside_id": "Outside id", "owner": "Owner", "birthday": "Birthday", "created_on": "Created on",
    "time_zone": "Time zone", "full_name": "Name",
}  # fmt: skip
LABEL, TAG, LIST, OTHER, URL, NOTE, REMARK = 60, 60, 120, 2000, 500, 10_000, 100_000
PARTS = {"street": 300, "city": 120, "region": 120, "postal_code": 20, "country": 2}
EXTENSION = 12
ZONES = zoneinfo.available_timezones()
NOBODY = "This row has no name, company, email or phone."


@dataclass
class DraftEmail:
    address: str
    label: str = ""
    is_primary: bool = False


@dataclass
class DraftPhone:
    e164: str
    extension: str = ""
    label: str = ""
    is_primary: bool = False
    typed: str = ""


@dataclass
class DraftAddress:
    street: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    label: str = ""


@dataclass
class Remark:
    """A value that could not be read. `kind` is the target that a corrected value would go to ("" = none)."""

    field: str
    value: str
    reason: str
    kind: str = ""
    label: str = ""

    @property
    def key(self) -> str:
        """What names this remark within its row, the same each time the row is read."""
        return f"{self.kind}|{self.field}|{self.value}"


@dataclass
class Draft:
    """A person as the import would store them. `refusal` says why they cannot be stored ("" = they can)."""

    prefix: str = ""
    given_name: str = ""
    middle_name: str = ""
    family_name: str = ""
    suffix: str = ""
    nickname: str = ""
    company: str = ""
    job_title: str = ""
    language: str = ""
    time_zone: str = ""
    birthday: datetime.date | None = None
    emails: list[DraftEmail] = field(default_factory=list)
    phones: list[DraftPhone] = field(default_factory=list)
    addresses: list[DraftAddress] = field(default_factory=list)
    websites: list[tuple[str, str]] = field(default_factory=list)  # (url, label)
    tags: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)  # names of lists to stand on
    other_fields: list[tuple[str, str]] = field(default_factory=list)  # (label, value)
    notes: list[str] = field(default_factory=list)
    photo: bytes | None = None
    outside_id: str = ""
    owner: str = ""
    created_on: datetime.date | None = None
    remarks: list[Remark] = field(default_factory=list)
    refusal: str = ""

    @property
    def name(self) -> str:
        """How the person is called in lists: their name, else nickname, company, email or number."""
        name = " ".join(part for part in (self.given_name, self.middle_name, self.family_name) if part)
        reachable = [row.address for row in self.emails] + [row.e164 for row in self.phones]
        return name or self.nickname or self.company or next(iter(reachable), "")

    @property
    def is_somebody(self) -> bool:
        """Whether the contact may exist: it has a name, a company, an email or a phone (product.md §3)."""
        return bool(self.name)

    def has_content(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self))


class DraftBuilder:
    """Fills a Draft from text. `region` is the country of phone numbers without one (ISO code)."""

    def __init__(self, region: str = "US"):
        self.draft = Draft()
        self.region = region
        self._seen: dict[tuple, object] = {}  # what stands on the draft already, so that nothing is kept twice

    # One value each

    def set(self, name: str, value: str, title: str = "") -> None:
        """A text attribute. A second, different value of the same attribute is kept as an other field."""
        value = one_line(clean(value))
        if not value:
            return
        present = getattr(self.draft, name)
        if present:
            if present.casefold() != value.casefold():
                self.other(title or WORDS[name], value)
            return
        setattr(self.draft, name, self._fitted(value, LENGTHS[name], WORDS[name]))

    def set_date(self, name: str, value: str, order: str = "mdy") -> None:
        """`birthday` or `created_on`. A birthday without a year is kept as an other field."""
        value = one_line(clean(value))
        date = read_date(value, order)
        if not value:
            return
        if date is None and name == "birthday" and _is_partial_date(value):
            self.other("Birthday", value)
        elif date is None:
            self.remark(WORDS[name], value, "This is not a date.", f"{name}.{order}")
        elif getattr(self.draft, name) not in (None, date):
            self.other(WORDS[name], value)
        else:
            setattr(self.draft, name, date)

    def set_time_zone(self, value: str) -> None:
        value = one_line(clean(value))
        if value in ZONES and not self.draft.time_zone:
            self.draft.time_zone = value
        elif value and value != self.draft.time_zone:
            self.other("Time zone", value)

    def set_name(self, full: str, last_first: bool = False) -> None:
        """A whole name in one value. Beside first and last names of its own it is kept only where it differs."""
        full = one_line(clean(full))
        if not full:
            return
        draft = self.draft
        if any(getattr(draft, part) for part in NAMES):
            whole = " ".join(getattr(draft, part) for part in NAMES)
            if _words(full) - _words(f"{whole} {draft.company}"):
                self.other("Display name", full)
        elif draft.company and _words(full) == _words(draft.company):
            return
        else:
            for part, value in split_name(full, last_first).items():
                self.set(part, value)

    # Any number of values

    def email(self, value: str, label: str = "", is_primary: bool = False) -> None:
        value = clean(value)
        if not value:
            return
        try:
            address = parse_email(value)
        except EmailImpossible as error:
            self.remark(_titled("Email", label), value, str(error), "email", label)
            return
        found = DraftEmail(address, self._label(label), is_primary)
        if self._is_new(("email", address.lower()), found):
            self.draft.emails.append(found)

    def phone(self, value: str, label: str = "", is_primary: bool = False, extension: str = "") -> None:
        value = one_line(clean(value))
        if not value:
            return
        try:
            phone = parse_phone(value, self.region, hints=False)
        except PhoneImpossible as error:
            self.remark(_titled("Phone", label), value, str(error), "phone", label)
            return
        extension = phone.extension or extension
        if len(extension) > EXTENSION:
            self.remark(_titled("Phone", label), value, "The extension is too long. The number is kept without it.")
            extension = ""
        found = DraftPhone(phone.e164, extension, self._label(label), is_primary, value)
        if self._is_new(("phone", phone.e164, extension), found):
            self.draft.phones.append(found)

    def address(self, label: str = "", **parts: str) -> None:
        """Parts are street, city, region, postal_code and country (a code or a name in a common language)."""
        found = DraftAddress(label=self._label(label))
        for part, longest in PARTS.items():
            value = clean(parts.get(part, ""))
            value = value if part == "street" else one_line(value)
            title = _titled("Address", label)
            if part == "country" and value:
                code = country_code(value)
                if not code:
                    self.remark(f"{title}, country", value, "No country of this name is known.")
                found.country = code
            elif value:
                setattr(found, part, self._fitted(value, longest, f"{title}, {part.replace('_', ' ')}"))
        filled = (found.street, found.city, found.region, found.postal_code, found.country)
        if any(filled) and self._is_new(("address", *filled, found.label)):
            self.draft.addresses.append(found)

    def website(self, value: str, label: str = "") -> None:
        value = one_line(clean(value))
        if len(value) > URL:
            self.remark("Website", value, "This address is too long.")
        elif value and self._is_new(("website", value)):
            self.draft.websites.append((value, self._label(label)))

    def tag(self, value: str) -> None:
        value = one_line(clean(value).replace(",", " "))
        if len(value) > TAG:
            self.other("Tag", value)
        elif value and self._is_new(("tag", value.casefold())):
            self.draft.tags.append(value)

    def on_list(self, value: str) -> None:
        value = one_line(clean(value))
        if len(value) > LIST:
            self.other("List", value)
        elif value and self._is_new(("list", value.casefold())):
            self.draft.lists.append(value)

    def note(self, value: str) -> None:
        """A public note; what is longer than one note becomes several."""
        value = clean(value)
        self.draft.notes += [value[place : place + NOTE] for place in range(0, min(len(value), LONGEST_CELL), NOTE)]
        if len(value) > LONGEST_CELL:
            self.remark("Note", value, f"Longer than {LONGEST_CELL:,} characters: the rest is here.")

    def other(self, label: str, value: str) -> None:
        """A value with no field of its own, kept under its label."""
        value, label = clean(value), one_line(clean(label)) or "Other"
        if not value or not self._is_new(("other", label[:LABEL], value)):
            return
        if len(value) > OTHER:
            self.remark(label, value, f"Longer than {OTHER:,} characters.")
        else:
            self.draft.other_fields.append((label[:LABEL], value))

    def remark(self, title: str, value: str, reason: str, kind: str = "", label: str = "") -> None:
        found = Remark(one_line(title)[:120] or "Value", clean(value)[:REMARK], reason[:300], kind, label)
        if self._is_new(("remark", found.field, found.value, found.reason)):
            self.draft.remarks.append(found)

    def finish(self) -> Draft:
        """The draft, with at most one primary email and phone, and a refusal where it is nobody."""
        for rows in (self.draft.emails, self.draft.phones):
            marked = [row for row in rows if row.is_primary]
            for row in marked[1:]:
                row.is_primary = False
        if not self.draft.refusal and not self.draft.is_somebody:
            self.draft.refusal = NOBODY
        return self.draft

    def _is_new(self, key: tuple, row: "DraftEmail | DraftPhone | None" = None) -> bool:
        """Whether `key` comes for the first time; the second coming only adds its label and primary mark."""
        if key not in self._seen:
            self._seen[key] = row
            return True
        twin = self._seen[key]
        if isinstance(twin, DraftEmail | DraftPhone) and row is not None:
            twin.label, twin.is_primary = _joined(twin.label, row.label), twin.is_primary or row.is_primary
        return False

    def _fitted(self, value: str, longest: int, title: str) -> str:
        if len(value) <= longest:
            return value
        self.remark(title, value, f"Longer than {longest} characters: cut. This is the whole value.")
        return value[:longest].rstrip()

    def _label(self, label: str) -> str:
        return one_line(clean(label))[:LABEL]


def correct(draft: Draft, corrections: dict[str, str], region: str) -> Draft:
    """The draft after corrections made on screen: remark key (or "full_name") -> new text ("" = leave it out)."""
    if not corrections:
        return draft
    builder = DraftBuilder(region)
    builder.draft = draft
    builder._seen |= {("email", row.address.lower()): row for row in draft.emails}
    builder._seen |= {("phone", row.e164, row.extension): row for row in draft.phones}
    remarks, draft.remarks, draft.refusal = draft.remarks, [], ""
    for remark in remarks:
        if remark.kind and remark.key in corrections:
            _apply(builder, remark.kind, corrections[remark.key], remark.label)
        else:
            draft.remarks.append(remark)
    if corrections.get("full_name"):
        builder.set_name(corrections["full_name"])
    return builder.finish()


def _apply(builder: DraftBuilder, kind: str, value: str, label: str) -> None:
    if kind == "email":
        builder.email(value, label)
    elif kind == "phone":
        builder.phone(value, label)
    else:
        name, _, order = kind.partition(".")
        builder.set_date(name, value, order or "mdy")


def _is_partial_date(value: str) -> bool:
    return bool(re.fullmatch(r"--?-?\d{1,2}-?\d{0,2}|\d{4}(?:-\d{2})?|\d{1,2}[./]\d{1,2}\.?", value))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _titled(word: str, label: str) -> str:
    return f"{word}, {label[:1].lower() + label[1:] if label[1:].islower() else label}" if label else word


def _joined(one: str, other: str) -> str:
    if not other or other.casefold() in one.casefold():
        return one
    return f"{one}, {other}"[:LABEL] if one else other[:LABEL]
