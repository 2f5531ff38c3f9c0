"""Conversations follow their contacts: joined, parted, kept as personal, shared again."""

from __future__ import annotations

import pytest

from contacts import policy
from contacts.services import converting, reverting
from contacts.signals import contact_joined, contact_kept_personal, contact_parted, contact_shared_again
from conversations.visibility import contacts_visible_in, interactions_visible_to
from tests.factories_departments import department_contact, shared_contact

from .team import NUMBER, Team, interaction

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return Team()


def current(contact) -> set[int]:
    rows = contact.interactions.through.objects.filter(contact=contact, is_current=True)
    return set(rows.values_list("interaction", flat=True))


def test_joining_moves_each_interaction_once_and_parting_moves_it_back(team):
    kept, joined = department_contact(team.sales), department_contact(team.sales)
    one, both = interaction(team.sales, joined), interaction(team.sales, joined, kept)
    before = current(kept), current(joined)
    told = contact_joined.send(None, contact_id=joined.pk, kept_id=kept.pk)
    moved = {name: facts for _, found in told for name, facts in (found or {}).items()}
    assert (current(kept), current(joined)) == ({one.pk, both.pk}, set())
    contact_parted.send(None, contact_id=joined.pk, kept_id=kept.pk, moved=moved)
    assert (current(kept), current(joined)) == before


def test_a_department_keeps_its_calls_without_the_record(team):
    contact = shared_contact(team.owner, team.sales, phone=NUMBER, given_name="Secret")
    ours, theirs = interaction(team.sales, contact), interaction(None, contact)
    ((_, moved),) = contact_kept_personal.send(None, contact_id=contact.pk, departments=[team.sales.pk])
    contact.links.all().delete()
    assert list(interactions_visible_to(team.operator)) == [ours]
    assert contacts_visible_in(team.operator, [ours]) == {}
    assert list(interactions_visible_to(team.owner)) == [theirs]
    contact_shared_again.send(None, contact_id=contact.pk, moved=moved)
    assert not interactions_visible_to(team.operator).exists()


def test_the_services_of_contacts_tell(team):
    contact = shared_contact(team.owner, team.sales, phone=NUMBER)
    ours = interaction(team.sales, contact)
    (outcome,) = converting.keep(team.owner, [contact.pk])
    assert not policy.visible_to(team.operator).exists()
    assert list(interactions_visible_to(team.operator)) == [ours]
    reverting.take_back(team.owner, {contact.pk: outcome.before})
    ours.refresh_from_db()
    assert not ours.arrived_without_contact
    assert list(interactions_visible_to(team.operator)) == [ours]
