"""Conversations and lines on the page of one's own activity: by their steps, as far as one sees them now."""

from __future__ import annotations

import pytest
from django.test import Client

from contacts.activities.page import activity_of
from contacts.activities.telling import Entry
from contacts.models import UndoStep
from contacts_project.accounts.models import User
from conversations.reading import thread_for
from conversations.services import correcting, threads
from departments.models import Operator
from tests.factories_conversations import arrive, department_line, share_channel

from .lines import Lines
from .team import NUMBER, TYPED, Team, log

pytestmark = pytest.mark.django_db


def told(user: User) -> list[str]:
    return [f"{entry.deed.said} {entry.deed.name}" for entry in entries(user)]


def entries(user: User) -> list[Entry]:
    return [entry for day in activity_of(user).days for entry in day.entries]


def test_what_was_done_with_a_conversation_stands_there_while_it_is_seen():
    team = Team()
    line = department_line(team.sales)
    first, _ = arrive(line, NUMBER), arrive(line, NUMBER)
    thread = thread_for(team.operator, first.conversation_id)
    for act in (threads.close, threads.reopen):
        act(team.operator, thread_for(team.operator, thread.pk))
    threads.assign(team.operator, thread_for(team.operator, thread.pk), to=team.leader)
    correcting.remove(team.operator, first.pk)
    assert told(team.operator) == [
        f"Removed a text with {TYPED}",
        f"Assigned the conversation with {TYPED}",
        f"Reopened the conversation with {TYPED}",
        f"Closed the conversation with {TYPED}",
    ]
    assert all(entry.token for entry in entries(team.operator))
    assert told(team.leader) == []
    Operator.objects.filter(user=team.operator).delete()
    assert told(team.operator) == []


def test_a_logged_call_is_one_line_and_gone_with_its_undo():
    team, client = Team(), Client()
    client.force_login(team.owner)
    contact = team.mine(given_name="Renee", family_name="Martinez")
    log(team.owner, contact)
    assert told(team.owner) == ["Logged a call with Renee Martinez"]
    client.post(f"/undo/{UndoStep.objects.get().token}/")
    assert told(team.owner) == []


def test_a_line_is_told_of_by_its_name_of_today():
    lines = Lines()
    client = lines.client("admin")
    assert client.post(lines.url("archive/")).status_code == 303
    name = lines.line.label
    assert told(lines.admin) == [f"Archived the line {name}"]
    client.post(f"/undo/{UndoStep.objects.get().token}/")
    assert [(entry.token, entry.is_undone) for entry in entries(lines.admin)][-1] == ("", True)
    share_channel(lines.line, lines.admin, None)
    assert told(lines.admin) == []
