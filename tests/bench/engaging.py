"""Cases of engagements: the split before sending, the ledger of 100,000 people, sending by two workers.

To people of the large account, by somebody and over a line that no other case reads. All is taken away again.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from contacts.models import List, ListUserObjectPermission
from contacts_project.accounts import grants
from contacts_project.accounts.models import User
from conversations.engagements import preflight
from conversations.engagements.models import Engagement, EngagementUserObjectPermission, Recipient
from conversations.engagements.services import ledger, sending
from conversations.models import Channel, ChannelUserObjectPermission

from . import readers
from .figures import Row, server_processor
from .place import ROOT

PEOPLE = 100_000
WORKERS, WARM_UP, SECONDS = 2, 500, 20
HOURS = {"from_hour": 9, "to_hour": 20}
LINE, EMAIL = "+12025556003", "engages@bench.example"
FILL = """
INSERT INTO contacts_listitem (list_id, contact_id, is_subscribed, added_at, how)
SELECT %(list)s, c.id, true, now(), 'bulk' FROM contacts_contact c
 WHERE c.account_id = %(account)s AND NOT c.archived
   AND EXISTS (SELECT 1 FROM contacts_contactphone p WHERE p.contact_id = c.id)
 ORDER BY c.id LIMIT %(people)s
"""
# Children first: rules and cascades rest meanwhile.
CLEAR = """
SET session_replication_role = replica;
DELETE FROM engagements_recipient WHERE engagement_id = ANY(%(engagements)s);
DELETE FROM conversations_unread WHERE party_id IN
       (SELECT id FROM conversations_conversationparty WHERE channel_id = %(line)s);
DELETE FROM conversations_conversationparty WHERE channel_id = %(line)s;
DELETE FROM conversations_interactioncontact WHERE interaction_id IN
       (SELECT id FROM conversations_interaction WHERE channel_id = %(line)s);
DELETE FROM conversations_interaction WHERE channel_id = %(line)s;
DELETE FROM conversations_conversation WHERE channel_id = %(line)s;
DELETE FROM contacts_listitem WHERE list_id = %(list)s;
RESET session_replication_role;
TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers CASCADE
"""


class Campaign:
    """A user with a line and a list of everybody, who makes engagements."""

    def __init__(self) -> None:
        account = readers.reader(readers.WORST).account
        assert account
        self.author = User.objects.create_user(EMAIL, None, account=account, name="Engages")
        self.line = Channel.objects.create(
            account=account, kind="phone", address=LINE, has_voice=True, has_sms=True, provider="simulator"
        )
        self.everybody = List.objects.create(account=account, owner=self.author, name="Everybody")
        grants.set_level(ChannelUserObjectPermission, [self.line], [self.author], "admin", by=None)
        grants.set_level(ListUserObjectPermission, [self.everybody], [self.author], "admin", by=None)
        self.engagements: list[int] = []
        self.people = 0

    def fill(self) -> None:
        """Put the first people who have a number on the list."""
        with connection.cursor() as cursor:
            facts = {"list": self.everybody.pk, "account": self.author.account_id, "people": PEOPLE}
            cursor.execute(FILL, facts)
            self.people = cursor.rowcount
            cursor.execute("ANALYZE contacts_listitem")

    def engagement(self, **fields: int | None) -> Engagement:
        made = Engagement.objects.create(
            account=self.author.account, author=self.author, channel=self.line, name="Bench", kind="text",
            body="Hello {{first-name}}", **{"from_hour": None, "to_hour": None} | fields,
        )  # fmt: skip
        grants.set_level(EngagementUserObjectPermission, [made], [self.author], "admin", by=None)
        made.with_lists.create(list=self.everybody)
        self.engagements.append(made.pk)
        found = ledger.load(made.pk)
        assert found
        return found

    def clear(self) -> None:
        facts = {"engagements": self.engagements, "line": self.line.pk, "list": self.everybody.pk}
        with connection.cursor() as cursor:
            cursor.execute(CLEAR, facts)
        Engagement.objects.filter(pk__in=self.engagements).delete()
        self.everybody.delete()
        self.line.delete()
        self.author.delete()


def cases() -> Iterator[Row]:
    campaign = Campaign()
    try:
        campaign.fill()
        yield from _preflight(campaign)
        yield from _fan_out(campaign)
        yield from _sending(campaign)
    finally:
        campaign.clear()


def _preflight(campaign: Campaign) -> Iterator[Row]:
    for words, hours in (("", {}), (" within calling hours", HOURS)):
        made = campaign.engagement(**hours)
        times = []
        for _ in range(3):
            begun = time.perf_counter()
            preflight.summary(made)
            times.append(time.perf_counter() - begun)
        yield Row(f"pre-flight of {campaign.people:,} people{words}", statistics.median(times), 5, "s")


def _fan_out(campaign: Campaign) -> Iterator[Row]:
    for words, hours in (("", {}), (" within calling hours", HOURS)):
        made = campaign.engagement(**hours)
        sending.begin(made, by=campaign.author)
        begun, busy = time.perf_counter(), server_processor()
        ledger.fan_out(made.pk)
        seconds, busy = time.perf_counter() - begun, (server_processor() - busy) / 1000
        written = Recipient.objects.filter(engagement=made).count()
        if written != campaign.people:
            raise RuntimeError(f"the ledger holds {written} of {campaign.people} people")
        Engagement.objects.filter(pk=made.pk).update(status=Engagement.Status.PAUSED)
        yield Row(f"fan-out to {written:,} people{words}", seconds, 3, "s", detail=f"{busy:.1f} s of database")


def _sending(campaign: Campaign) -> Iterator[Row]:
    made = campaign.engagement()
    sending.begin(made, by=campaign.author)
    with _workers() as pids:
        _wait(made, WARM_UP)
        begun, before, memory = time.perf_counter(), _out(made), _memory(pids)
        while time.perf_counter() - begun < SECONDS and Recipient.objects.filter(engagement=made, status="pending"):
            time.sleep(1)
        rate = (_out(made) - before) / (time.perf_counter() - begun)
        after = _memory(pids)
        Engagement.objects.filter(pk=made.pk).update(status=Engagement.Status.PAUSED)
    yield Row(f"sending through the Simulator, {WORKERS} workers", rate, 300, "recipients/s", more=True)
    mb = f"{memory / 2**20:.0f} MB, then {after / 2**20:.0f} MB"
    yield Row("memory of a worker after over before", after / memory, 1.1, detail=mb)
    twice = "SELECT count(*) - count(DISTINCT outside_address) FROM conversations_interaction WHERE channel_id = %s"
    with connection.cursor() as cursor:
        cursor.execute(twice, [campaign.line.pk])
        yield Row("addresses written to twice", cursor.fetchone()[0], 0, "addresses")


@contextmanager
def _workers() -> Iterator[list[int]]:
    command = [sys.executable, "manage.py", "procrastinate", "worker", "--concurrency", "4"]
    log = ROOT / "var/bench/worker.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        environment = os.environ | {"KITHLINE_ROLE": "worker"}
        started = [
            subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output) for _ in range(WORKERS)
        ]
    try:
        yield [one.pid for one in started]
    finally:
        for one in started:
            one.send_signal(signal.SIGTERM)
        for one in started:
            one.wait(60)


def _wait(made: Engagement, number: int) -> None:
    for _ in range(600):
        if _out(made) >= number:
            return
        time.sleep(0.2)
    raise RuntimeError("the workers send nothing: see var/bench/worker.log")


def _out(made: Engagement) -> int:
    waiting = ("pending", "claimed", "skipped")
    return Recipient.objects.filter(engagement=made).exclude(status__in=waiting).count()


def _memory(pids: list[int]) -> float:
    """Bytes of one worker, on average (Linux)."""
    pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids]
    return statistics.mean(pages) * os.sysconf("SC_PAGE_SIZE")
