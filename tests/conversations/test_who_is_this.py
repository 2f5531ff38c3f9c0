"""A number that several contacts hold asks who it was (product.md §7, last bullet)."""

import pytest
from django.test import Client
from django.urls import reverse

from contacts.models import UndoStep
from conversations.corrections import waiting_for_answer
from conversations.models import Interaction
from conversations.visibility import interactions_visible_to
from tests.factories_contacts import ContactFactory, share
from tests.factories_conversations import arrive, department_line, line, share_channel
from tests.factories_departments import department_contact

from .team import NUMBER, Team

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return Team()


def ask(client: Client, user, thread, **data):
    client.force_login(user)
    url = reverse("conversations:conversation-who", args=[thread.pk])
    return client.post(url, data) if data else client.get(url)


def current(row: Interaction) -> list:
    return sorted(link.contact_id for link in row.with_contacts.filter(is_current=True))


def test_the_answer_stands_for_all_that_asks_and_can_be_undone(team: Team, client: Client) -> None:
    channel = line(team.account, admin=team.owner)
    ann, bo = team.mine(given_name="Ann", phone=NUMBER), team.mine(given_name="Bo", phone=NUMBER)
    texts = [arrive(channel, NUMBER) for _ in range(2)]
    thread = texts[0].conversation
    page = ask(client, team.owner, thread).content.decode()
    assert "Ann" in page
    assert "Bo" in page
    assert ask(client, team.owner, thread, contact=ann.pk).status_code == 303
    assert [current(text) for text in texts] == [[ann.pk], [ann.pk]]
    assert not waiting_for_answer(team.owner, thread).exists()
    assert arrive(channel, NUMBER).asks_who
    client.post(reverse("contacts:undo", args=[UndoStep.objects.get().token]))
    assert [current(text) for text in texts] == [[ann.pk, bo.pk]] * 2
    assert waiting_for_answer(team.owner, thread).count() == 3


def test_somebody_else_is_found_by_name_among_those_one_sees(team: Team, client: Client) -> None:
    channel = line(team.account, admin=team.owner)
    text = arrive(channel, NUMBER)
    other = team.mine(given_name="Wilhelmina")
    hidden = ContactFactory(account=team.account, owner=team.stranger, given_name="Wilhelmina")
    client.force_login(team.owner)
    page = client.get(reverse("conversations:conversation-who", args=[text.conversation.pk]), {"q": "wilhel"})
    assert f'data-contact-id="{other.pk}"' in page.content.decode()
    assert f'data-contact-id="{hidden.pk}"' not in page.content.decode()
    assert ask(client, team.owner, text.conversation, contact=hidden.pk).status_code == 404
    assert ask(client, team.owner, text.conversation, contact=other.pk).status_code == 303
    assert current(text) == [other.pk]


def test_what_was_with_nobody_stays_with_those_who_read_it(team: Team, client: Client) -> None:
    channel = line(team.account, write=team.owner, read=team.operator)
    text = arrive(channel, NUMBER)
    mine = team.mine()
    assert ask(client, team.operator, text.conversation).status_code == 403
    ask(client, team.owner, text.conversation, contact=mine.pk)
    assert current(text) == [mine.pk]
    assert interactions_visible_to(team.operator).get() == text


def test_a_hidden_holder_is_not_told_of(team: Team, client: Client) -> None:
    """One holder of two is hidden: nothing is asked, and an answer leaves the hidden one as it was."""
    channel = line(team.account, admin=team.owner)
    share_channel(channel, team.stranger, "read")
    ann = team.mine(given_name="Ann", phone=NUMBER)
    hidden = ContactFactory(account=team.account, owner=team.stranger, given_name="Hidden", phone=NUMBER)
    text = arrive(channel, NUMBER)
    assert len(current(text)) == 2
    assert "Hidden" not in ask(client, team.owner, text.conversation).content.decode()
    assert ask(client, team.owner, text.conversation, contact=ann.pk).status_code == 303
    assert current(text) == sorted([ann.pk, hidden.pk])


def test_a_department_chooses_among_its_own_and_leaves_other_records_alone(team: Team, client: Client) -> None:
    one, two = (department_contact(team.sales, phone=NUMBER) for _ in range(2))
    beside = ContactFactory(account=team.account, owner=team.operator, phone=NUMBER)
    call = arrive(department_line(team.sales), NUMBER, "call", is_answered=True)
    assert current(call) == sorted([one.pk, two.pk, beside.pk])
    assert ask(client, team.operator, call.conversation, contact=beside.pk).status_code == 403
    assert ask(client, team.operator, call.conversation, contact=two.pk).status_code == 303
    assert current(call) == sorted([two.pk, beside.pk])
    assert ask(client, team.supporter, call.conversation, contact=two.pk).status_code == 404


def test_nonsense_and_readers_are_refused(team: Team, client: Client) -> None:
    channel = line(team.account, admin=team.owner)
    ann, other = team.mine(phone=NUMBER), team.mine(phone=NUMBER)
    share(ann, team.stranger, "read")
    share(other, team.stranger, "read")
    share_channel(channel, team.stranger, "write")
    text = arrive(channel, NUMBER)
    assert ask(client, team.stranger, text.conversation).status_code == 403
    assert ask(client, team.stranger, text.conversation, contact=ann.pk).status_code == 403
    share(ann, team.stranger, "write")
    assert ask(client, team.stranger, text.conversation, contact="x").status_code == 422
    assert ask(client, team.stranger, text.conversation, contact=ann.pk).status_code == 303
