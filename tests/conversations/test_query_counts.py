"""What the inbox, a thread, its live refresh and the tab of a record ask the database: few questions, and always as
many, whatever the number of lines, contacts, threads and entries."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import Contact
from conversations.models import Channel
from tests.factories_contacts import ContactFactory, share
from tests.factories_conversations import arrive, department_line, line, share_channel
from tests.factories_departments import department_contact

from .team import NUMBER, Team

pytestmark = pytest.mark.django_db
SESSION_AND_USER = 2
MOST = {"inbox": 18, "thread": 30, "entries": 16, "tab": 16 + SESSION_AND_USER}
ENTRIES = {"HX-Request": "true", "HX-Target": "ol#msgs"}


def asked(person: Client, path: str, **headers: str) -> int:
    """After one that fills the caches of ids that never change, and reads what is unread."""
    assert person.get(path, headers=headers).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        assert person.get(path, headers=headers).status_code == 200
    return len(queries)


def more(team: Team, lines: list[Channel], first: int, number: int) -> None:
    """So many more contacts, of both kinds, with a thread each, and more entries and lines in the old thread."""
    for place in range(first, first + number):
        phone, moment = f"+1202555{place:04}", timezone.now() - datetime.timedelta(minutes=place)
        if place % 2:
            share(ContactFactory(owner=team.owner, phone=phone), team.operator, "read")
        else:
            department_contact(team.sales, phone=phone)
        arrive(lines[place % len(lines)], phone, at=moment)
        arrive(lines[0], NUMBER, ("sms", "call", "voicemail")[place % 3], at=moment)
        arrive(line(team.account, admin=team.operator), NUMBER, at=moment)


def test_few_queries_and_always_as_many() -> None:
    team, person = Team(), Client()
    lines = [department_line(team.sales), line(team.account, admin=team.operator)]
    share_channel(lines[1], team.leader, "read")
    contact: Contact = ContactFactory(owner=team.operator, phone=NUMBER)
    thread = arrive(lines[1], NUMBER).conversation_id
    lines.reverse()
    more(team, lines, 2000, 4)
    person.force_login(team.operator)
    places = {
        "inbox": ("/conversations/", {}),
        "thread": (f"/conversations/{thread}/", {}),
        "entries": (f"/conversations/{thread}/", ENTRIES),
        "tab": (f"/contacts/{contact.pk}/conversations/", {}),
    }
    few = {name: asked(person, path, **headers) for name, (path, headers) in places.items()}
    assert {name: number for name, number in few.items() if number > MOST[name]} == {}
    more(team, lines, 3000, 12)
    assert {name: asked(person, path, **headers) for name, (path, headers) in places.items()} == few
