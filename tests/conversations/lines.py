"""A line with a person for each level, a department with one, for the tests of channels."""

from __future__ import annotations

from django.test import Client

from contacts_project.accounts.models import User
from conversations.models import Channel
from tests.factories import AccountFactory, UserFactory
from tests.factories_conversations import ChannelFactory, department_line, line, share_channel
from tests.factories_departments import DepartmentFactory, operate


class Lines:
    """`line` with an Admin, a writer and a reader; Sales with `office`, its leader and operator; outsider, chief (an
    account administrator), and a stranger of another account."""

    def __init__(self) -> None:
        self.account = AccountFactory()
        names = ("Ada", "Wim", "Rea", "Lea", "Omar", "Otto")
        self.admin, self.writer, self.reader, self.leader, self.operator, self.outsider = (
            UserFactory(account=self.account, name=name) for name in names
        )
        self.chief = UserFactory(account=self.account, name="Cleo", is_account_admin=True)
        self.stranger = UserFactory(name="Stranger")
        self.line = line(self.account, admin=self.admin, write=self.writer, read=self.reader)
        self.sales = DepartmentFactory(account=self.account, name="Sales")
        operate(self.sales, self.leader, admin=True)
        operate(self.sales, self.operator)
        self.office = department_line(self.sales, label="Sales line")

    def caller(self, **fields: object) -> Channel:
        """A Caller ID of which `admin` is Admin and `writer` has Write."""
        facts = {"kind": "caller_id", "address": "+12025550151", "label": "Office caller ID", **fields}
        channel = ChannelFactory(account=self.account, **facts)
        share_channel(channel, self.admin, "admin")
        return share_channel(channel, self.writer, "write")

    def client(self, who: str | User) -> Client:
        """A browser in which that person is signed in."""
        client = Client()
        client.force_login(getattr(self, who) if isinstance(who, str) else who)
        return client

    def url(self, rest: str = "", channel: Channel | None = None) -> str:
        return f"/channels/{(channel or self.line).pk}/{rest}"
