"""Log a call for a department: its party becomes its contact (product.md §8)."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.messages import get_messages

from contacts.models import Block, Contact, UndoStep
from conversations.models import Interaction, InteractionContact
from tests.factories import UserFactory
from tests.factories_departments import department_contact, link

from .team import CALL, NUMBER, Team

pytestmark = pytest.mark.django_db
Effect = InteractionContact.Effect


@pytest.fixture
def team() -> Team:
    return Team()


@pytest.fixture
def post(client, team):
    def send(user=None, department=None, **fields):
        client.force_login(user or team.operator)
        return client.post(f"/departments/{(department or team.sales).pk}/calls/", {**CALL, **fields})

    return send


def said(response) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def effects() -> list[str]:
    return list(InteractionContact.objects.order_by("-pk").values_list("effect", flat=True)[:1])


def test_a_new_number_makes_a_contact_in_unnamed(post, team):
    response = post()
    contact, row = Contact.objects.get(), Interaction.objects.get()
    assert (contact.kind, contact.owner, contact.unnamed) == ("department", None, True)
    assert (row.department, list(row.contacts.all()), row.outside_address) == (team.sales, [contact], NUMBER)
    assert (row.direction, row.is_answered, row.status) == ("in", False, "done")
    assert effects() == [Effect.MADE]
    assert response["Location"] == f"/contacts/{contact.pk}/conversations/"
    assert "(202) 555-0142 is a new contact of Sales" in said(response)


def test_who_names_the_caller_makes_a_named_contact(post):
    post(who="Ann Lee", outcome="answered")
    assert Contact.objects.get().name == "Ann Lee"


def test_an_answered_call_takes_the_contact_out_of_unnamed(post):
    post()
    post(outcome="answered")
    assert not Contact.objects.get().awaits_name
    assert effects() == [Effect.NONE]


def test_what_came_of_it_is_kept_and_told(post, team):
    contact = department_contact(team.support, phone=NUMBER)
    assert "Dana Whitfield now belongs to Sales too" in said(post())
    assert effects() == [Effect.LINKED]
    link(contact, team.sales, ended=True)
    link(contact, team.support, ended=True)
    Contact.objects.update(archived_at=contact.created_at)
    assert "Dana Whitfield is back in Sales" in said(post())
    assert effects() == [Effect.RESTORED]


def test_a_shared_number_asks_who(post, team):
    for _ in range(2):
        department_contact(team.sales, phone=NUMBER)
    response = post()
    assert Interaction.objects.get().contacts.count() == 2
    assert "2 contacts that share this number" in said(response)
    assert response["Location"] == f"/departments/{team.sales.pk}/activity/"


def test_a_blocked_call_is_recorded_and_makes_nobody(post, client, team):
    Block.objects.create(account=team.account, scope="department", department=team.sales, address=NUMBER)
    response = post(due="2099-01-01", line="Ring back")
    row = Interaction.objects.get()
    assert (row.status, row.arrived_without_contact, row.contacts.count()) == ("blocked", True, 0)
    assert not Contact.objects.exists()
    assert "recorded as blocked" in said(response)
    page = client.get(response["Location"]).content.decode()
    assert "(202) 555-0142" in page
    assert "Blocked" in page


@pytest.mark.parametrize(
    ("number", "sentence"),
    [("", "Type the number"), ("anonymous", "not a phone number"), ("202 555 01", "short"), ("9" * 300, "at most 250")],
)
def test_a_bad_number_is_said_and_nothing_is_lost(post, number, sentence):
    response = post(number=number, note="Kept words", who="Kept name")
    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert "Kept words" in page
    assert "Kept name" in page
    assert not Contact.objects.exists()
    assert not Interaction.objects.exists()


def test_others_are_refused_with_the_rule(post, team):
    for user in (team.supporter, team.stranger, UserFactory(account=team.account, is_account_admin=True)):
        response = post(user)
        assert response.status_code == 403
        assert "Only operators of Sales" in response.content.decode()
    assert post(UserFactory()).status_code == 404
    assert not Interaction.objects.exists()
    assert post(team.leader).status_code == 303


def test_a_second_post_of_the_same_form_logs_nothing_more(post):
    token = str(uuid.uuid4())
    assert post(once=token)["Location"] == post(once=token)["Location"]
    assert Interaction.objects.count() == 1


def test_undo_leads_where_something_is_to_see(post, client, team):
    post()
    response = client.post(f"/undo/{UndoStep.objects.get().token}/")
    assert response["Location"] == f"/departments/{team.sales.pk}/activity/"
    assert not Interaction.objects.exists()
    assert Contact.objects.get().archived_at


def test_the_form_is_one_fragment(client, team):
    client.force_login(team.operator)
    page = client.get(f"/departments/{team.sales.pk}/calls/")
    part = client.get(f"/departments/{team.sales.pk}/calls/", headers={"HX-Request": "true"}).content.decode()
    assert page.status_code == 200
    assert "<html" in page.content.decode()
    assert "<html" not in part
    assert 'data-action="log-call"' in part
