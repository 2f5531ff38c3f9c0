"""What became of an engagement in numbers: one count of the ledger, from which bar, sentence and filters come.

The numbers are of everybody, also of those whom a reader may not see by name (product.md §2c): each person stands in
one part, so the parts add up to the people on the lists (product.md §10).
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, F, Max, Min, Q, QuerySet
from django.db.models.functions import Extract, Floor, Least
from django.utils import timezone

from . import reasons, statuses
from .models import Engagement, Recipient

Status = Recipient.Status
PACE_SECONDS = 60  # the pace is that of the last minute: a pause before it does not count
HOURS = 24  # of the chart; what came later is one number


@dataclass(frozen=True)
class Group:
    """Delivery statuses that count as one part. `css` is the colour of its key."""

    key: str
    label: str
    statuses: frozenset[str]
    css: str
    kinds: frozenset[str] = frozenset(Engagement.Kind.values)
    always: bool = False  # stands there also when it is nobody


WRITTEN = frozenset({Engagement.Kind.EMAIL.value, Engagement.Kind.TEXT.value})
SPOKEN = frozenset({Engagement.Kind.VOICE.value})

# Every status stands in exactly one group of each kind (tested), in the order of the bar.
GROUPS: tuple[Group, ...] = (
    Group("delivered", "Delivered", frozenset({Status.DELIVERED}) | statuses.CALLS, "c1", WRITTEN, always=True),
    Group("sent", "Sent", frozenset({Status.SENT}), "c6", WRITTEN),
    Group("answered", "Answered", frozenset({Status.ANSWERED, Status.DELIVERED}), "c1", SPOKEN, always=True),
    Group("machine", "Answering machine", frozenset({Status.MACHINE}), "c6", SPOKEN),
    Group("unanswered", "No answer", frozenset({Status.UNANSWERED, Status.BUSY}), "c8", SPOKEN),
    Group("dialled", "Called", frozenset({Status.SENT}), "c9", SPOKEN),
    Group("on_the_way", "On the way", statuses.ON_THE_WAY, "c2"),
    Group("failed", "Failed", statuses.FAILURES, "c3", always=True),
    Group("unknown", "Unknown", frozenset({Status.UNKNOWN}), "c7"),
    Group("waiting", "Waiting", statuses.WAITING, "c4"),
    Group("skipped", "Skipped", frozenset({Status.SKIPPED}), "c5", always=True),
)
REASON_WORDS: dict[str, tuple[str, str]] = {  # as the sentence counts them: one, several
    reasons.OFF_LIST: ("taken off the list", "taken off the list"),
    reasons.LEFT_OUT: ("on a list to leave out", "on a list to leave out"),
    reasons.ARCHIVED: ("archived", "archived"),
    reasons.REMOVED: ("removed from the department", "removed from the department"),
    reasons.UNSUBSCRIBED: ("unsubscribed", "unsubscribed"),
    reasons.NO_ADDRESS: ("without an address", "without an address"),
    reasons.OPTED_OUT: ("opted out", "opted out"),
    reasons.BLOCKED: ("blocked", "blocked"),
    reasons.NO_VALUE: ("with an empty merge field", "with an empty merge field"),
    reasons.DUPLICATE: ("duplicate", "duplicates"),
    reasons.CANCELLED: ("cancelled before their turn", "cancelled before their turn"),
}
RESPONSE_WORDS = {
    "replied_at": "replied", "clicked_at": "clicked a link", "opened_at": "opened it", "unsubscribed_at": "opted out",
    "complained_at": "complained",
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """A group with its number of people; `note` says something about them."""

    group: Group
    count: int
    note: str = ""


@dataclass(frozen=True)
class Numbers:
    """Counts of one engagement's ledger at `now`.

    `reasons` and `responses` (column -> people) leave out what is nobody. `held` people wait for `held_until` or
    later; `recent` were handed over in the last PACE_SECONDS.
    """

    kind: str
    now: datetime.datetime
    by_status: dict[str, int]
    reasons: dict[str, int]
    responses: dict[str, int]
    held: int = 0
    held_until: datetime.datetime | None = None
    recent: int = 0
    bounced: int = field(default=0)
    last_at: datetime.datetime | None = None

    @property
    def total(self) -> int:
        return sum(self.by_status.values())

    def count(self, statuses: frozenset[str]) -> int:
        return sum(self.by_status.get(status, 0) for status in statuses)

    @property
    def skipped(self) -> int:
        return self.by_status.get(Status.SKIPPED, 0)

    @property
    def waiting(self) -> int:
        return self.count(statuses.WAITING)

    @property
    def failed(self) -> int:
        """Those whom Retry sends it anew: a bounce is an end."""
        return self.by_status.get(Status.FAILED, 0)

    @property
    def to_send(self) -> int:
        """Everybody but the skipped."""
        return self.total - self.skipped

    @property
    def handed_over(self) -> int:
        return self.to_send - self.waiting

    @property
    def parts(self) -> list[Part]:
        """The parts of this kind of engagement, in the order of the bar; together they are the total."""
        found = []
        for group in groups_of(self.kind):
            count = self.count(group.statuses)
            if count or group.always:
                found.append(Part(group, count, self._note(group, count)))
        return found

    def _note(self, group: Group, count: int) -> str:
        if group.key in ("delivered", "answered") and count and self.handed_over:
            return f"{share(count, self.handed_over)} of sent"
        notes = {"unknown": "no report", "waiting": f"{self.held:,} held" if self.held else ""}
        notes["failed"] = f"{self.bounced:,} bounced" if self.bounced else ""
        return notes.get(group.key, "") if count else ""


def groups_of(kind: str) -> list[Group]:
    """The groups in which recipients of this kind of engagement stand."""
    return [group for group in GROUPS if kind in group.kinds]


def share(count: int, whole: int) -> str:
    """A percentage that never says all or nothing unless it is: 99.9% of 1,999 of 2,000."""
    if count == whole:
        return "100%"
    tenths = min(max(round(1000 * count / whole), 1), 999)
    return f"{tenths / 10:g}%"


def ledger_of(engagement: Engagement) -> QuerySet[Recipient]:
    """All recipients, whoever sees them: for counts only; `recipients` names those whom a reader may see."""
    return Recipient.objects.filter(engagement=engagement)


def numbers_of(engagement: Engagement) -> Numbers:
    """The counts. One query, grouped by status and reason."""
    now = timezone.now()
    held = Q(status__in=statuses.WAITING, not_before__gt=now)
    recently = now - datetime.timedelta(seconds=PACE_SECONDS)
    columns = [column for column, _ in statuses.RESPONSES]
    rows: Any = (
        ledger_of(engagement)
        .order_by()
        .values("status", "reason")
        .annotate(
            people=Count("pk"),
            held=Count("pk", filter=held),
            held_until=Min("not_before", filter=held),
            recent=Count("pk", filter=Q(handed_over_at__gte=recently)),
            last_at=Max("handed_over_at"),
            **{f"with_{column}": Count(column) for column in columns},
        )
    )
    return _summed(engagement.kind, now, list(rows), columns)


def _summed(kind: str, now: datetime.datetime, rows: list[dict], columns: list[str]) -> Numbers:
    by_status: dict[str, int] = {}
    for row in rows:
        by_status[row["status"]] = by_status.get(row["status"], 0) + row["people"]
    responses = {column: sum(row[f"with_{column}"] for row in rows) for column in columns}
    return Numbers(
        kind=kind,
        now=now,
        by_status=by_status,
        reasons={row["reason"]: row["people"] for row in rows if row["reason"]},
        responses={column: people for column, people in responses.items() if people},
        held=sum(row["held"] for row in rows),
        held_until=min((row["held_until"] for row in rows if row["held_until"]), default=None),
        recent=sum(row["recent"] for row in rows),
        bounced=by_status.get(Status.BOUNCED, 0),
        last_at=max((row["last_at"] for row in rows if row["last_at"]), default=None),
    )


def adding_up(numbers: Numbers) -> str:
    """ "1,240 on the lists = 1,083 + 38 + 17 sent, and 102 skipped: 12 archived, 90 opted out." """
    sent = [f"{part.count:,}" for part in numbers.parts if part.group.key != "skipped" and part.count]
    verb = "sent or waiting" if numbers.waiting and numbers.handed_over else "waiting" if numbers.waiting else "sent"
    text = f"{numbers.total:,} on the lists = {' + '.join(sent) or '0'} {verb}"
    if not numbers.skipped:
        return f"{text}, nobody skipped."
    why = [
        f"{people:,} {REASON_WORDS[reason][people != 1]}"
        for reason in REASON_WORDS
        if (people := numbers.reasons.get(reason, 0))
    ]
    return f"{text}, and {numbers.skipped:,} skipped: {', '.join(why)}."


def responses_in_words(numbers: Numbers) -> list[tuple[str, str]]:
    """What people did: [("214", "replied"), ("6", "opted out")]; a person may stand in several."""
    return [
        (f"{numbers.responses[column]:,}", words)
        for column, words in RESPONSE_WORDS.items()
        if column in numbers.responses
    ]


def time_left(engagement: Engagement, numbers: Numbers) -> str:
    """ "About 2 min left", by the pace of the last minute; "" while nothing leaves or nobody is due."""
    due = numbers.waiting - numbers.held
    if engagement.status != Engagement.Status.SENDING or due <= 0 or not engagement.started_at:
        return ""
    run = (numbers.now - engagement.started_at).total_seconds()
    pace = numbers.recent / max(1.0, min(PACE_SECONDS, run))
    if not pace:
        return ""
    minutes = math.ceil(due / pace / 60)
    if minutes <= 1:
        return "Less than a minute left"
    if minutes < 90:
        return f"About {minutes} min left"
    hours = round(minutes / 60)
    return f"About {hours} h left" if hours < 48 else f"About {round(hours / 24)} days left"


def responses_by_hour(engagement: Engagement) -> list[int]:
    """How many responded for the first time in each of HOURS hours after their own message left, and later: 25 numbers.

    A response to an email is opening, clicking or replying, to a text a reply; of calls it is being answered, counted
    from the start of the engagement. One query.
    """
    rows = ledger_of(engagement).order_by()
    if engagement.kind == Engagement.Kind.VOICE:
        rows = rows.filter(status=Status.ANSWERED, engagement__started_at__isnull=False)
        took = F("final_at") - F("engagement__started_at")
    else:
        first = Least("opened_at", "clicked_at", "replied_at")  # PostgreSQL leaves out what is NULL
        took = first - F("handed_over_at")
    seconds = Extract(ExpressionWrapper(took, output_field=DurationField()), "epoch")
    counts = rows.annotate(hour=Floor(seconds / 3600.0)).filter(hour__isnull=False).values("hour")
    found = [0] * (HOURS + 1)
    for row in counts.annotate(people=Count("pk")):
        found[min(max(int(row["hour"]), 0), HOURS)] += row["people"]
    return found


def half_came_by(hours: list[int]) -> int | None:
    """By which hour (1 is the first) half of all had responded; None where nobody did, or later than HOURS."""
    half, so_far = sum(hours) / 2, 0
    for hour, people in enumerate(hours[:HOURS], 1):
        so_far += people
        if half and so_far >= half:
            return hour
    return None
