"""Background jobs of what other systems post: applying events, fetching their files, live calls, sweeping up.

At least once: an event is applied and marked done in one transaction, a file is kept once. Arguments hold ids only.
"""

from __future__ import annotations

import datetime
import logging

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from .providers.base import DeliveryError
from .providers.twilio_media import NotFetched
from .services import connecting, fetching, inbound

BACK_OFF = RetryStrategy(max_attempts=inbound.MOST_TRIES, exponential_wait=3)  # 3, 9, 27, 81 seconds
LONGER = RetryStrategy(max_attempts=7, exponential_wait=4)  # 4 seconds to 4.5 hours: a provider may be away
AT_ONCE = RetryStrategy(max_attempts=3, wait=1, retry_exceptions=(DeliveryError,))  # a caller is on the line

log = logging.getLogger("kithline.inbound")


@app.task(retry=BACK_OFF, queue="inbound")
def apply_inbound_event(event_id: int) -> None:
    """Write what the event says; after five failures it is parked, and the job is done."""
    try:
        inbound.apply_event(event_id)
    except Exception as problem:
        if inbound.note_failure(event_id, problem):
            return
        raise


@app.task(retry=LONGER, queue="inbound")
def fetch_inbound_file(event_id: int, number: int) -> None:
    """Fetch a recording or picture; one that can never be had is left out."""
    try:
        fetching.fetch_file(event_id, number)
    except NotFetched as problem:
        if not problem.permanent:
            raise
        log.warning("file left out", extra={"event_id": event_id, "problem": problem.reason})


@app.task(retry=AT_ONCE, queue="inbound")
def connect_call(interaction_id: int) -> None:
    """Lead a caller to the phone of whoever answered."""
    connecting.connect(interaction_id)


@app.task(retry=AT_ONCE, queue="inbound")
def hang_up_call(interaction_id: int) -> None:
    """End a call at its provider."""
    connecting.hang_up(interaction_id)


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="enqueue_forgotten_events")
def enqueue_forgotten_events(timestamp: int) -> None:
    """Give events that wait without a job a new one."""
    inbound.enqueue_forgotten(timezone.now())


@app.periodic(cron="53 3 * * *")
@app.task(queueing_lock="forget_old_events")
def forget_old_events(timestamp: int) -> None:
    """Delete events older than 30 days."""
    inbound.forget_old(datetime.datetime.fromtimestamp(timestamp, datetime.UTC))
