"""What is done with a thread: close, assign, note with a mention; each can be undone or seen by whom it concerns."""

from __future__ import annotations

import pytest

from contacts.services.undoing import undo
from conversations.models import Conversation, Interaction, Unread
from conversations.reading import thread_for
from conversations.services import threads
from conversations.visibility import interactions_visible_to
from tests.factories_conversations import arrive, department_line

from .team import NUMBER, Team

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return Team()


def test_closing_can_be_undone(team):
    thread = thread_for(team.operator, arrive(department_line(team.sales), NUMBER).conversation_id)
    token = threads.close(team.operator, thread)
    assert thread_for(team.operator, thread.pk).is_closed
    undo(team.operator, token)
    assert not thread_for(team.operator, thread.pk).is_closed


def test_only_who_sees_it_has_it_assigned(team):
    thread = thread_for(team.operator, arrive(department_line(team.sales), NUMBER).conversation_id)
    threads.assign(team.operator, thread, to=team.leader)
    assert Conversation.objects.get(pk=thread.pk).assigned_to == team.leader
    with pytest.raises(threads.CannotChange):
        threads.assign(team.operator, thread, to=team.supporter)


def test_a_note_is_seen_by_those_who_see_the_thread_and_unread_for_whom_it_mentions(team):
    thread = thread_for(team.operator, arrive(department_line(team.sales), NUMBER).conversation_id)
    Unread.objects.all().delete()
    note = threads.write_note(team.operator, thread, body="Call back before ten", mentions=[team.leader])
    assert note.type == Interaction.Type.NOTE
    assert note in interactions_visible_to(team.leader)
    assert note not in interactions_visible_to(team.supporter)
    assert list(Unread.objects.values_list("user", flat=True)) == [team.leader.pk]
    with pytest.raises(threads.CannotChange):
        threads.write_note(team.operator, thread, body="x", mentions=[team.supporter])
