"""Rows of old data that become Shared Department Contacts: what a file says, judged before anything is written.

Only `manage.py import_legacy_shared` reads such files (product.md §2b); the import room makes personal contacts only.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO

from contacts_project.accounts.models import User
from contacts_project.core.emails import EmailImpossible, parse_email
from contacts_project.core.phones import Phone, PhoneImpossible, parse_phone
from departments.models import Department

from .files import detect
from .limits import FileRefused
from .tables import Row, read_rows

COLUMNS = ("given_name", "family_name", "company", "phone", "email", "owner")
NO_OWNER_COLUMN = "The first line names the columns; one of them must be owner: the email of an account user."
NO_OWNER = "no owner is named"
NOTHING = "there is no name, company, phone or email"


@dataclass(frozen=True)
class Remark:
    """A value that cannot be read: kept on the contact as it was."""

    field: str
    value: str
    reason: str


@dataclass(frozen=True)
class LegacyRow:
    """One line of the file: why it is refused ("" if it is not), and else what the contact is made of."""

    number: int
    refusal: str = ""
    owner: User | None = None
    names: tuple[tuple[str, str], ...] = ()
    phone: Phone | None = None
    email: str = ""
    remarks: tuple[Remark, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """Number and email as they are compared; where there is neither, the names."""
        found = tuple(filter(None, (self.phone.e164 if self.phone else "", self.email.lower())))
        return found or (" ".join(value for _, value in self.names).casefold(),)


def read_legacy(stream: BinaryIO, department: Department) -> Iterator[LegacyRow]:
    """The rows of a CSV file (or sheet) whose first line names its columns. Raises FileRefused, also half-way.

    One query, for the account's people: an owner may have left, but must be known.
    """
    with closing(read_rows(stream, detect(stream))) as rows:  # type: ignore[type-var]
        header = [cell.strip().lower().replace(" ", "_") for cell in next(rows, Row(1, [])).cells]
        if "owner" not in header or len(set(header) & set(COLUMNS)) < 2:
            raise FileRefused(NO_OWNER_COLUMN)
        people = {user.email.lower(): user for user in User.objects.filter(account=department.account_id)}
        for row in rows:
            cells = dict(zip(header, (cell.strip() for cell in row.cells), strict=False))
            yield _judge(row.number, {name: cells.get(name, "") for name in COLUMNS}, people, department)


def _judge(number: int, cells: dict[str, str], people: dict[str, User], department: Department) -> LegacyRow:
    owner = people.get(cells["owner"].lower())
    if owner is None:
        named = cells["owner"]
        return LegacyRow(number, f"the owner {named} is no user of the account" if named else NO_OWNER)
    names = tuple((name, cells[name][: _longest(name)]) for name in COLUMNS[:3] if cells[name])
    remarks: list[Remark] = []
    phone, email = None, ""
    try:
        phone = parse_phone(cells["phone"], department.account.default_region, hints=False) if cells["phone"] else None
    except PhoneImpossible as error:
        remarks.append(Remark("phone", cells["phone"], str(error)))
    try:
        email = parse_email(cells["email"]) if cells["email"] else ""
    except EmailImpossible as error:
        remarks.append(Remark("email", cells["email"], str(error)))
    if not (names or phone or email):
        reason = "; ".join(remark.reason.rstrip(".") for remark in remarks)
        return LegacyRow(number, f"nothing in it can be used: {reason}" if reason else NOTHING)
    return LegacyRow(number, "", owner, names, phone, email, tuple(remarks))


def _longest(name: str) -> int:
    return 200 if name == "company" else 120
