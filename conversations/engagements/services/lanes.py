"""One worker's part in an engagement: take a few, hand them over, have them carried, and again (product.md §10)."""

from __future__ import annotations

import datetime
import logging
import time

from django.db import IntegrityError, OperationalError
from django.utils import timezone

from . import carrying, ledger
from .handing_over import Stopped, hand_over

BATCH = 50
RUN_FOR = 3.0  # seconds: then other jobs have their turn
NAP = datetime.timedelta(seconds=2)  # a shorter wait is slept
NEAR = datetime.timedelta(minutes=1)  # what comes later, the sweep finds
TRIES = 3

log = logging.getLogger("kithline.engagements")


def run(pk: int, *, run_for: float = RUN_FOR) -> datetime.datetime | None:
    """Send from the ledger for a while. Returns when to go on, None when there is nothing to do for this minute.

    Never inside a transaction. Any number of workers may do this at once.
    """
    end = time.monotonic() + run_for
    while time.monotonic() < end:
        claim = ledger.claim(pk, BATCH)
        if not claim.rows:
            if claim.wait is None:
                ledger.finish(pk)
                return None
            ahead = claim.wait - timezone.now()
            if ahead > NAP:
                return claim.wait if ahead <= NEAR else None
            time.sleep(max(ahead.total_seconds(), 0.0))
        elif not _send(pk, claim):
            return None
    return timezone.now()


def _send(pk: int, claim: ledger.Claim) -> bool:
    """Hand the claimed ones over and have them carried; whether to go on."""
    try:
        batch = _handed_over(pk, claim)
    except Stopped as stopped:
        ledger.stop(pk, str(stopped))
        return False
    if batch is None:
        return False
    carrying.carry(batch)
    return True


def _handed_over(pk: int, claim: ledger.Claim):
    """Hand over; two people with one address in two hands at once, or two who wait for each other: try again."""
    for attempt in range(TRIES):
        try:
            return hand_over(pk, claim)
        except (IntegrityError, OperationalError):
            if attempt == TRIES - 1:
                ledger.give_back(claim)
                raise
            log.warning("a hand-over begins again", extra={"engagement_id": pk})
    return None
