"""The limit holds for all workers together, and nothing is saved up."""

import datetime

import pytest
from django.utils import timezone

from conversations.engagements.models import Engagement
from conversations.engagements.services import ledger, throttle

from .mailing import Mailing

pytestmark = pytest.mark.django_db


def test_a_worker_takes_the_share_of_a_second_at_least_one():
    assert [throttle.share(rate, 50) for rate in (None, 1, 60, 600, 60_000)] == [50, 1, 1, 10, 50]


def test_who_comes_next_waits_for_the_slot_whoever_it_is():
    mailing = Mailing(people=5)
    engagement = mailing.begun(per_minute=30)
    before = timezone.now()
    first = ledger.claim(engagement.pk, 50)
    second = ledger.claim(engagement.pk, 50)
    assert (len(first.rows), second.rows) == (1, ())
    assert second.wait - before >= datetime.timedelta(seconds=2)
    # Idle for an hour: still one at a time.
    Engagement.objects.update(next_slot_at=before - datetime.timedelta(hours=1))
    assert len(ledger.claim(engagement.pk, 50).rows) == 1
    assert ledger.claim(engagement.pk, 50).rows == ()


def test_without_a_limit_nobody_waits():
    engagement = Mailing(people=5).begun()
    assert [len(ledger.claim(engagement.pk, 2).rows) for _ in range(4)] == [2, 2, 1, 0]


def test_in_no_minute_more_than_the_limit(monkeypatch):
    mailing = Mailing(people=12)
    engagement = mailing.begun(per_minute=300)
    now, taken = timezone.now(), []
    monkeypatch.setattr(ledger.timezone, "now", lambda: now)
    for _ in range(8):  # two seconds, by quarters
        taken.append(len(ledger.claim(engagement.pk, 50).rows))
        now += datetime.timedelta(milliseconds=250)
    assert taken == [5, 0, 0, 0, 5, 0, 0, 0]
