"""Background jobs of drafts: placing a test call, and sweeping recordings that nobody names any more.

At least once; a test call is placed at most once. Arguments hold ids, nothing else.
"""

from __future__ import annotations

from procrastinate.contrib.django import app


@app.task()
def place_test_call(interaction_id: int, engagement_id: int) -> None:
    """Ask the provider to make the call."""
    from .services import calling_oneself

    calling_oneself.place(interaction_id, engagement_id)


@app.periodic(cron="23 4 * * *")
@app.task(queueing_lock="sweep_recordings")
def sweep_recordings(timestamp: int) -> None:
    """Delete recordings of engagements that are gone."""
    from .services import recording

    recording.sweep()
