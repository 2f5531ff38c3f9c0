"""Somebody who writes an engagement, with colleagues, lines and lists, for the tests of drafts."""

from __future__ import annotations

import datetime
from typing import Any

from django.test import Client
from django.utils import timezone

from contacts_project.accounts.models import User
from conversations.engagements.models import Engagement
from tests.factories import AccountFactory, UserFactory
from tests.factories_contacts import ContactFactory, share
from tests.factories_conversations import ChannelFactory, line, share_channel
from tests.factories_engagements import EngagementFactory, ListFactory, share_engagement, share_list

NEW = "/engagements/new/"


class Desk:
    """`ann` writes: `line` is hers, `bakers` her list with Renee (whom she sees) and Hanna (whom Kit owns). `wim` has
    Write on the draft and the list, `rea` Read; `cora` reviews; `kit` has a line and a list of his own."""

    def __init__(self, **account: Any) -> None:
        self.account = AccountFactory(**account)
        self.ann, self.wim, self.rea, self.kit = (
            UserFactory(account=self.account, name=name) for name in ("Ann Lee", "Wim", "Rea", "Kit")
        )
        self.cora = UserFactory(account=self.account, name="Cora", is_compliance_admin=True)
        self.stranger = UserFactory(name="Stranger")
        self.line = line(self.account, admin=self.ann)
        share_channel(self.line, self.rea, "read")
        self.kits_line = line(self.account, admin=self.kit)
        self.renee = ContactFactory(
            owner=self.ann, given_name="Renee", family_name="Martinez", company="Luma", phone="+12025550142"
        )
        self.hanna = ContactFactory(owner=self.kit, given_name="Hanna", company="Secret Ltd", phone="+12025550143")
        self.bakers = ListFactory(owner=self.ann, name="Bakers", people=[self.renee, self.hanna])
        share_list(self.bakers, self.wim, "write")
        share_list(self.bakers, self.rea, "read")
        self.kits_list = ListFactory(owner=self.kit, name="Kit only", people=[self.hanna])

    def draft(self, **fields: Any) -> Engagement:
        made = EngagementFactory(**{"author": self.ann, "channel": self.line, "lists": [self.bakers], **fields})
        share_engagement(made, self.wim, "write")
        return share_engagement(made, self.rea, "read")

    def email(self, **fields: Any):
        facts = {"kind": "email", "address": "ann@bakery.example", "verified_at": timezone.now(), **fields}
        return share_channel(ChannelFactory(account=self.account, **facts), self.ann, "admin")

    def caller(self):
        facts = {"kind": "caller_id", "address": "+12025550151", "verified_at": timezone.now()}
        return share_channel(ChannelFactory(account=self.account, **facts), self.ann, "admin")

    def client(self, who: str | User = "ann") -> Client:
        client = Client()
        client.force_login(getattr(self, who) if isinstance(who, str) else who)
        return client

    def post(self, url: str = NEW, who: str = "ann", **data: Any):
        return self.client(who).post(url, {"name": "Autumn", "kind": "text", "body": "Hello", **data})

    def share_renee(self, user: User) -> None:
        share(self.renee, user, "read")


def tomorrow(hours: int = 24) -> str:
    return f"{timezone.now() + datetime.timedelta(hours=hours):%Y-%m-%dT%H:%M}Z"


def edit(engagement: Engagement) -> str:
    return f"/engagements/{engagement.pk}/edit/"
