"""An engagement that was sent to people of whom its readers see some, for tests of what its pages tell."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.utils import timezone

from contacts.models import Contact
from conversations.engagements.models import Engagement, Recipient
from tests.factories import AccountFactory, UserFactory
from tests.factories_contacts import ContactFactory, share
from tests.factories_conversations import line, share_channel
from tests.factories_engagements import EngagementFactory, ListFactory, put_on_list, share_engagement, share_list


class Outcome:
    """`author` sends from `line` to `list`. `reader` has Read on the engagement alone, `lister` on the list, too.

    `keeper` owns contacts that none of them sees; `stranger` is of another account, `outsider` holds nothing.
    """

    def __init__(self, status: str = "done", kind: str = "text") -> None:
        self.account = AccountFactory(export_enabled=True)
        names = ("author", "reader", "lister", "keeper", "outsider")
        for name in names:
            setattr(self, name, UserFactory(account=self.account, name=name.title()))
        self.stranger = UserFactory(name="Stranger")
        self.line = line(self.account, admin=self.author)
        self.list = ListFactory(owner=self.author, name="Bakeries")
        share_list(self.list, self.lister, "read")
        now = timezone.now()
        self.engagement: Engagement = EngagementFactory(
            author=self.author, channel=self.line, lists=[self.list], status=status, kind=kind, started_at=now,
            finished_at=now if status in ("done", "cancelled") else None, name="Oven service",
        )  # fmt: skip
        for person in (self.reader, self.lister):
            share_engagement(self.engagement, person, "read")

    def contact(self, owner: Any = None, **fields: Any) -> Contact:
        return ContactFactory(owner=owner or self.author, **fields)

    def got(self, contact: Contact | None = None, status: str = "delivered", *, listed: bool = True, **fields: Any):
        """A row of the ledger, written as sending leaves it."""
        contact = contact or self.contact()
        if listed:
            put_on_list(self.list, contact)
        if status not in ("pending", "claimed", "skipped"):
            fields = {"handed_over_at": timezone.now(), "final_at": timezone.now(), **fields}
        return Recipient.objects.create(engagement=self.engagement, contact=contact, status=status, **fields)

    def see(self, contact: Contact, *people: Any) -> None:
        for person in people:
            share(contact, person, "read")

    def read_line(self, *people: Any) -> None:
        for person in people:
            share_channel(self.line, person, "read")

    def client(self, who: str) -> Client:
        client = Client()
        client.force_login(getattr(self, who))
        return client

    def page(self, who: str, query: str = "", address: str = "", **headers: str) -> str:
        """The page as that person reads it; it must be there."""
        url = address or f"/engagements/{self.engagement.pk}/"
        response = self.client(who).get(f"{url}?{query}" if query else url, headers=headers)
        assert response.status_code == 200, response.status_code
        return response.getvalue().decode()
