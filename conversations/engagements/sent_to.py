"""Which engagements were sent to one contact, and what became of each there (seed S1; product.md §2a and §10).

Shown are those on channels that the reader reads; the contact comes from `contacts.policy`. Nothing tells that there
are others: filters, pages and menus are made of what is shown.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet

from contacts import list_policy
from contacts.menus import Choice, Menu
from contacts.models import Contact
from contacts_project.accounts.models import User

from . import policy
from .models import Engagement, EngagementList, Recipient
from .wording import SHOWN, look_of, shows, status_of

PAGE = 50
RECENT = 4  # on the Overview
MOST_SENDERS = 100  # in the menu; whoever is chosen stands in it anyway
ICONS = {"email": "mail", "text": "message", "voice": "phone"}


@dataclass(frozen=True)
class Wanted:
    """What of the history is asked for; empty means all. `senders` are ids of users."""

    kinds: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    senders: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.kinds or self.statuses or self.senders)

    def query(self, **changes: object) -> str:
        """The query string of this filter with some of it changed."""
        parts = {"kind": self.kinds, "status": self.statuses, "by": self.senders, **changes}
        return urlencode({name: value for name, value in parts.items() if value}, doseq=True)


@dataclass(frozen=True)
class Sent:
    """One engagement as this contact got it. `lists` are names that the reader may know; `is_open`: may view it."""

    pk: int
    engagement: Engagement
    status: str
    look: str
    at: datetime.datetime | None
    lists: tuple[str, ...]
    is_open: bool
    mine: bool

    @property
    def icon(self) -> str:
        return ICONS[self.engagement.kind]


@dataclass(frozen=True)
class Page:
    """Entries newest first, and the key of the next page, None on the last."""

    entries: list[Sent]
    older: int | None = None


def read_wanted(parameters: Any) -> Wanted:
    """The filter of an address; unknown values are ignored."""
    ids = [value for value in parameters.getlist("by") if value.isascii() and value.isdecimal() and len(value) <= 18]
    return Wanted(
        kinds=tuple(kind for kind in Engagement.Kind.values if kind in parameters.getlist("kind")),
        statuses=tuple(key for key in SHOWN if key in parameters.getlist("status")),
        senders=tuple(sorted(set(map(int, ids[:MOST_SENDERS])))),
    )


def sent_to(user: User, contact: Contact) -> QuerySet[Recipient]:
    """This visible contact's rows in engagements on channels that `user` reads, unordered."""
    return Recipient.objects.filter(contact=contact, engagement__in=policy.sent_where_reads(user))


def page_of(user: User, contact: Contact, wanted: Wanted, after: int = 0) -> Page:
    """A page of the history behind the entry `after`. One query: an index range of the contact."""
    rows = sent_to(user, contact).filter(_fits(wanted))
    if after:
        rows = rows.filter(pk__lt=after)
    found = _read(user, rows, PAGE + 1)
    return Page(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None)


def recent(user: User, contact: Contact) -> list[Sent]:
    """The newest few, for the Overview. One query."""
    return _read(user, sent_to(user, contact), RECENT)


def menus(user: User, contact: Contact, wanted: Wanted) -> list[Menu]:
    """Kind, status, and who sent what this reader sees of the contact's history. One query."""
    senders = (
        sent_to(user, contact)
        .order_by()
        .values_list("engagement__author", "engagement__author__name", "engagement__author__email")
        .distinct()
    )
    people = sorted(senders[:MOST_SENDERS], key=lambda row: (row[0] != user.pk, (row[1] or row[2]).casefold()))
    by = [
        Choice(str(pk), "You" if pk == user.pk else name or email, pk in wanted.senders) for pk, name, email in people
    ]
    kinds = [Choice(kind.value, kind.label, kind.value in wanted.kinds) for kind in Engagement.Kind]
    states = [Choice(key, label, key in wanted.statuses) for key, label in SHOWN.items()]
    return [
        Menu("kind", "Kind", kinds, wanted.query(kind="")),
        Menu("status", "Status", states, wanted.query(status="")),
        Menu("by", "Sent by", by, wanted.query(by="")),
    ]


def _fits(wanted: Wanted) -> Q:
    fits = Q(engagement__kind__in=wanted.kinds) if wanted.kinds else Q()
    if wanted.senders:
        fits &= Q(engagement__author__in=wanted.senders)
    return fits & reduce(or_, map(shows, wanted.statuses)) if wanted.statuses else fits


def _read(user: User, rows: QuerySet[Recipient], most: int) -> list[Sent]:
    known = EngagementList.objects.filter(
        engagement=OuterRef("engagement"), is_left_out=False, list__in=list_policy.visible_to(user)
    )
    rows = rows.select_related("engagement__author", "engagement__channel").annotate(
        lists_known=ArraySubquery(known.order_by("list__name", "pk").values("list__name")),
        is_open=Exists(policy.visible_to(user).filter(pk=OuterRef("engagement"))),
    )
    return [_entry(user, row) for row in rows.order_by("-pk")[:most]]


def _entry(user: User, row: Any) -> Sent:
    lists: Iterable[str] = row.lists_known or ()
    return Sent(
        pk=row.pk,
        engagement=row.engagement,
        status=status_of(row, with_reason=True),
        look=look_of(row),
        at=row.handed_over_at or row.final_at or row.engagement.started_at,
        lists=tuple(lists),
        is_open=row.is_open,
        mine=row.engagement.author_id == user.pk,
    )
