"""Events that other systems post: kept first, then applied once with their effect, or parked (design/security.md §6).

Intake writes the event and its job in one transaction and answers; the job applies it in another one. Nothing is lost
by a worker that dies: the event waits until its effect is committed.
"""

from __future__ import annotations

import datetime
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

import pghistory
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from conversations.models import InboundEvent, Interaction
from conversations.services.mail_traffic import EMAIL, take_mail_event
from conversations.services.phone_traffic import take_phone_event
from conversations.services.twilio_traffic import take_twilio_event

from .generic_intake import GENERIC, event_of

Status = InboundEvent.Status
MOST_TRIES = 5  # then it is parked for an administrator
KEPT = datetime.timedelta(days=30)
LOST_AFTER = datetime.timedelta(minutes=15)
CHUNK = 1000
JOB = "conversations.jobs_inbound.apply_inbound_event"
TWILIO = "twilio"
# Passing troubles of the database are no fault of the event.
PASSING = (OperationalError, InterfaceError)

log = logging.getLogger("kithline.inbound")

Effect = Callable[[InboundEvent], Interaction | None]
EFFECTS: dict[str, Effect] = {
    GENERIC: lambda event: take_phone_event(*event_of(event)),
    TWILIO: take_twilio_event,
    EMAIL: take_mail_event,
}


def take_event(source: str, account_id: int | None, external_id: str, payload: Mapping[str, Any]) -> int | None:
    """Keep an event and enqueue its job, in one transaction; its id, or None if it is known already. Two queries.

    Of two at once with one (source, account, external id) one is kept: the unique constraint decides.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO conversations_inboundevent"
                " (source, account_id, external_id, payload, status, attempts, error)"
                " VALUES (%s, %s, %s, %s, 'waiting', 0, '') ON CONFLICT DO NOTHING RETURNING id",
                [source, account_id, external_id, json.dumps(payload)],
            )
            made = cursor.fetchone()
        if made is None:
            return None
        enqueue(made[0])
    return made[0]


def enqueue(event_id: int) -> None:
    """Let a worker apply the event; inside the transaction that stores or frees it."""
    app.configure_task(JOB).defer(event_id=event_id)


@transaction.atomic
def apply_event(event_id: int) -> Interaction | None:
    """Apply an event that waits, and mark it done in the same transaction. Nothing happens to any other.

    Raises whatever its effect raises; then nothing of it is written.
    """
    event = InboundEvent.objects.select_for_update().filter(pk=event_id).first()
    if event is None or event.status != Status.WAITING:
        return None
    with pghistory.context(source="channel", event=event.pk):
        interaction = EFFECTS[event.source](event)
    event.status, event.error, event.applied_at, event.interaction = Status.DONE, "", timezone.now(), interaction
    event.save(update_fields=["status", "error", "applied_at", "interaction"])
    return interaction


def note_failure(event_id: int, problem: Exception) -> bool:
    """Count a failed try; whether it was the last one, so that the event is parked now. Passing troubles are none.

    The reason names the kind of problem only: exceptions quote what people wrote.
    """
    if isinstance(problem, PASSING):
        return False
    with transaction.atomic():
        event = InboundEvent.objects.select_for_update().filter(pk=event_id, status=Status.WAITING).first()
        if event is None:
            return True
        event.attempts += 1
        event.error = reason_of(problem)
        if event.attempts >= MOST_TRIES:
            event.status = Status.PARKED
            log.error("inbound event parked", extra={"event_id": event.pk, "problem": type(problem).__name__})
        event.save(update_fields=["attempts", "error", "status"])
    return event.status == Status.PARKED


def reason_of(problem: Exception) -> str:
    """A short reason without anything of the payload."""
    words = getattr(problem, "reason", "")
    return words if isinstance(words, str) and words else f"Could not be applied ({type(problem).__name__})"


@transaction.atomic
def try_again(event_ids: list[int]) -> int:
    """Free parked events, each with tries of its own again; returns how many."""
    parked = InboundEvent.objects.select_for_update().filter(pk__in=event_ids, status=Status.PARKED)
    ids = list(parked.values_list("pk", flat=True))
    InboundEvent.objects.filter(pk__in=ids).update(status=Status.WAITING, attempts=0, error="")
    for event_id in ids:
        enqueue(event_id)
    return len(ids)


def enqueue_forgotten(now: datetime.datetime) -> int:
    """Enqueue events that wait although no job of theirs is left: one that its workers did not survive, say."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM conversations_inboundevent event WHERE status = 'waiting' AND received_at < %s"
            " AND NOT EXISTS (SELECT FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
            "  AND task_name = %s AND args ->> 'event_id' = event.id::text)"
            " ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED",
            [now - LOST_AFTER, JOB, CHUNK],
        )
        ids = [row[0] for row in cursor.fetchall()]
        for event_id in ids:
            enqueue(event_id)
    return len(ids)


def forget_old(now: datetime.datetime) -> int:
    """Delete events that came more than 30 days ago, parked ones too: they hold what people said. In chunks."""
    total = 0
    while True:
        old = InboundEvent.objects.filter(received_at__lt=now - KEPT).order_by("pk").values_list("pk", flat=True)
        ids = list(old[:CHUNK])
        if not ids:
            return total
        total += InboundEvent.objects.filter(pk__in=ids).delete()[0]
