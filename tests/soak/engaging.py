"""The worker killed again and again in the middle of an engagement, while contacts are archived and opt out.

Nobody may be missed or written to twice, and nothing may leave after an archive or an opt-out (design/security.md).
"""

from __future__ import annotations

import argparse
import random
import threading
import time

from django.db import connection
from django.db.models import Count
from django.utils import timezone

from contacts.models import (
    Contact,
    ContactPhone,
    ContactUserObjectPermission,
    List,
    ListItem,
    ListUserObjectPermission,
)
from contacts.services import archiving
from contacts_project.accounts import grants
from contacts_project.accounts.models import Account, User
from conversations.engagements import statuses
from conversations.engagements.models import Engagement, EngagementUserObjectPermission, Recipient
from conversations.engagements.services import sending
from conversations.models import Channel, ChannelUserObjectPermission, Interaction
from conversations.services import opting

from .faults import PATIENCE, Result
from .running import RUN, Product

ARCHIVED, OPTED_OUT = 100, 50
PER_MINUTE = 1800  # so that there is something left to send at the last kill
NUMBERS = 2025600000  # the first one is +1 202 560 0000


class Bystanders:
    """Archives contacts and opts addresses out, at random moments; keeps when each was committed."""

    def __init__(self, owner: User, contacts: list[int], chance: random.Random) -> None:
        self.owner = owner
        chosen = chance.sample(range(len(contacts)), ARCHIVED + OPTED_OUT)
        self.archived = {contacts[place]: 0.0 for place in chosen[:ARCHIVED]}
        self.opted_out = {_number(place): 0.0 for place in chosen[ARCHIVED:]}
        self.chance, self.over = chance, threading.Event()

    def act(self) -> None:
        """One after the other, as long as the engagement is sent."""
        acts = [(self.archived, pk) for pk in self.archived] + [(self.opted_out, number) for number in self.opted_out]
        self.chance.shuffle(acts)
        for when, who in acts:
            time.sleep(self.chance.uniform(0.05, 0.6) if not self.over.is_set() else 0)
            if when is self.archived:
                archiving.archive(self.owner, [who])
            else:
                opting.opt_out(self.owner.account_id, opting.Medium.TEXT, str(who))
            when[who] = timezone.now().timestamp()
        connection.close()

    def sent_after(self, engagement: Engagement) -> int:
        """Messages whose transaction began after an archive or an opt-out was committed."""
        rows = Interaction.objects.filter(recipient__engagement=engagement).values_list(
            "created_at", "recipient__contact", "outside_address"
        )
        late = 0
        for made, contact, address in rows:
            ends = [when for when in (self.archived.get(contact), self.opted_out.get(address)) if when]
            late += any(made.timestamp() > end for end in ends)
        return late


def engagement(product: Product, options: argparse.Namespace) -> Result:
    """An engagement to `options.people` people through the Simulator, the worker killed `options.kills` times."""
    chance = random.Random(options.seed)
    owner, contacts, made = _prepare(options.people)
    bystanders = Bystanders(owner, contacts, chance)
    sending.begin(made, by=owner)
    acting = threading.Thread(target=bystanders.act)
    acting.start()
    kills_in_time = 0
    for _ in range(options.kills):
        time.sleep(chance.uniform(1.5, 4.5))
        kills_in_time += Recipient.objects.filter(engagement=made, status__in=statuses.OPEN).exists()
        product.kill_worker()
    bystanders.over.set()
    acting.join()
    is_done = _settled(product, made)
    return _outcome(made, bystanders, is_done, options, kills_in_time)


def _outcome(
    made: Engagement, bystanders: Bystanders, is_done: bool, options: argparse.Namespace, kills_in_time: int
) -> Result:
    rows = Recipient.objects.filter(engagement=made)
    count = dict(rows.order_by().values_list("status").annotate(Count("pk")))
    parts = {
        "sent": sum(count.get(status, 0) for status in statuses.ARRIVED),
        "failed": sum(count.get(status, 0) for status in statuses.FAILURES),
        "skipped": count.get("skipped", 0),
        "unknown": count.get("unknown", 0),
    }
    facts = {
        "people": options.people,
        "kills": options.kills,
        "kills while sending": kills_in_time,
        **parts,
        "missed": options.people - sum(parts.values()),
        "duplicates": _duplicates(made),
        "sent after archive or opt-out": bystanders.sent_after(made),
    }
    whole = not facts["missed"] and not facts["duplicates"] and not facts["sent after archive or opt-out"]
    return Result("engagement", is_done and whole and rows.count() == options.people, facts)


def _duplicates(made: Engagement) -> int:
    """People to whom more than one message of the engagement went, by record and by address."""
    out = Interaction.objects.filter(channel=made.channel, direction=Interaction.Direction.OUT).order_by()
    doubled = out.values("outside_address").annotate(number=Count("pk")).filter(number__gt=1)
    return sum(row["number"] - 1 for row in doubled)


def _settled(product: Product, made: Engagement) -> bool:
    """Wait until the engagement is done and providers have said what became of the unknown, while patience lasts."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        product.start_worker()
        made.refresh_from_db()
        is_unknown = Recipient.objects.filter(engagement=made, status=Recipient.Status.UNKNOWN).exists()
        if made.status == Engagement.Status.DONE and not is_unknown:
            return True
        time.sleep(1)
    return made.status == Engagement.Status.DONE


def _number(place: int) -> str:
    return f"+1{NUMBERS + place}"


def _prepare(people: int) -> tuple[User, list[int], Engagement]:
    account = Account.objects.create(name="Soak of engagements")
    owner = User.objects.create_user(f"engaging-{RUN}@example.com", None, account=account, name="Engaging")
    line = Channel.objects.create(
        account=account, kind="phone", address="+12025556002", has_voice=True, has_sms=True, provider="simulator"
    )
    grants.set_level(ChannelUserObjectPermission, [line], [owner], "admin", by=None)
    contacts = Contact.objects.bulk_create(
        [Contact(account=account, owner=owner, given_name=f"Person {place}") for place in range(people)]
    )
    ContactPhone.objects.bulk_create(
        [ContactPhone(contact=contact, number=_number(place)) for place, contact in enumerate(contacts)]
    )
    grants.set_level(ContactUserObjectPermission, contacts, [owner], "admin", by=None)
    chosen = List.objects.create(account=account, owner=owner, name="Everybody")
    grants.set_level(ListUserObjectPermission, [chosen], [owner], "admin", by=None)
    ListItem.objects.bulk_create([ListItem(list=chosen, contact=contact) for contact in contacts])
    made = Engagement.objects.create(
        account=account, author=owner, channel=line, name="Soak", body="Hello {{first-name}}", kind="text",
        per_minute=PER_MINUTE, from_hour=None, to_hour=None,
    )  # fmt: skip
    grants.set_level(EngagementUserObjectPermission, [made], [owner], "admin", by=None)
    made.with_lists.create(list=chosen)
    return owner, [contact.pk for contact in contacts], made
