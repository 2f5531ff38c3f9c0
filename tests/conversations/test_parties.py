"""Who an interaction with a department was with, and what it makes (product.md §8)."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from contacts.models import Block, Contact, ContactPhone, DepartmentLink, JoinedContact, Kind
from contacts.services import parties
from contacts.services.parties import Party, record_interaction_party
from contacts_project.core.errors import Refused
from departments.models import Department
from tests.factories import AccountFactory, UserFactory
from tests.factories_contacts import ContactFactory, PhoneFactory
from tests.factories_departments import DepartmentFactory, department_contact, link, operate, shared_contact

NUMBER = "+12025550142"
TYPED = "(202) 555-0142"


class Team:
    """Sales and Support of one account, with an operator of Sales."""

    def __init__(self) -> None:
        self.account = AccountFactory()
        self.sales = DepartmentFactory(account=self.account, name="Sales")
        self.support = DepartmentFactory(account=self.account, name="Support")
        self.operator = UserFactory(account=self.account)
        operate(self.sales, self.operator)

    def call(self, number: str = TYPED, department: Department | None = None, **more: Any) -> Party:
        facts = {"answered": False, "by": None, "at": timezone.now(), **more}
        return record_interaction_party(department or self.sales, number, **facts)


@pytest.fixture
def team(db: None) -> Team:
    return Team()


def archive(contact: Contact) -> Contact:
    """As ending the last link does."""
    now = timezone.now()
    contact.links.update(ended_at=now)
    Contact.objects.filter(pk=contact.pk).update(archived_at=now)
    return contact


def block(team: Team, **fields: Any) -> Block:
    return Block.objects.create(account=team.account, **fields)


def test_a_new_number_makes_a_department_contact(team: Team) -> None:
    party = team.call(by=team.operator)
    (contact,) = party.contacts
    assert (party.created, party.restored, party.asks_who, party.blocked) == (True, False, False, False)
    assert (contact.kind, contact.owner, contact.account, contact.created_by) == (
        Kind.DEPARTMENT, None, team.account, team.operator,
    )  # fmt: skip
    assert list(contact.phones.values_list("number", "is_primary")) == [(NUMBER, True)]
    assert list(contact.links.values_list("department", "linked_by", "ended_at")) == [
        (team.sales.pk, team.operator.pk, None)
    ]


@pytest.mark.parametrize(("answered", "hint", "waits"), [(False, "", True), (True, "", False), (False, "Ann", False)])
def test_it_awaits_a_name_until_answered_or_named(team: Team, answered: bool, hint: str, waits: bool) -> None:
    (contact,) = team.call(answered=answered, name_hint=hint).contacts
    contact.refresh_from_db()
    assert contact.awaits_name is waits
    assert contact.given_name == hint
    team.call(answered=True)
    contact.refresh_from_db()
    assert not contact.awaits_name


def test_a_name_that_came_with_it_is_cut_to_what_the_record_holds(team: Team) -> None:
    (contact,) = team.call(name_hint=f"Dr. Ann\x00 {'x' * 300}").contacts
    assert (contact.given_name, len(contact.family_name)) == ("Ann", 120)


def test_email_is_compared_whatever_its_case(team: Team) -> None:
    first = team.call("Ann@Example.com", kind="email")
    again = team.call("ann@EXAMPLE.com", kind="email")
    assert first.created
    assert not again.created
    assert first.contacts == again.contacts


@pytest.mark.parametrize(
    ("text", "kind"), [("", "phone"), ("withheld", "phone"), ("202 555", "phone"), ("no mail", "email"), ("", "email")]
)
def test_an_unusable_address_makes_nothing(team: Team, text: str, kind: str) -> None:
    assert team.call(text, kind=kind, answered=True) == Party()
    assert not Contact.objects.exists()


def test_the_second_call_finds_the_contact_of_the_first(team: Team) -> None:
    first, again = team.call(), team.call("+1 202 555 0142")
    assert again.contacts == first.contacts
    assert (again.created, again.made) == (False, ())


def test_another_department_links_the_contact_it_finds(team: Team) -> None:
    contact = department_contact(team.support, phone=NUMBER)
    party = team.call(by=team.operator)
    assert party.contacts == (contact,)
    assert not party.created
    assert set(contact.links.filter(ended_at=None).values_list("department", flat=True)) == {
        team.sales.pk, team.support.pk,
    }  # fmt: skip


def test_an_ended_link_is_revived(team: Team) -> None:
    contact = department_contact(team.sales, team.support, phone=NUMBER)
    ended = link(contact, team.sales, ended=True)
    party = team.call()
    ended.refresh_from_db()
    assert (party.contacts, party.made, party.restored) == ((contact,), (ended.pk,), False)
    assert ended.ended_at is None
    assert contact.links.count() == 2


def test_an_archived_contact_of_the_department_comes_back_alone(team: Team) -> None:
    contact = archive(department_contact(team.sales, team.support, phone=NUMBER))
    party = team.call()
    contact.refresh_from_db()
    assert (party.contacts, party.restored, party.created) == ((contact,), True, False)
    assert contact.archived_at is None
    assert list(contact.links.filter(ended_at=None).values_list("department", flat=True)) == [team.sales.pk]


def test_an_archived_contact_of_another_department_stays_archived(team: Team) -> None:
    contact = archive(department_contact(team.support, phone=NUMBER))
    party = team.call()
    contact.refresh_from_db()
    assert party.created
    assert contact.archived_at


def test_an_archived_shared_contact_stays_archived(team: Team) -> None:
    contact = shared_contact(UserFactory(account=team.account), team.sales, phone=NUMBER)
    Contact.objects.filter(pk=contact.pk).update(archived_at=timezone.now())
    party = team.call()
    contact.refresh_from_db()
    assert party.created
    assert contact.archived_at
    assert party.contacts[0].kind == Kind.DEPARTMENT


def test_a_shared_contact_counts_where_it_is_linked_and_nowhere_else(team: Team) -> None:
    contact = shared_contact(UserFactory(account=team.account), team.sales, phone=NUMBER)
    assert team.call().contacts == (contact,)
    elsewhere = team.call(department=team.support)
    assert elsewhere.created
    assert not contact.links.filter(department=team.support).exists()


def test_a_personal_contact_is_never_touched(team: Team) -> None:
    owner = UserFactory(account=team.account)
    mine = ContactFactory(owner=owner, phone=NUMBER)
    before = Contact.objects.filter(pk=mine.pk).values().get()
    party = team.call(answered=True)
    assert party.created
    assert mine not in party.contacts
    assert Contact.objects.filter(pk=mine.pk).values().get() == before
    assert not mine.links.exists()


def test_a_contact_that_was_joined_into_another_is_not_the_party(team: Team) -> None:
    kept, joined = (department_contact(team.sales) for _ in range(2))
    PhoneFactory(contact=joined, number=NUMBER)
    archive(joined)
    JoinedContact.objects.create(contact=joined, kept=kept)
    assert team.call().created


def test_other_accounts_are_not_asked_and_not_touched(team: Team) -> None:
    other = Team()
    theirs = department_contact(other.sales, phone=NUMBER)
    block(other, scope="account", address=NUMBER)
    party = team.call()
    assert party.created
    assert theirs not in party.contacts
    assert theirs.links.count() == 1
    assert other.call().blocked


# The order of product.md §8, each rule against the weaker ones after it: (better, worse) are made in this way.
BEST: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "live before archived": ({"linked": False, "former": True}, {"archived": True, "primary": True}),
    "this department's before others": ({"former": True}, {"linked": False, "primary": True}),
    "current before former": ({}, {"former": True, "first": True}),
}


def make(
    team: Team, *, linked: bool = True, former: bool = False, archived: bool = False, primary: bool = False, **_: Any
):
    contact = department_contact(team.sales if linked else team.support)
    PhoneFactory(contact=contact, number=NUMBER, is_primary=primary, former_at=timezone.now() if former else None)
    return archive(contact) if archived else contact


@pytest.mark.parametrize("rule", BEST)
def test_the_better_match_is_the_party(team: Team, rule: str) -> None:
    better, worse = BEST[rule]
    if worse.get("first"):
        make(team, **worse)
        expected = make(team, **better)
    else:
        expected = make(team, **better)
        make(team, **worse)
    party = team.call()
    assert party.contacts == (expected,)
    assert not party.asks_who


@pytest.mark.parametrize(
    ("first", "second", "best"),
    [({}, {"primary": True}, 1), ({"primary": True}, {}, 0), ({}, {}, 0), ({"former": True}, {}, 1)],
)
def test_of_archived_ones_only_the_best_comes_back(team: Team, first: dict, second: dict, best: int) -> None:
    both = [make(team, archived=True, **facts) for facts in (first, second)]
    party = team.call()
    assert party.contacts == (both[best],)
    assert Contact.objects.filter(archived_at=None).count() == 1


def test_several_of_the_department_are_all_taken_and_asked_about(team: Team) -> None:
    ours = [make(team), make(team, primary=True)]
    make(team, linked=False)
    party = team.call()
    assert set(party.contacts) == set(ours)
    assert party.contacts[0] == ours[1]
    assert party.asks_who
    assert party.made == ()


def test_several_of_others_are_all_linked(team: Team) -> None:
    theirs = {make(team, linked=False), make(team, linked=False)}
    party = team.call()
    assert set(party.contacts) == theirs
    assert party.asks_who
    assert DepartmentLink.objects.filter(department=team.sales, ended_at=None).count() == 2


@pytest.mark.parametrize("scope", ["department", "account"])
@pytest.mark.parametrize("on", ["address", "contact"])
def test_blocked_traffic_makes_links_and_restores_nobody(team: Team, scope: str, on: str) -> None:
    contact = archive(department_contact(team.sales, phone=NUMBER))
    target = {"address": NUMBER} if on == "address" else {"contact": contact}
    block(team, scope=scope, department=team.sales if scope == "department" else None, **target)
    party = team.call(answered=True)
    contact.refresh_from_db()
    assert (party.blocked, party.contacts, party.made) == (True, (contact,), ())
    assert contact.archived_at
    assert Contact.objects.count() == 1


def test_a_blocked_call_carries_no_contact_of_another_department(team: Team) -> None:
    contact = department_contact(team.support, phone=NUMBER)
    block(team, scope="account", contact=contact)
    assert team.call() == Party(blocked=True)
    assert contact.links.count() == 1


def test_blocks_of_others_and_those_that_are_over_do_not_count(team: Team) -> None:
    block(team, scope="department", department=team.support, address=NUMBER)
    block(team, scope="lines", author=team.operator, address=NUMBER)
    block(team, scope="account", address=NUMBER, lifted_at=timezone.now())
    block(team, scope="department", department=team.sales, address=NUMBER, until="2020-01-01")
    assert team.call().created


def test_who_does_not_operate_the_department_makes_nothing(team: Team) -> None:
    stranger = UserFactory(account=team.account, is_account_admin=True)
    with pytest.raises(Refused, match="Only operators of Sales"):
        team.call(by=stranger)
    with pytest.raises(Refused):
        team.call(by=team.operator, department=team.support)
    assert not Contact.objects.exists()
    assert team.call(by=team.operator).created


def test_nothing_makes_one_where_the_table_says_so(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(parties.CREATORS, Kind.DEPARTMENT, frozenset())
    with pytest.raises(Refused):
        team.call()


def test_history_says_who_and_through_what(team: Team) -> None:
    (contact,) = team.call(by=team.operator).contacts
    event = Contact.pgh_event_model.objects.select_related("pgh_context").get(pgh_obj=contact)
    assert event.pgh_context.metadata == {"source": "call", "user": team.operator.pk, "party": True}


CALLERS = 50


@pytest.mark.django_db(transaction=True)
def test_fifty_calls_at_once_from_one_new_number_make_one_contact() -> None:
    team = Team()
    ready, found, failed = threading.Barrier(CALLERS, timeout=60), [], []

    def call(number: int) -> None:
        try:
            ready.wait()
            party = team.call(TYPED if number % 2 else NUMBER, [team.sales, team.support][number % 2])
            found.append((party.created, [contact.pk for contact in party.contacts]))
        except Exception as error:  # the test says which
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=call, args=[number]) for number in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failed == []
    assert len(found) == CALLERS
    assert [created for created, _ in found].count(True) == 1
    assert {tuple(ids) for _, ids in found} == {(Contact.objects.get().pk,)}
    assert ContactPhone.objects.count() == 1
    assert DepartmentLink.objects.filter(ended_at=None).count() == 2
