"""The demo while it is being loaded: its dates, its people, what other areas may refer to; and the dates of history."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pghistory
from django.apps import apps
from django.db import connection
from django.db.models import Min
from pghistory.models import Context

from contacts.models import Contact, List
from contacts_project.accounts.models import Account, User
from conversations.engagements.models import Engagement
from conversations.models import Channel
from departments.models import Department

ACME, GLOBEX = "acme.example", "globex.example"
PASSWORD = "kithline-demo"  # noqa: S105  known to everybody, as the demo is
ZONE = ZoneInfo("America/New_York")


@dataclass
class World:
    """What has been loaded so far. `contacts` holds those that other areas name, by key; users stand by their email,
    departments, lists and engagements by their name, channels by what lines.py calls them.
    """

    today: datetime.date
    accounts: dict[str, Account] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    lists: dict[str, List] = field(default_factory=dict)
    engagements: dict[str, Engagement] = field(default_factory=dict)

    def acme(self, name: str) -> User:
        """The user of Acme with this mailbox, such as "owner" or "sales.admin"."""
        return self.users[f"{name}@{ACME}"]

    def moment(self, days_ago: int, hour: int = 10, minute: int = 0) -> datetime.datetime:
        """A time of day so many days before the day of loading; from one day on it has passed everywhere."""
        day = self.today - datetime.timedelta(days=days_ago)
        return datetime.datetime.combine(day, datetime.time(hour, minute), ZONE)

    def since(self, weekday: int, weeks: int = 0) -> int:
        """How many days ago this weekday was (0 Monday): its last time before today, or so many weeks before that."""
        return ((self.today.weekday() - weekday) % 7 or 7) + 7 * weeks


@contextmanager
def acting(user: User, at: datetime.datetime | None = None, **more: str) -> Iterator[None]:
    """Whatever is written inside is this user's work on a page; history shows it `at` that time (None: now).

    Must not stand inside another history context: the two would be one.
    """
    with pghistory.context(user=user.pk, source="page", **more) as context:
        yield
    if at is not None:
        date_history(context.id, at)


def date_history(context_id: uuid.UUID, at: datetime.datetime) -> None:
    """Let the events of one history context have happened `at` a time.

    All tables are sent as one question: there are dozens of them, and more than a hundred contexts.
    """
    quote = connection.ops.quote_name
    events = [
        f"UPDATE {quote(model._meta.db_table)} SET pgh_created_at = %(at)s WHERE pgh_context_id = %(context)s"  # noqa: S608  names of our own tables only
        for model in event_models()
    ]
    context = (
        f"UPDATE {quote(Context._meta.db_table)} SET created_at = %(at)s, updated_at = %(at)s WHERE id = %(context)s"  # noqa: S608  as above
    )
    with connection.cursor() as cursor:
        cursor.execute("; ".join([*events, context]), {"at": at, "context": context_id})


def date_savings(since: datetime.datetime) -> None:
    """Let each saving recorded since then have happened when its first event did: one's own activity goes by them."""
    first: dict[object, datetime.datetime] = {}
    for model in event_models():
        events = model.objects.filter(pgh_context__created_at__gte=since)
        for pk, at in events.values_list("pgh_context").annotate(Min("pgh_created_at")):
            first[pk] = min(at, first.get(pk, at))
    savings = [Context(pk=pk, created_at=at) for pk, at in first.items()]
    Context.objects.bulk_update(savings, ["created_at"], batch_size=1000)


def event_models() -> list:
    """The tables in which the database keeps the history of tracked models, of every app."""
    return [model for model in apps.get_models() if getattr(model, "pgh_tracked_model", None) is not None]
