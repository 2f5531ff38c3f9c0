"""Whom somebody means who types a name, number or email to put a contact on a list: of those he or she sees only."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from contacts_project.accounts.models import User

from . import paging, policy
from .filters import LONGEST_SEARCH, Filters
from .models import List, ListItem
from .rows import Row, read_rows

OFFERED = 8
LOOKED_AT = 50  # matches among which one may be meant exactly
FEWEST_DIGITS = 7  # of a number that stands for one person
NOBODY = "No contact that you can see matches this."
WHICH = "Several contacts match this. Choose one."


@dataclass(frozen=True)
class Meant:
    """The contact that is meant (its id), or why that is not clear, with those to choose from."""

    pk: int | None = None
    problem: str = ""
    choices: list[Row] = field(default_factory=list)


def clean(text: str) -> str:
    """What was typed, as searches take it."""
    return text.replace("\0", "").strip()[:LONGEST_SEARCH]


def offered(user: User, text: str) -> list[Row]:
    """The first live contacts that `user` sees and that match, while somebody types. Some ten queries, none for ""."""
    return _matching(user, clean(text), OFFERED)


def meant(user: User, text: str) -> Meant:
    """Whom `text` names: an id, or what exactly one visible live contact has.

    Hidden contacts and none at all give the same answer.
    """
    text = clean(text)
    if text.isascii() and text.isdecimal() and len(text) <= 18:
        pk = policy.visible_to(user).filter(pk=int(text)).values_list("pk", flat=True).first()
        if pk:
            return Meant(pk)
    found = _matching(user, text, LOOKED_AT)
    exact = found if len(found) == 1 else [row for row in found if _is_exactly(row, text)]
    if len(exact) == 1:
        return Meant(exact[0].id)
    return Meant(problem=WHICH if found else NOBODY, choices=(exact or found)[:OFFERED])


def _matching(user: User, text: str, most: int) -> list[Row]:
    if not text:
        return []
    page = paging.page_for(user, Filters(user, q=text).selection, size=most)
    return read_rows(user, page.ids)


def _is_exactly(row: Row, text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    is_number = len(digits) >= FEWEST_DIGITS and not re.search(r"[^\W\d_]|@", text)
    same_number = is_number and re.sub(r"\D", "", row.phone).endswith(digits.lstrip("0"))
    return same_number or text.casefold() in {row.name.casefold(), row.email.casefold()} - {""}


def there_already(found: List, rows: list[Row]) -> set[int]:
    """Which of these contacts are on the list. One query."""
    items = ListItem.objects.filter(list=found, contact__any_of=[row.id for row in rows])
    return set(items.values_list("contact", flat=True))
