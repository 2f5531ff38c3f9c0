"""Attacks on departments that once worked, each beside the twin that must go on working (product.md §2b, §8 and §9)."""

from __future__ import annotations

import pytest

from contacts.models import Contact, DepartmentLink, Kind
from contacts.services import archiving, tagging
from contacts.services.undoing import CannotUndo, undo
from conversations.models import Interaction
from conversations.visibility import interactions_visible_to
from tests.contacts.crew import undo_last
from tests.contacts.office import NUMBER, Office, again, levels, make_office
from tests.conversations.team import TYPED, Team, interaction, log
from tests.factories_contacts import ContactFactory, share
from tests.factories_departments import department_contact, operate

pytestmark = pytest.mark.django_db
JOIN = {"to": "department", "existing": "join"}


@pytest.fixture
def office() -> Office:
    return make_office()


@pytest.fixture
def team() -> Team:
    return Team()


# Undo of a logged call: what others have built upon it stays.


@pytest.mark.parametrize("later", ["answered", "no answer"])
def test_undo_of_a_call_leaves_a_contact_that_others_have_called_since(team: Team, later: str) -> None:
    logged = log(team.operator, department=team.sales, number=TYPED)
    log(team.leader, department=team.sales, number=TYPED, outcome=later)
    undo(team.operator, logged.undo)
    contact = again(logged.contacts[0])
    assert (contact.archived, contact.links.get().ended_at) == (False, None)
    assert Interaction.objects.get().author == team.leader


def test_undo_of_a_call_that_nobody_built_upon_takes_its_contact_along(team: Team) -> None:
    logged = log(team.operator, department=team.sales, number=TYPED)
    undo(team.operator, logged.undo)
    assert again(logged.contacts[0]).archived
    assert not Interaction.objects.exists()


# Undo of conversions: no live Department Contact without a department, and departments keep what they did.


def test_parting_leaves_no_live_contact_without_a_department(office: Office) -> None:
    kept = department_contact(office.support, phone=NUMBER)
    operate(office.support, office.owner)
    office.client("owner").post(office.url("convert/"), JOIN)
    archiving.archive(office.helper, [kept.pk])  # Support removes it: Sales, which came with the join, keeps it
    assert not again(kept).archived
    operate(office.sales, office.owner)
    with pytest.raises(CannotUndo):
        undo_last(office.owner)
    live = Contact.objects.filter(kind=Kind.DEPARTMENT, archived=False)
    assert not live.exclude(links__ended_at=None, links__isnull=False).exists()


def test_parting_works_while_another_department_keeps_the_record(office: Office) -> None:
    kept = department_contact(office.support, phone=NUMBER)
    operate(office.support, office.owner)
    office.client("owner").post(office.url("convert/"), JOIN)
    undo_last(office.owner)
    assert again(office.shared).kind == Kind.SHARED
    assert list(kept.links.values_list("department", "ended_at")) == [(office.support.pk, None)]


def test_undo_of_a_hand_over_leaves_the_department_its_calls(office: Office) -> None:
    mine = ContactFactory(owner=office.owner, phone=NUMBER)
    converting_client = office.client("owner")
    converting_client.post(f"/contacts/{mine.pk}/convert/", {"to": "department", "department": office.sales.pk})
    call = interaction(office.sales, again(mine))
    assert interactions_visible_to(office.operator).filter(pk=call.pk).exists()
    undo_last(office.owner)
    assert again(mine).kind == Kind.PERSONAL
    assert interactions_visible_to(office.operator).filter(pk=call.pk).exists()
    assert office.client("operator").get(f"/contacts/{mine.pk}/").status_code == 404


def test_a_former_owner_whose_access_was_cut_takes_nothing_back(office: Office) -> None:
    mine = ContactFactory(owner=office.owner, phone=NUMBER)
    office.client("owner").post(f"/contacts/{mine.pk}/convert/", {"to": "department", "department": office.sales.pk})
    share(again(mine), office.owner, "read")  # an Admin Operator has lowered it
    with pytest.raises(CannotUndo):
        undo_last(office.owner)
    assert again(mine).kind == Kind.DEPARTMENT


# Joining gives nobody what its actor may not give.


@pytest.mark.parametrize("leads", [False, True])
def test_a_join_gives_nobody_access_that_its_actor_may_not_grant(office: Office, leads: bool) -> None:
    """A Department Operator does not grant (product.md §2b): not by the way of a personal contact either."""
    kept = department_contact(office.sales, phone=NUMBER)
    operate(office.sales, office.owner, admin=leads)
    mine = share(ContactFactory(owner=office.owner, phone=NUMBER), office.helper, "admin")
    office.client("owner").post(f"/contacts/{mine.pk}/convert/", {**JOIN, "department": office.sales.pk})
    assert not DepartmentLink.objects.filter(contact=mine).exists()
    assert levels(again(kept)) == ({"Hal": "write"} if leads else {})


# What is posted twice or late.


def test_words_of_a_refused_tag_are_those_of_the_kind(office: Office) -> None:
    assert tagging.add_tags(office.admin, [office.shared.pk], ["VIP"])[0].reason == "Only the original owner can edit"
    assert not tagging.add_tags(office.owner, [office.shared.pk], ["VIP"])[0].reason
