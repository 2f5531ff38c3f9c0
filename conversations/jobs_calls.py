"""Background jobs of calls: placing those that somebody dialled, ending those of which no end was reported.

At least once; a call is still placed at most once (`services.placing`). Arguments hold ids, nothing else.
"""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from .services import placing, ringing


@app.task()
def place_call(interaction_id: int) -> None:
    """Ask the provider to place the call."""
    placing.place(interaction_id)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="end_forgotten_calls")
def end_forgotten_calls(timestamp: int) -> None:
    """Calls that rang or ran too long are over."""
    ringing.end_forgotten(timezone.now())
