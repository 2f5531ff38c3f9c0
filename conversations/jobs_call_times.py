"""The minute job that counts call times anew where nobody has read them since a call came."""

from __future__ import annotations

from procrastinate.contrib.django import app

from .call_times import BATCH, recount_stale

MOST = 100  # batches of one minute: 20,000 contacts


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="count_call_times")
def count_call_times(timestamp: int) -> None:
    """Every contact whose calls have changed."""
    for _ in range(MOST):
        if recount_stale() < BATCH:
            return
