"""What a path may name beside a contact, for requests for access (product.md §2d).

A higher app registers its kind of thing in its AppConfig.ready (design/architecture.md §1): contacts knows of it only
the marks in `AccessRequest.about`, such as "channel:7", and what a Place says of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from django.db.models import Q, QuerySet

from contacts.models import AccessRequest
from contacts_project.accounts.models import User


@dataclass(frozen=True)
class PlaceLine:
    """A request as its answerer reads it. `names` are (name, address of its page) of what the answerer may give.

    `levels` are those that can be answered with; `ways_out` (label, address) stand where access comes by role only;
    `is_met`: the person who asked has the access by now.
    """

    what: str
    names: tuple[tuple[str, str], ...]
    levels: tuple[str, ...]
    ways_out: tuple[tuple[str, str], ...] = ()
    is_met: bool = False


class Place(Protocol):
    """One kind of thing that can be asked for."""

    def find(self, user: User, path: str, access: str) -> list[str]:
        """Marks of what the (normalised) path names in the user's account, and he or she does not have yet.

        The same queries whatever stands there: nobody learns from the time it takes (product.md §2d).
        """

    def answered_by(self, user: User) -> QuerySet:
        """Marks, as one column, of all that `user` is asked for: a subquery."""

    def answerers(self, request: AccessRequest) -> list[User]:
        """The active people who may answer, without the one who asked."""

    def lines(self, user: User, requests: Iterable[AccessRequest]) -> dict[int, PlaceLine]:
        """Request id -> what `user` reads of it. A constant number of queries."""

    def give(self, actor: User, level: str, request: AccessRequest) -> str:
        """Give the access, nobody's gets less; "" or why not. Judges the actor's rights. Inside a transaction."""

    def has(self, request: AccessRequest) -> bool:
        """Whether the person who asked has (still) got any of it."""


PLACES: list[Place] = []


def answerable(user: User) -> Q:
    """True of requests about places that `user` may answer."""
    return any_of(Q(about__overlap=place.answered_by(user)) for place in PLACES)


def any_of(parts: Iterable[Q]) -> Q:
    found = Q(pk__in=[])
    for part in parts:
        found |= part
    return found


def find(user: User, path: str, access: str) -> list[str]:
    return [mark for place in PLACES for mark in place.find(user, path, access)]


def answerers(request: AccessRequest) -> list[User]:
    return [user for place in PLACES for user in place.answerers(request)]


def lines(user: User, requests: Iterable[AccessRequest]) -> dict[int, PlaceLine]:
    """Request id -> its line, for those that are about a place. No query without any."""
    asked = [request for request in requests if request.about]
    found: dict[int, PlaceLine] = {}
    for place in PLACES if asked else ():
        found |= place.lines(user, asked)
    return found


def line(user: User, request: AccessRequest) -> PlaceLine | None:
    return lines(user, [request]).get(request.pk)


def give(actor: User, level: str, request: AccessRequest) -> str:
    """Give what each place holds of the request; the first reason against it, "" if none."""
    return next(filter(None, [place.give(actor, level, request) for place in PLACES]), "")


def has(request: AccessRequest) -> bool:
    return any(place.has(request) for place in PLACES)
