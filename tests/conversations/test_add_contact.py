"""A contact out of a conversation: "Add contact" and, for a department's mail, *Save* (product.md §7 and §8)."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from contacts import policy
from contacts.models import Contact
from conversations.models import ChatVisitor, Conversation
from conversations.services.arriving import MailFacts
from conversations.visibility import interactions_visible_to
from tests.factories_conversations import ChannelFactory, arrive, department_line, line, share_channel
from tests.factories_departments import department_contact

from .team import NUMBER, Team

pytestmark = pytest.mark.django_db
EMAIL = "ann@buyer.example"


@pytest.fixture
def team() -> Team:
    return Team()


def add(client: Client, user, thread: Conversation, **data):
    client.force_login(user)
    return client.post(reverse("conversations:conversation-contact", args=[thread.pk]), data)


def save(client: Client, user, thread: Conversation):
    client.force_login(user)
    return client.post(reverse("conversations:conversation-save", args=[thread.pk]))


def test_it_is_the_actors_and_read_by_those_who_use_the_line(team: Team, client: Client) -> None:
    channel = line(team.account, admin=team.owner, write=team.operator, read=team.stranger)
    text = arrive(channel, NUMBER)
    client.force_login(team.operator)
    page = client.get(reverse("conversations:conversation-contact", args=[text.conversation.pk])).content.decode()
    assert NUMBER in page
    assert 'name="share" id="id_share" value="1" checked' in page
    once = str(uuid.uuid4())
    for _ in range(2):
        made = add(client, team.operator, text.conversation, given_name="Ann", share="1", once=once)
        assert made.status_code == 303
    contact = Contact.objects.get()
    levels = {who: policy.roles_on(who, contact) for who in (team.operator, team.owner, team.stranger)}
    assert levels == {team.operator: {"read", "write", "admin", "owner"}, team.owner: {"read"}, team.stranger: {"read"}}
    assert not policy.visible_to(team.supporter).exists()
    assert text.contacts.get() == contact


def test_unticked_it_stays_with_the_actor_and_nobody_loses_the_thread(team: Team, client: Client) -> None:
    channel = line(team.account, admin=team.owner, read=team.stranger)
    text = arrive(channel, NUMBER)
    add(client, team.owner, text.conversation, company="Buyer Inc")
    contact = Contact.objects.get()
    assert not policy.can(team.stranger, "view", contact)
    assert interactions_visible_to(team.stranger).get() == text
    later = arrive(channel, NUMBER)
    assert set(interactions_visible_to(team.stranger)) == {text}
    assert set(interactions_visible_to(team.owner)) == {text, later}


def test_a_conversation_one_does_not_see_makes_nothing(team: Team, client: Client) -> None:
    thread = arrive(line(team.account, admin=team.owner), NUMBER).conversation
    assert add(client, team.stranger, thread, given_name="Ann").status_code == 404
    assert not Contact.objects.exists()
    assert add(client, team.owner, thread, given_name="x" * 500).status_code == 422
    assert add(client, team.owner, thread, given_name="a\0b").status_code == 422
    assert not Contact.objects.exists()
    assert add(client, team.owner, thread).status_code == 303  # a number is enough


def test_a_department_names_its_unnamed_caller(team: Team, client: Client) -> None:
    call = arrive(department_line(team.sales), NUMBER, "call", is_answered=False)
    contact = Contact.objects.get()
    assert contact.unnamed
    assert add(client, team.operator, call.conversation, given_name="Ann", family_name="Buyer").status_code == 303
    contact.refresh_from_db()
    assert (contact.name, contact.kind, contact.unnamed) == ("Ann Buyer", "department", False)
    assert Contact.objects.count() == 1
    add(client, team.operator, call.conversation, given_name="Else")  # it has a name: nothing is renamed
    contact.refresh_from_db()
    assert contact.name == "Ann Buyer"


def test_mail_to_a_department_is_saved_once_and_keeps_its_readers(team: Team, client: Client) -> None:
    mailbox = department_line(team.sales, kind="email", address="sales@acme.example")
    mail = arrive(mailbox, EMAIL, "email", mail=MailFacts(from_name="Ann Buyer"))
    assert not Contact.objects.exists()
    assert save(client, team.supporter, mail.conversation).status_code == 404
    assert [save(client, team.operator, mail.conversation).status_code for _ in range(2)] == [303, 303]
    contact = Contact.objects.get()
    assert (contact.name, contact.kind) == ("Ann Buyer", "department")
    assert mail.contacts.get() == contact
    assert interactions_visible_to(team.leader).get() == mail
    assert arrive(mailbox, EMAIL, "email").contacts.get() == contact


def test_a_machines_mail_and_other_traffic_are_not_saved(team: Team, client: Client) -> None:
    mailbox = department_line(team.sales, kind="email", address="sales@acme.example")
    robot = arrive(mailbox, "noreply@bulk.example", "email", is_automatic=True)
    assert save(client, team.operator, robot.conversation).status_code == 403
    text = arrive(department_line(team.sales), NUMBER)
    assert save(client, team.operator, text.conversation).status_code == 403
    assert not Contact.objects.filter(emails__address="noreply@bulk.example").exists()


def test_a_visitor_of_a_chat_is_found_by_the_email_that_he_or_she_left(team: Team, client: Client) -> None:
    chat = ChannelFactory(account=team.account, kind="chat", address="Website", public_key="abc")
    share_channel(chat, team.owner, "admin")
    visitor = ChatVisitor.objects.create(channel=chat, token_hash="x")
    word = arrive(chat, f"visitor-{visitor.pk}", "chat")
    assert add(client, team.owner, word.conversation).status_code == 422  # neither name nor address
    ChatVisitor.objects.filter(pk=visitor.pk).update(email=EMAIL)
    assert add(client, team.owner, word.conversation, given_name="Ann").status_code == 303
    contact = Contact.objects.get()
    assert contact.emails.get().address == EMAIL
    assert word.contacts.get() == contact


def test_a_departments_visitor_without_any_address_makes_no_contact(team: Team, client: Client) -> None:
    withheld = arrive(department_line(team.sales), "", "call")
    assert add(client, team.operator, withheld.conversation, given_name="Ann").status_code == 403
    known = department_contact(team.sales)
    client.force_login(team.operator)
    moved = client.post(reverse("conversations:interaction-move", args=[withheld.pk]), {"contact": known.pk})
    assert moved.status_code == 303
    assert withheld.contacts.get() == known
