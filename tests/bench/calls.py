"""Cases of call times: one contact with 10,000 calls, and the time zones of 100,000 people. All is taken back."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator

from django.db import connection, transaction

from contacts.models import Contact
from contacts_project.core import phones
from conversations.call_times import count
from conversations.models import Channel
from conversations.zones import zones_of

from . import readers
from .figures import REPEATS, Row, sql_of

CALLS, PEOPLE = 10_000, 100_000
MAKE = """
WITH made AS (
    INSERT INTO conversations_interaction (
           account_id, channel_id, type, direction, status, outcome, is_answered, at, subject, body, outside_address,
           is_by_hand, is_automatic, asks_who, arrived_without_contact, external_id, error, attempts)
    SELECT %s, %s, 'call', 'out', 'done', '', n %% 3 = 0, now() - n * interval '37 minutes', '', '', '',
           false, false, false, false, '', '', 0 FROM generate_series(1, %s) n RETURNING id)
INSERT INTO conversations_interactioncontact (interaction_id, contact_id, effect, is_current, is_apart)
SELECT id, %s, '', true, false FROM made
"""


def cases() -> Iterator[Row]:
    """Counting the calls, finding the windows and their hours; then zones, the first time and with what was learnt."""
    rows = []
    with transaction.atomic():
        contact = readers.contact_of(readers.reader(readers.WORST))
        channel = Channel.objects.filter(account=contact.account_id).first()
        with connection.cursor() as cursor:
            cursor.execute(MAKE, [contact.account_id, channel.pk if channel else None, CALLS, contact.pk])
            cursor.execute("ANALYZE conversations_interactioncontact")

        def times() -> None:
            week = count({contact.pk: "America/New_York"})[contact.pk]
            if week.total < CALLS or not week.hours():
                raise RuntimeError("the calls were not counted")

        took, asked = _median(times), str(sql_of(times))
        rows.append(Row(f"best call times of a contact with {CALLS:,} calls", took, 20, "ms", detail=asked))
        transaction.set_rollback(True)
    yield from rows
    ids = list(Contact.objects.order_by("pk").values_list("pk", flat=True)[:PEOPLE])
    phones.time_zone_of.cache_clear()
    begun = time.perf_counter()
    zones_of(ids)
    first = (time.perf_counter() - begun) * 1000
    again = _median(lambda: zones_of(ids), 3)
    yield Row(f"time zones of {len(ids):,} people", first, 1500, "ms", detail=f"again {again:.0f} ms")


def _median(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Milliseconds, answers of the database included."""
    work()
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)
