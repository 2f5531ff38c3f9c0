"""Search over contacts, notes and colleagues shows only what the viewer may see."""

from __future__ import annotations

import pytest

from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory, NoteFactory, share

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client):
    user = UserFactory(name="Olivia Owens")
    client.force_login(user)
    return user


def test_finds_contacts_notes_and_people(client, owner):
    contact = ContactFactory(owner=owner, family_name="Oven")
    NoteFactory(contact=contact, author=owner, body="Wants a new oven before Easter")
    context = client.get("/search/?q=oven").context
    assert [(row.id, twins) for row, twins in context["hits"]] == [(contact.pk, [])]
    assert [note.body for note in context["notes"]] == ["Wants a new oven before Easter"]
    assert client.get("/search/?q=owens").context["colleagues"] == [owner]


def test_private_notes_are_found_by_their_author_alone(client, owner):
    contact = share(ContactFactory(owner=UserFactory(account=owner.account)), owner, "admin")
    NoteFactory(contact=contact, author=contact.owner, visibility="private", body="Secret discount")
    mine = NoteFactory(contact=contact, author=owner, visibility="private", body="My own discount")
    assert client.get("/search/?q=discount").context["notes"] == [mine]


def test_hidden_contacts_lead_to_no_hit_and_no_note(client, owner):
    hidden = ContactFactory(owner=UserFactory(account=owner.account), family_name="Hidden")
    NoteFactory(contact=hidden, author=hidden.owner, body="hidden words")
    NoteFactory(contact=hidden, author=owner, visibility="private", body="hidden since access ended")
    context = client.get("/search/?q=hidden").context
    assert (context["hits"], context["notes"]) == ([], [])


def test_marks_matches_and_escapes_the_rest(client, owner):
    ContactFactory(owner=owner, given_name="Renée", family_name="<b>Bold</b>")
    content = client.get("/search/?q=renee").content.decode()
    assert "<mark>Renée</mark>" in content
    assert "<b>Bold</b>" not in content


def test_another_accounts_people_are_not_found(client, owner):
    UserFactory(name="Foreign Person")
    assert client.get("/search/?q=foreign").context["colleagues"] == []
