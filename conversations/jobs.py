"""Background jobs of messages: delivering, sending later, and sweeping up after workers that died.

At least once: a message is claimed before its provider is called (`services.delivering`), so a job that runs twice
sends once.
"""

from __future__ import annotations

import datetime

from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from .services import attaching, delivering

TASK = "conversations.jobs.deliver"


@app.task(queue="messages")
def deliver(interaction_id: int) -> None:
    """Hand the message to its provider; what should be tried again gets a job for that time."""
    again = delivering.carry(interaction_id)
    if again:
        enqueue(interaction_id, at=again)


def enqueue(interaction_id: int, *, at: datetime.datetime | None = None) -> None:
    """Have the message delivered, now or at that time. In the transaction of whoever calls."""
    (deliver.configure(schedule_at=at) if at else deliver).defer(interaction_id=interaction_id)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="sweep_messages", queue="messages")
def sweep_messages(timestamp: int) -> None:
    """Send what was scheduled for now, give jobs to messages that lost theirs, and end what hangs."""
    for pk in delivering.due_now():
        enqueue(pk)
    ids = delivering.lost()
    for pk in set(ids) - _have_jobs(ids):
        enqueue(pk)
    delivering.give_up_hung()


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="ask_about_unknown_messages", queue="messages")
def ask_about_unknown_messages(timestamp: int) -> None:
    """Ask providers about messages of which nobody knows whether they left."""
    delivering.ask_about_unknown()


@app.periodic(cron="41 3 * * *")
@app.task(queueing_lock="sweep_attachments")
def sweep_attachments(timestamp: int) -> None:
    """Delete stored files that no row names any more."""
    attaching.sweep_files()


def _have_jobs(ids: list[int]) -> set[int]:
    """Those of these messages that have a job waiting or running."""
    jobs = ProcrastinateJob.objects.filter(task_name=TASK, status__in=["todo", "doing"])
    found = jobs.filter(args__interaction_id__in=ids).values_list("args__interaction_id", flat=True)
    return {int(pk) for pk in found}
