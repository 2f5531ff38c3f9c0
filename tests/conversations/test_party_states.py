"""What parties copy of their conversation and its last interaction, whatever writes it (models.ConversationParty)."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from conversations.models import Conversation, ConversationParty, Interaction, InteractionContact
from tests.factories_contacts import ContactFactory
from tests.factories_conversations import arrive, department_line

from .team import Team

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def team(db: None) -> Team:
    return Team()


def assert_copies_are_right() -> None:
    for party in ConversationParty.objects.select_related("conversation", "last_interaction"):
        last, thread = party.last_interaction, party.conversation
        assert (party.last_type, party.last_direction, party.last_at) == (last.type, last.direction, last.at)
        assert party.closed_at == thread.closed_at
        is_over = party.last_in_at is None or thread.closed_at is None or party.last_in_at <= thread.closed_at
        assert party.is_closed == (thread.closed_at is not None and is_over)


def test_a_party_copies_what_came_last(team: Team) -> None:
    line, now = department_line(team.sales), timezone.now()
    text = arrive(line, at=now - 3 * HOUR)
    call = arrive(line, type="call", at=now - HOUR, is_answered=True)
    arrive(line, at=now - 2 * HOUR)  # a report that comes late does not stand in front
    party = ConversationParty.objects.get(last_interaction=call)
    assert (party.last_type, party.last_direction) == ("call", "in")
    Interaction.objects.filter(pk=call.pk).update(removed_at=now)
    assert_copies_are_right()
    Interaction.objects.filter(pk=text.pk).update(at=now)
    assert ConversationParty.objects.get(pk=party.pk).last_interaction_id == text.pk
    assert_copies_are_right()


def test_closing_is_copied_and_ends_with_what_arrives(team: Team) -> None:
    line = department_line(team.sales)
    thread = arrive(line, at=timezone.now() - HOUR).conversation
    Conversation.objects.filter(pk=thread.pk).update(closed_at=timezone.now())
    assert ConversationParty.objects.get(conversation=thread).is_closed
    arrive(line)
    assert not ConversationParty.objects.get(conversation=thread).is_closed
    Conversation.objects.filter(pk=thread.pk).update(closed_at=None)
    assert_copies_are_right()


def test_who_joins_a_closed_thread_finds_it_closed(team: Team) -> None:
    text = arrive(department_line(team.sales), at=timezone.now() - HOUR)
    Conversation.objects.filter(pk=text.conversation_id).update(closed_at=timezone.now())
    contact = ContactFactory(owner=team.operator, account=team.sales.account)
    InteractionContact.objects.create(interaction=text, contact=contact)
    assert ConversationParty.objects.get(contact=contact).is_closed
    assert_copies_are_right()
