"""What people are told of on their page of notifications: the kinds of notices, and their reading (decision 24).

A notice is stored as ids. Each kind says which of them a reader may be told of (`shown`), asked by page and count
alike, and puts those into words; higher apps register theirs in AppConfig.ready. What a reader can no longer see is
left out without a trace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import CharField, Func, QuerySet, Value

from .models import Notice, User

PAGE = 50
BATCH, MOST = 100, 1000  # candidates asked about at once: the first time, at most
COUNT_CAP = 100  # the sidebar says 99+ from here on


@dataclass(frozen=True)
class Line:
    """A notice in words: [actor] `before` [name] `after`. `name` is what it is about and leads to `address`."""

    before: str
    name: str
    after: str
    address: str


Shown = Callable[[User, list[int]], QuerySet]
Lines = Callable[[User, list[Notice]], dict[int, Line]]


@dataclass(frozen=True)
class Kind:
    """One kind of notice.

    `shown(user, ids)`: of these ids of `about` those of which `user` may be told now, as one column of a queryset.
    `lines(user, notices)`: notice id -> its words; only for notices that are shown. A constant number of queries.
    `icon` stands where nobody did it.
    """

    shown: Shown
    lines: Lines
    icon: str = "info-circle"


KINDS: dict[str, Kind] = {}


class Candidate(NamedTuple):
    """A stored notice before anybody has asked whether its reader may be told of it."""

    pk: int
    kind: str
    about: int


@dataclass(frozen=True)
class Told:
    """A line of the page."""

    notice: Notice
    line: Line
    icon: str


@dataclass(frozen=True)
class Page:
    """Lines, the newest first, and the key of the next page, None on the last."""

    lines: list[Told]
    after: int | None

    @property
    def newest(self) -> int:
        """The id up to which everything has been shown; 0 for an empty page."""
        return self.lines[0].notice.pk if self.lines else 0


def register(**kinds: Kind) -> None:
    """Add kinds; a name's underscores are written as hyphens."""
    KINDS.update({name.replace("_", "-"): kind for name, kind in kinds.items()})


def page_of(user: User, after: str = "") -> Page:
    """A page of what `user` is told, behind the notice `after`. Two queries for each batch, and those of the kinds."""
    rows = Notice.objects.filter(user=user)
    if after.isascii() and after.isdecimal() and len(after) <= 18:
        rows = rows.filter(pk__lt=int(after))
    found = _walk(user, rows, PAGE + 1)
    lines = _told(user, [one.pk for one in found[:PAGE]])
    return Page(lines, found[PAGE - 1].pk if len(found) > PAGE else None)


def get_told(user: User, pk: int) -> Told | None:
    """One notice of the user's, or None where there is none that he or she may be told of. Three queries or so."""
    rows = Notice.objects.filter(user=user, pk=pk).values_list("pk", "kind", "about")
    found = _kept(user, [Candidate(*row) for row in rows])
    return next(iter(_told(user, [one.pk for one in found])), None)


def unseen(user: Any) -> QuerySet:
    """The newest unseen notices as "pk:kind:about", a subquery: whether they count, `unseen_count` judges."""
    mark = Func(Value(":"), "pk", "kind", "about", function="CONCAT_WS", output_field=CharField())
    return _unseen_rows(user).order_by("-pk").values_list(mark)[:BATCH]


def unseen_count(user: Any, marks: list[str] | None = None) -> int:
    """How many unseen notices stand on the user's page, up to COUNT_CAP. `marks` are those of `unseen`, where they have
    been read already: then one query, none without any."""
    if marks is not None:
        first = [_read(mark) for mark in marks]
        number = len(_kept(user, first))
        if len(first) < BATCH or number >= COUNT_CAP:
            return number
        return number + len(_walk(user, _unseen_rows(user).filter(pk__lt=first[-1].pk), COUNT_CAP - number))
    return len(_walk(user, _unseen_rows(user), COUNT_CAP))


def _unseen_rows(user: Any) -> QuerySet[Notice]:
    return Notice.objects.filter(user=user, seen_at__isnull=True)


def _read(mark: str) -> Candidate:
    pk, kind, about = mark.split(":")
    return Candidate(int(pk), kind, int(about))


def _walk(user: User, rows: QuerySet[Notice], wanted: int) -> list[Candidate]:
    """The newest `wanted` of these rows of which the reader may be told, however many are left out between them."""
    found: list[Candidate] = []
    number, last = min(max(wanted, 1), BATCH), None
    while len(found) < wanted:
        batch = rows if last is None else rows.filter(pk__lt=last)
        read = [Candidate(*row) for row in batch.order_by("-pk").values_list("pk", "kind", "about")[:number]]
        found += _kept(user, read)
        if len(read) < number:
            break
        number, last = min(4 * number, MOST), read[-1].pk
    return found[:wanted]


def _kept(user: User, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Those of which the reader may be told now, in the order given. One query for all kinds, none without any."""
    candidates = [one for one in candidates if one.kind in KINDS]
    wanted: dict[Shown, list[int]] = {}  # kinds that ask the same are asked together
    for one in candidates:
        wanted.setdefault(KINDS[one.kind].shown, []).append(one.about)
    parts = [
        shown(user, ids).order_by().annotate(asked=Value(place)) for place, (shown, ids) in enumerate(wanted.items())
    ]
    if not parts:
        return []
    asked = list(wanted)
    told = {(asked[place], about) for about, place in (parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0])}
    return [one for one in candidates if (KINDS[one.kind].shown, one.about) in told]


def _told(user: User, ids: list[int]) -> list[Told]:
    """These notices, which are shown, in words, the newest first. What has gone meanwhile is left out."""
    rows = list(Notice.objects.filter(pk__in=ids).select_related("actor").order_by("-pk")) if ids else []
    lines: dict[int, Line] = {}
    for kind in dict.fromkeys(row.kind for row in rows):
        lines |= KINDS[kind].lines(user, [row for row in rows if row.kind == kind])
    return [Told(row, lines[row.pk], KINDS[row.kind].icon) for row in rows if row.pk in lines]
