"""The ledger of an engagement: everybody on its lists, who takes whom, and when it is done (product.md §10).

Each change of an engagement's course holds it alone (`hold`), each hand-over shares that: after a pause or a cancel
has been said, nothing is handed over. A row goes from pending to claimed and back, or on to what `handing_over` and
providers make of it.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import pghistory
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from contacts_project.core.locks import hold_name
from conversations.engagements import reasons, statuses, timing
from conversations.engagements.judging import on_lists, statement
from conversations.engagements.models import Engagement, Recipient

from . import throttle
from .notices import tell_its_people

Status = Recipient.Status
LEASE = datetime.timedelta(minutes=1)  # of a claim: between it and the hand-over no provider is called
RUNS = (Engagement.Status.SENDING, Engagement.Status.PAUSED)


@dataclass(frozen=True)
class Claim:
    """Rows (ids, in the ledger's order) that are this worker's until `at` + LEASE; `at` is also the mark of it.

    Without rows, `wait` says when there may be some: None when nothing is due.
    """

    rows: tuple[int, ...] = ()
    at: datetime.datetime | None = None
    wait: datetime.datetime | None = None


def hold(pk: int, *, shared: bool = False) -> None:
    """Hold the course of this engagement until the transaction ends. One query."""
    hold_name(f"engagement {pk}", shared=shared)


def hold_alone(pk: int) -> Engagement | None:
    """The engagement as it stands behind its lock, its course held alone; the row first, as who only writes it does.

    Two queries.
    """
    row = _rows().select_for_update(no_key=True, of=("self",)).filter(pk=pk).first()
    hold(pk)
    return row


def load(pk: int) -> Engagement | None:
    """The engagement with all that decides about it, fresh. One query."""
    return _rows().filter(pk=pk).first()


def _rows() -> QuerySet[Engagement]:
    return Engagement.objects.select_related("account", "author__account", "channel__department", "channel__account")


def fan_out(pk: int) -> bool:
    """Write the ledger of an engagement that has begun, once; whether there is something to send from it.

    Who gets nothing is skipped here with the reason, all others wait, and are judged again at their turn. Whose address
    somebody else has waits, too: if that one gets nothing in the end, the address is not missed. One transaction, one
    statement for all people.
    """
    with transaction.atomic(), pghistory.context(source="job"):
        hold_name(f"ledger of engagement {pk}")
        engagement = load(pk)
        if engagement is None or engagement.status not in RUNS:
            return False
        if not Recipient.objects.filter(engagement=engagement).exists():
            _write(engagement)
        hold(pk, shared=True)
        status = Engagement.objects.values_list("status", flat=True).get(pk=pk)
        if status not in RUNS:  # cancelled meanwhile: it has no ledger
            transaction.set_rollback(True)
    with connection.cursor() as cursor:  # else the first batches walk all of it, for want of statistics
        cursor.execute("ANALYZE engagements_recipient")
    return status == Engagement.Status.SENDING


# `statement` is that of the pre-flight (`judging`): who waits, who is skipped and why.
FAN_OUT = """
    INSERT INTO engagements_recipient
           (engagement_id, contact_id, status, reason, address, not_before, final_at, attempts, error)
    SELECT %(engagement)s, j.id, CASE WHEN j.waits THEN 'pending' ELSE 'skipped' END,
           CASE WHEN j.waits THEN '' ELSE j.reason END, CASE WHEN j.waits THEN j.address ELSE '' END,
           CASE WHEN j.waits THEN (%(times)s::timestamptz[])[h.place] END, CASE WHEN NOT j.waits THEN now() END, 0, ''
      FROM (SELECT s.*, s.reason IN ('', '{duplicate}') AS waits FROM ({statement}) s(id, address, reason)) j
      LEFT JOIN unnest(%(held)s::bigint[], %(places)s::int[]) h(id, place) ON h.id = j.id
     ORDER BY j.id
"""


def _write(engagement: Engagement) -> None:
    held: dict[int, datetime.datetime] = {}
    if timing.holds(engagement):
        held = timing.held_until(engagement, on_lists(engagement), timezone.now())
    text, values = statement(engagement)
    times = {until: place for place, until in enumerate(sorted(set(held.values())), 1)}  # few for many people
    values |= {"held": list(held), "places": [times[until] for until in held.values()], "times": list(times)}
    with connection.cursor() as cursor:
        cursor.execute(FAN_OUT.format(statement=text, duplicate=reasons.DUPLICATE), values)


def claim(pk: int, most: int) -> Claim:
    """Take at most `most` rows that are due, which nobody else takes, as fast as the engagement's limit allows.

    One short transaction; several workers get different rows.
    """
    now = timezone.now()
    with transaction.atomic(), pghistory.context(source="job"):
        rows: QuerySet[Engagement] = Engagement.objects.filter(pk=pk, status=Engagement.Status.SENDING)
        if rows.filter(per_minute__isnull=False).exists():
            rows = rows.select_for_update(no_key=True)
        engagement = rows.first()
        if engagement is None:
            return Claim()
        now = timezone.now()
        if until := throttle.wait(engagement, now):
            waits = Recipient.objects.filter(engagement=pk, status=Status.PENDING).exists()
            return Claim(wait=until if waits else None)
        taken = _take(pk, throttle.share(engagement.per_minute, most), now)
        if not taken:
            return Claim(wait=_next_due(pk, now))
        if engagement.per_minute:
            Engagement.objects.filter(pk=pk).update(next_slot_at=throttle.next_slot(engagement, len(taken), now))
    return Claim(tuple(taken), now)


# What was held and is due comes first, then the others in the ledger's order: each is one range of an index.
TAKE = """
    UPDATE engagements_recipient SET status = 'claimed', claimed_at = %(now)s
     WHERE id IN (SELECT r.id FROM engagements_recipient r
                   WHERE r.engagement_id = %(pk)s AND r.status = 'pending' AND {due}
                   ORDER BY r.not_before, r.id LIMIT %(most)s FOR UPDATE SKIP LOCKED)
 RETURNING id
"""
DUE = ("r.not_before <= %(now)s", "r.not_before IS NULL")


def _take(pk: int, most: int, now: datetime.datetime) -> list[int]:
    found: list[int] = []
    with connection.cursor() as cursor:
        for due in DUE:
            if len(found) < most:
                cursor.execute(TAKE.format(due=due), {"pk": pk, "now": now, "most": most - len(found)})
                found += [row for (row,) in cursor.fetchall()]
    return sorted(found)


def _next_due(pk: int, now: datetime.datetime) -> datetime.datetime | None:
    waiting = Recipient.objects.filter(engagement=pk, status=Status.PENDING, not_before__gt=now)
    return waiting.order_by("not_before", "pk").values_list("not_before", flat=True).first()


def mine(claim: Claim) -> QuerySet[Recipient]:
    """The rows of this claim that are still this worker's."""
    return Recipient.objects.filter(pk__any_of=list(claim.rows), status=Status.CLAIMED, claimed_at=claim.at)


def give_back(claim: Claim) -> None:
    """Let the claimed rows wait again."""
    mine(claim).update(status=Status.PENDING, claimed_at=None)


def free_old() -> int:
    """Let rows wait again whose worker died before it handed them over. Returns their number."""
    old = Recipient.objects.filter(status=Status.CLAIMED, claimed_at__lt=timezone.now() - LEASE)
    with transaction.atomic():
        held = list(old.select_for_update(skip_locked=True).values_list("pk", flat=True))
        return Recipient.objects.filter(pk__any_of=held).update(status=Status.PENDING, claimed_at=None)


def stop(pk: int, problem: str) -> None:
    """Let the engagement pause by itself, and say why."""
    with transaction.atomic(), pghistory.context(source="job"):
        row = hold_alone(pk)
        sending = Engagement.objects.filter(pk=pk, status=Engagement.Status.SENDING)
        if sending.update(status=Engagement.Status.PAUSED, problem=problem[:300], updated_at=timezone.now()):
            tell_its_people("engagement-paused", row)


def finish(pk: int) -> bool:
    """Call it done when everybody in its ledger is handed over or skipped, and known; whether it is done now.

    Those of whom nobody knows whether it reached them may still be known later. One query while there is more to do.
    """
    open_rows = Recipient.objects.filter(engagement=pk, status__in=statuses.OPEN)
    if open_rows.exists():
        return False
    with transaction.atomic(), pghistory.context(source="job"):
        row = hold_alone(pk)
        if open_rows.exists():  # somebody had it sent again
            return False
        now = timezone.now()
        sending = Q(pk=pk, status=Engagement.Status.SENDING)
        done = Engagement.objects.filter(sending).update(
            status=Engagement.Status.DONE, finished_at=now, updated_at=now, problem=""
        )
        if done:
            tell_its_people("engagement-done", row)
    return bool(done)
