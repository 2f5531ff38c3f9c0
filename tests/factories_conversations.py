"""Channels and what happens on them, for tests. Traffic comes through `services.arriving`, as providers bring it."""

from __future__ import annotations

import datetime
from typing import Any

import factory
from django.utils import timezone

from contacts_project.accounts import grants
from contacts_project.accounts.models import Account, User
from conversations.models import Channel, ChannelUserObjectPermission, Interaction
from conversations.services.arriving import Arrival, record_arrival
from departments.models import Department


class ChannelFactory(factory.django.DjangoModelFactory):
    """A phone number that can do everything; pass `account`, or `department`. Share it with `share_channel`."""

    class Meta:
        model = Channel

    account = factory.LazyAttribute(lambda channel: channel.department.account)
    department = None
    kind = Channel.Kind.PHONE
    address = factory.Sequence(lambda n: f"+1202556{n:04}")
    label = "Main line"
    provider = "simulator"
    has_voice = has_sms = has_mms = has_fax = True


def share_channel(channel: Channel, user: User, level: str | None, *, until: datetime.date | None = None) -> Channel:
    """Give `user` exactly this level ("read", "write", "admin"; None takes it away)."""
    grants.set_level(ChannelUserObjectPermission, [channel], [user], level, by=None, until=until)
    return channel


def line(account: Account, **people: User) -> Channel:
    """A phone number with collaborators: line(account, read=ann, admin=bo)."""
    channel = ChannelFactory(account=account)
    for level, person in people.items():
        share_channel(channel, person, level)
    return channel


def department_line(department: Department, **fields: Any) -> Channel:
    return ChannelFactory(department=department, account=department.account, **fields)


def arrive(channel: Channel, sender: str = "+12025550199", type: str = "sms", **facts: Any) -> Interaction:
    """What came in on the channel, as a provider reports it."""
    arrival = {"at": timezone.now(), "body": "Is anybody there?" if type in ("sms", "mms", "chat", "email") else ""}
    return record_arrival(Arrival(channel, type, sender, **{**arrival, **facts})).interaction
