"""What arrives: stored once, with its people, its parties and who has not read it."""

import pytest

from conversations.models import Conversation, ConversationParty, Interaction, Unread
from conversations.visibility import conversations_visible_to, interactions_visible_to
from tests.factories_contacts import ContactFactory, share
from tests.factories_conversations import arrive, department_line, line, share_channel

from .team import NUMBER, Team

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return Team()


def parties(conversation: Conversation) -> dict[int | None, int]:
    rows = ConversationParty.objects.filter(conversation=conversation)
    return dict(rows.values_list("contact", "last_interaction"))


def test_a_text_on_a_departments_line_makes_its_contact_and_is_unread_for_its_operators(team: Team) -> None:
    text = arrive(department_line(team.sales), NUMBER)
    contact = text.contacts.get()
    assert parties(text.conversation) == {contact.pk: text.pk}
    assert set(Unread.objects.values_list("user", flat=True)) == {team.leader.pk, team.operator.pk}
    assert conversations_visible_to(team.operator).count() == 1
    assert not conversations_visible_to(team.supporter).exists()


def test_the_same_event_twice_is_one_interaction(team: Team) -> None:
    channel = department_line(team.sales)
    first, second = (arrive(channel, NUMBER, external_id="SM1") for _ in range(2))
    assert first == second
    assert Interaction.objects.count() == 1


def test_a_thread_with_nobody_known_stays_with_the_readers_of_its_line(team: Team) -> None:
    """No private contact made by a colleague takes a thread away from a channel's readers (product.md §2c)."""
    channel = line(team.account, read=team.operator, admin=team.owner)
    before = arrive(channel, NUMBER)
    ContactFactory(owner=team.owner, phone=NUMBER)
    after = arrive(channel, NUMBER)
    assert list(interactions_visible_to(team.operator)) == [before]
    assert set(interactions_visible_to(team.owner)) == {before, after}
    assert conversations_visible_to(team.operator).get() == before.conversation


def test_a_contact_that_no_reader_of_the_line_can_read_takes_no_part(team: Team) -> None:
    channel = line(team.account, read=team.operator)
    contact = ContactFactory(owner=team.owner, phone=NUMBER)
    assert list(arrive(channel, NUMBER).contacts.all()) == []
    share(contact, team.operator, "read")
    assert list(arrive(channel, NUMBER).contacts.all()) == [contact]


def test_access_to_both_ends_is_needed(team: Team) -> None:
    channel = line(team.account, admin=team.owner)
    contact = ContactFactory(owner=team.owner, phone=NUMBER)
    text = arrive(channel, NUMBER)
    share(contact, team.stranger, "read")
    assert not interactions_visible_to(team.stranger).exists()
    share_channel(channel, team.stranger, "read")
    assert interactions_visible_to(team.stranger).get() == text
    share(contact, team.stranger, None)
    assert not interactions_visible_to(team.stranger).exists()


def test_parties_follow_moves_removals_and_deletions(team: Team) -> None:
    channel = line(team.account, admin=team.owner)
    contact, other = ContactFactory(owner=team.owner, phone=NUMBER), ContactFactory(owner=team.owner)
    first, second = arrive(channel, NUMBER), arrive(channel, NUMBER)
    thread = first.conversation
    assert parties(thread) == {contact.pk: second.pk}
    second.with_contacts.update(is_current=False)
    assert parties(thread) == {contact.pk: first.pk, None: second.pk}
    second.with_contacts.create(contact=other)
    assert parties(thread) == {contact.pk: first.pk, other.pk: second.pk}
    Interaction.objects.filter(pk=second.pk).update(removed_at=second.at)
    assert parties(thread) == {contact.pk: first.pk}
    second.delete()
    first.delete()
    assert parties(thread) == {}
