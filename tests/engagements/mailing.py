"""An engagement to a list of people with numbers, for the tests of pre-flight and sending."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

from contacts.models import Contact
from conversations.engagements.models import Engagement, Recipient
from conversations.engagements.services import lanes, ledger, sending
from conversations.models import Interaction
from tests.factories import AccountFactory, UserFactory
from tests.factories_contacts import ContactFactory
from tests.factories_conversations import line
from tests.factories_engagements import EngagementFactory, ListFactory, put_on_list

FIRST = 2025550300


class Mailing:
    """`ann` sends from `line` to `list`; `people` are on it, each with a number of their own."""

    def __init__(self, people: int = 3, **account: Any) -> None:
        self.account = AccountFactory(time_zone="America/New_York", **account)
        self.ann = UserFactory(account=self.account, name="Ann Lee")
        self.line = line(self.account, admin=self.ann)
        self.list = ListFactory(owner=self.ann, name="Bakeries")
        self.people = [self.person(place) for place in range(people)]

    def person(self, place: int, **fields: Any) -> Contact:
        facts = {"owner": self.ann, "given_name": f"P{place}", "phone": self.number(place), **fields}
        made = ContactFactory(**facts)
        put_on_list(self.list, made)
        return made

    def number(self, place: int) -> str:
        return f"+1{FIRST + place}"

    def draft(self, **fields: Any) -> Engagement:
        return EngagementFactory(**{"author": self.ann, "channel": self.line, "lists": [self.list], **fields})

    def begun(self, **fields: Any) -> Engagement:
        """On its way, its ledger written."""
        made = sending.begin(self.draft(**fields), by=self.ann)
        ledger.fan_out(made.pk)
        return made

    def run(self, engagement: Engagement) -> Engagement:
        """What its workers do until there is nothing to do for now."""
        lanes.run(engagement.pk)
        engagement.refresh_from_db()
        return engagement


def row(engagement: Engagement, contact: Contact) -> Recipient:
    return Recipient.objects.select_related("interaction").get(engagement=engagement, contact=contact)


def states(engagement: Engagement) -> dict[str, int]:
    """Status, or the reason of the skipped -> how many."""
    found: dict[str, int] = {}
    for status, reason in Recipient.objects.filter(engagement=engagement).values_list("status", "reason"):
        found[reason or status] = found.get(reason or status, 0) + 1
    return found


def left() -> int:
    """How many messages stand in threads."""
    return Interaction.objects.filter(direction="out").count()


def over(engagement: Engagement, seconds: int = 120) -> None:
    """As if this time had passed for all that was claimed."""
    before = timezone.now() - datetime.timedelta(seconds=seconds)
    Recipient.objects.filter(engagement=engagement, claimed_at__isnull=False).update(claimed_at=before)
