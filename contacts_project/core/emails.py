"""Email addresses: read leniently from what people paste, checked strictly, with sentences that help."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

LONGEST = 254  # RFC 5321: a path holds 256 characters with its angle brackets
_valid = EmailValidator()


class EmailImpossible(ValueError):
    """The text cannot be an email address; `str(error)` is the sentence for people."""


def parse_email(text: str) -> str:
    """The bare address out of `text` ("mailto:a@b.c", "Ann <a@b.c>"), its domain in lower case.

    Raises EmailImpossible with a sentence.
    """
    address = _bare(text)
    if len(address) > LONGEST:
        raise EmailImpossible(f"This email address is longer than {LONGEST} characters.")
    try:
        _valid(address)
    except ValidationError as error:
        raise EmailImpossible(_sentence(address)) from error
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"


def _bare(text: str) -> str:
    text = re.sub(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", "", text or "").strip()
    angled = re.search(r"<([^<>]*@[^<>]*)>", text[:1000])
    if angled:
        text = angled.group(1)
    text = re.sub(r"^mailto:", "", text.strip(), flags=re.IGNORECASE).partition("?")[0]
    return text.strip().strip("'\"<>").rstrip(".,;")


def _sentence(address: str) -> str:
    local, _, domain = address.rpartition("@")
    if "@" not in address:
        return "This email address has no @."
    if address.count("@") > 1:
        return "An email address has one @."
    if re.search(r"\s", address):
        return "An email address has no spaces."
    if not local:
        return "The part before the @ is missing."
    if not domain:
        return "The part after the @ is missing."
    if "." not in domain:
        return "This email address has no domain ending, such as .com."
    return "This is not an email address."
