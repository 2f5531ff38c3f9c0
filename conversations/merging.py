"""Merge fields of messages: {{given-name}} becomes a name. Plain substitution, never a template engine on data.

Knows no access rule: contact and author were fetched by whoever asks (product.md §10).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from contacts.models import Contact
from contacts_project.accounts.models import User

FIELD = re.compile(r"\{\{\s*([A-Za-z][A-Za-z0-9_ -]{0,40}?)\s*\}\}")
LABELS: dict[str, str] = {
    "given-name": "Given name",
    "family-name": "Family name",
    "full-name": "Full name",
    "company": "Company",
    "job-title": "Job title",
    "my-name": "Your name",
    "my-email": "Your email",
}
SAME_AS = {"first-name": "given-name", "last-name": "family-name", "name": "full-name", "surname": "family-name"}


class MergeProblem(ValueError):
    """A field that nobody knows, or one that has no value here; `str(error)` is the sentence for people."""


def values_for(contact: Contact | None, author: User) -> dict[str, str]:
    """What the fields are in a message of `author` to `contact`; "" where something is not known."""
    values = {"my-name": author.name, "my-email": author.email}
    if contact:
        values |= {
            "given-name": contact.given_name or contact.nickname,
            "family-name": contact.family_name,
            "full-name": contact.name,
            "company": contact.company,
            "job-title": contact.job_title,
        }
    return {name: values.get(name, "") for name in LABELS}


def fields_in(text: str) -> frozenset[str]:
    """The fields that the text uses, by the names of LABELS; unknown ones as they are written."""
    return frozenset(_name(found[1]) for found in FIELD.finditer(text))


def check_fields(text: str) -> None:
    """Raise MergeProblem for the first field that is none of LABELS."""
    for found in FIELD.finditer(text):
        if _name(found[1]) not in LABELS:
            known = ", ".join(f"{{{{{name}}}}}" for name in LABELS)
            raise MergeProblem(f"There is no field {{{{{found[1].strip()}}}}}. Use one of these: {known}.")


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with the values that are known; other fields stay, so that whoever writes sees them."""
    return FIELD.sub(lambda found: values.get(_name(found[1]), "") or found[0], text)


def merge(text: str, values: Mapping[str, str]) -> str:
    """The text as it is sent. Raises MergeProblem for a field that is unknown or has no value."""
    check_fields(text)
    for found in FIELD.finditer(text):
        if not values.get(_name(found[1])):
            label = LABELS[_name(found[1])].lower()
            raise MergeProblem(f"{{{{{found[1].strip()}}}}} is empty: no {label} is known here. Write it yourself.")
    return fill(text, values)


def _name(text: str) -> str:
    name = "-".join(text.replace("_", " ").replace("-", " ").lower().split())
    return SAME_AS.get(name, name)
