"""Background jobs of engagements: writing the ledger, sending from it in lanes, and sweeping up.

At least once, and safe at any moment: what is handed over was committed before its provider is called, and who was
handed over is never handed over again (`services.handing_over`).
"""

from __future__ import annotations

import contextlib
import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from procrastinate import exceptions
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from .services import lanes, ledger, sweeping

LANES = 4  # workers of one engagement at a time
QUEUE = "engagements"
AFTER_OTHERS = -10  # priority: a message that somebody has just written does not wait for a hundred thousand
LANE = "conversations.engagements.jobs.run_lane"


@app.task(queue=QUEUE)
def fan_out(engagement_id: int) -> None:
    """Write the ledger of an engagement that begins, and have it sent."""
    if ledger.fan_out(engagement_id):
        enqueue_lanes(engagement_id)


@app.task(queue=QUEUE)
def run_lane(engagement_id: int, lane: int) -> None:
    """Send for a while; then make room for other jobs, and go on where there is more."""
    again = lanes.run(engagement_id)
    if again:
        enqueue_lane(engagement_id, lane, at=again)


@app.periodic(cron="* * * * * */15")
@app.task(queueing_lock="sweep_engagements", queue=QUEUE)
def sweep_engagements(timestamp: int) -> None:
    """Begin what was scheduled for now, free what dead workers held, have the rest sent, and end what is finished."""
    ledger.free_old()
    for pk in {*sweeping.start_due(), *sweeping.without_ledger()}:
        enqueue_fan_out(pk)
    for pk in sweeping.with_work():
        for lane in set(range(LANES)) - _running(pk):
            enqueue_lane(pk, lane)


def enqueue_fan_out(engagement_id: int) -> None:
    """Have the ledger written, once. In the transaction of whoever calls."""
    _defer(fan_out, f"engagement {engagement_id} begins", None, engagement_id=engagement_id)


def enqueue_lanes(engagement_id: int) -> None:
    """Have all lanes run, each once. In the transaction of whoever calls."""
    for lane in range(LANES):
        enqueue_lane(engagement_id, lane)


def enqueue_lane(engagement_id: int, lane: int, *, at: datetime.datetime | None = None) -> None:
    """Have one lane run, now or at that time; once: one that waits in line already is left there."""
    _defer(run_lane, f"engagement {engagement_id} lane {lane}", at, engagement_id=engagement_id, lane=lane)


def _running(engagement_id: int) -> set[int]:
    """The lanes of this engagement that wait in line, or run on a worker that is alive."""
    silent = timezone.now() - datetime.timedelta(
        seconds=settings.PROCRASTINATE_WORKER_DEFAULTS["stalled_worker_timeout"]
    )
    alive = Q(status="todo") | Q(status="doing", worker__last_heartbeat__gt=silent)
    rows = ProcrastinateJob.objects.filter(alive, task_name=LANE, args__engagement_id=engagement_id)
    return set(rows.values_list("args__lane", flat=True))


def _defer(task: Any, name: str, at: datetime.datetime | None, **arguments: int) -> None:
    when: dict[str, Any] = {"schedule_at": at} if at else {}
    with contextlib.suppress(exceptions.AlreadyEnqueued), transaction.atomic():
        task.configure(queueing_lock=name, priority=AFTER_OTHERS, **when).defer(**arguments)
