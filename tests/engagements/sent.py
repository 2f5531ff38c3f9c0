"""What an engagement has sent, for tests of what comes back: written as the hand-over leaves it."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

from contacts.models import Contact, List
from conversations.engagements.models import Engagement, Recipient
from conversations.models import Channel, Interaction, InteractionContact, Mail
from conversations.services.arriving import conversation_with
from conversations.services.people import read_outside
from tests.factories import AccountFactory, UserFactory
from tests.factories_contacts import ContactFactory, share
from tests.factories_conversations import ChannelFactory, arrive, line, share_channel
from tests.factories_engagements import EngagementFactory, ListFactory, put_on_list

NUMBER, EMAIL = "+12025550142", "renee@one.example"
TYPES = {"text": "sms", "voice": "call", "email": "email"}


class Sent:
    """`author` sends from `line` and `mailbox` to Renee, who stands on `list`; `reader` reads line and contact."""

    def __init__(self) -> None:
        self.account = AccountFactory(name="Acme")
        self.author = UserFactory(account=self.account, name="Ann")
        self.reader = UserFactory(account=self.account, name="Rea")
        self.line = line(self.account, admin=self.author, read=self.reader)
        self.mailbox = ChannelFactory(
            account=self.account, kind="email", address="sales@acme.example", has_voice=False, has_sms=False,
            has_mms=False, has_fax=False, verified_at=timezone.now(),
        )  # fmt: skip
        share_channel(self.mailbox, self.author, "admin")
        self.renee: Contact = ContactFactory(owner=self.author, given_name="Renee", phone=NUMBER, email=EMAIL)
        share(self.renee, self.reader, "read")
        self.list: List = ListFactory(owner=self.author, name="Bakeries")
        self.item = put_on_list(self.list, self.renee)

    def engagement(self, kind: str = "text", **fields: Any) -> Engagement:
        facts = {"status": "sending", "started_at": timezone.now(), "lists": [self.list], **fields}
        return EngagementFactory(author=self.author, kind=kind, channel=self.channel(kind), **facts)

    def channel(self, kind: str) -> Channel:
        return self.mailbox if kind == "email" else self.line

    def recipient(
        self, engagement: Engagement | None = None, kind: str = "text", *, at: datetime.datetime | None = None,
        status: str = "sending", contact: Contact | None = None, **fields: Any,
    ) -> Recipient:  # fmt: skip
        """Handed over to Renee, `at` now: the message is in her conversation, in `status`."""
        engagement = engagement or self.engagement(kind)
        at, contact, address = at or timezone.now(), contact or self.renee, EMAIL if kind == "email" else NUMBER
        facts = {"status": "handed", "handed_over_at": at, "attempts": 1, "address": address, **fields}
        return Recipient.objects.create(
            engagement=engagement, contact=contact, interaction=self.message(kind, at, status, contact), **facts
        )

    def message(self, kind: str, at: datetime.datetime, status: str, contact: Contact) -> Interaction:
        channel, address = self.channel(kind), EMAIL if kind == "email" else NUMBER
        row = Interaction.objects.create(
            account=self.account, channel=channel, type=TYPES[kind], direction="out", status=status, at=at,
            conversation=conversation_with(channel, read_outside(channel, address)), outside_address=address,
            author=self.author, body="The oven service is due.", claimed_at=at, wrapped_at=at,
        )  # fmt: skip
        InteractionContact.objects.create(interaction=row, contact=contact)
        if kind == "email":
            Mail.objects.create(interaction=row, message_id=f"<{row.pk}@acme.example>", to=[address])
        return row

    def answer(self, body: str = "Yes, Tuesday suits", kind: str = "text", **facts: Any) -> Interaction:
        """Something comes in from Renee."""
        type = facts.pop("type", TYPES[kind])
        return arrive(self.channel(kind), EMAIL if kind == "email" else NUMBER, type, body=body, **facts)


def again(recipient: Recipient) -> Recipient:
    """As it stands in the ledger."""
    return Recipient.objects.get(pk=recipient.pk)
