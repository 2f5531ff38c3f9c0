"""What stands on a contact's Conversations tab, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass

from contacts.models import Contact
from contacts_project.accounts.models import User

from .models import Interaction
from .paging import PAGE, Place, behind, decode
from .visibility import interactions_with


@dataclass(frozen=True)
class Page:
    """Interactions newest first, and the key of the next page, "" on the last."""

    interactions: list[Interaction]
    older: str


def page_of_contact(user: User, contact: Contact, after: str = "") -> Page:
    """What `user` may read of this visible contact; `after` is a key of the page before. One query."""
    place = decode(after)
    rows = interactions_with(user, contact).filter(behind(place, 0, at="at", pk="interaction_id"))
    rows = rows.select_related("interaction__author", "interaction__department", "interaction__channel")
    found = [row.interaction for row in rows.order_by("-at", "-interaction_id")[: PAGE + 1]]
    last = found[PAGE - 1] if len(found) > PAGE else None
    return Page(found[:PAGE], Place(last.at, 0, last.pk).encode() if last else "")
