"""What of an inbox is asked for: the filters of its address, read and written (contract.md)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.http import QueryDict
from django.utils.http import urlencode

from .models import Interaction

VIEWS = {
    "mine": "Assigned to you",
    "missed": "Missed calls",
    "snoozed": "Snoozed",
    "closed": "Closed",
}
TYPES = {value: label for value, label in Interaction.Type.choices if value != Interaction.Type.NOTE}
DIRECTIONS = dict(Interaction.Direction.choices)
LONGEST_ID = 15  # digits
MOST = 50  # values of one filter


@dataclass(frozen=True)
class Filters:
    """Repeated values mean OR, several filters AND; unknown ones were ignored. Types and directions are those of the
    newest entry. `view` is a key of VIEWS, "" for all that is open."""

    channels: tuple[int, ...] = ()
    departments: tuple[int, ...] = ()
    types: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()
    unread: bool = False
    view: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether the menu of filters has something chosen."""
        return bool(self.channels or self.departments or self.types or self.directions)

    @property
    def query(self) -> str:
        """The filters as they stand in the address, without the question mark."""
        many = {
            "channel": self.channels, "department": self.departments, "type": self.types, "direction": self.directions,
        }  # fmt: skip
        pairs = [(name, value) for name, values in many.items() for value in values]
        pairs += [("unread", 1)] if self.unread else []
        pairs += [("view", self.view)] if self.view else []
        return urlencode(pairs)

    def only(self, *, unread: bool = False, view: str = "") -> Filters:
        """The same lines, departments, types and directions under another tab."""
        return replace(self, unread=unread, view=view)


def read_filters(given: QueryDict) -> Filters:
    """The filters of an address; what is unknown or malformed is ignored."""
    views = [view for view in given.getlist("view") if view in VIEWS]
    return Filters(
        channels=_ids(given.getlist("channel")),
        departments=_ids(given.getlist("department")),
        types=_known(given.getlist("type"), TYPES),
        directions=_known(given.getlist("direction"), DIRECTIONS),
        unread=given.get("unread") == "1",
        view=views[-1] if views else "",
    )


def _ids(values: Iterable[str]) -> tuple[int, ...]:
    found = (int(text) for text in values if text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID)
    return tuple(dict.fromkeys(found))[:MOST]


def _known(values: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value in known))
