"""The list of people, a page at a time: active people first, each part by name, with a keyset and no offset."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from .models import User
from .policy import people_of

PAGE = 100


@dataclass(frozen=True)
class PeoplePage:
    """`people` of one page and, when there are more, the id that `after=` takes."""

    people: list[User]
    after: int | None


def people_page(actor: User, *, query: str = "", after: str = "") -> PeoplePage:
    """People in the actor's account whose name or email contains `query`; an unknown `after` is the first page."""
    people = (
        people_of(actor).select_related("account").annotate(folded=Lower("name")).order_by("-is_active", "folded", "pk")
    )
    if query:
        people = people.filter(Q(name__icontains=query) | Q(email__icontains=query))
    found = list(_behind(people, actor, after)[: PAGE + 1])
    return PeoplePage(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None)


def _behind(people: QuerySet[User], actor: User, after: str) -> QuerySet[User]:
    if not (after.isascii() and after.isdigit() and len(after) <= 18):
        return people
    last = people_of(actor).annotate(folded=Lower("name")).filter(pk=int(after)).first()
    if last is None:
        return people
    later = Q(folded__gt=last.folded) | Q(folded=last.folded, pk__gt=last.pk)
    if last.is_active:
        return people.filter(Q(is_active=False) | (Q(is_active=True) & later))
    return people.filter(Q(is_active=False) & later)
