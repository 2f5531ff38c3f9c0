"""What a job looks for each minute: engagements whose time has come, and those that nobody works on any more."""

from __future__ import annotations

import pghistory
from django.db import transaction
from django.utils import timezone

from conversations.engagements.models import Engagement, Recipient
from conversations.engagements.stopping import why_stopped

from . import ledger
from .notices import tell_its_people

Status = Engagement.Status
MOST = 500


def start_due() -> list[int]:
    """Begin what was scheduled for now; what may not be sent any more is paused and says why. Returns the begun ids."""
    due = Engagement.objects.filter(status=Status.SCHEDULED, at__lte=timezone.now()).order_by("at")
    return [pk for pk in list(due.values_list("pk", flat=True)[:MOST]) if _start(pk)]


def _start(pk: int) -> bool:
    with transaction.atomic(), pghistory.context(source="job"):
        row, now = ledger.hold_alone(pk), timezone.now()
        if row is None or row.status != Status.SCHEDULED or row.at is None or row.at > now:
            return False
        problem = why_stopped(row)
        row.status, row.started_at, row.problem = Status.PAUSED if problem else Status.SENDING, now, problem[:300]
        row.save(update_fields=["status", "started_at", "problem", "updated_at"])
        if problem:
            tell_its_people("engagement-paused", row)
    return not problem


def without_ledger() -> list[int]:
    """Ids of engagements that are being sent and whose ledger was not written: its job was lost, or is late."""
    return [pk for pk in _sending() if not Recipient.objects.filter(engagement=pk).exists()]


def with_work() -> list[int]:
    """Ids of engagements in whose ledger somebody is due. Those in whose ledger nobody is left are done."""
    found = []
    for pk in _sending():
        waiting = Recipient.objects.filter(engagement=pk, status=Recipient.Status.PENDING)
        soon = timezone.now() + ledger.LEASE
        if waiting.filter(not_before__isnull=True).exists() or waiting.filter(not_before__lte=soon).exists():
            found.append(pk)
        elif Recipient.objects.filter(engagement=pk).exists():
            ledger.finish(pk)
    return found


def _sending() -> list[int]:
    return list(Engagement.objects.filter(status=Status.SENDING).order_by("pk").values_list("pk", flat=True)[:MOST])
