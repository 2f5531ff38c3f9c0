"""Blocks as facts: which stand, who knows of them, what is found by them (product.md §9)."""

from __future__ import annotations

import datetime
from types import SimpleNamespace

import pytest
from django.utils import timezone

from contacts import blocking
from contacts.models import Block, Contact
from contacts_project.accounts.models import User
from departments.models import Department
from tests.factories import AccountFactory, UserFactory
from tests.factories_contacts import ContactFactory, EmailFactory, PhoneFactory
from tests.factories_departments import DepartmentFactory, department_contact, operate, shared_contact

pytestmark = pytest.mark.django_db
NUMBER = "+12025550142"


@pytest.fixture
def acme() -> SimpleNamespace:
    account = AccountFactory()
    sales, support = DepartmentFactory(account=account), DepartmentFactory(account=account)
    people = {name: UserFactory(account=account) for name in ("seller", "helper", "owner", "colleague")}
    operate(sales, people["seller"])
    operate(support, people["helper"])
    return SimpleNamespace(account=account, sales=sales, support=support, **people)


def block(author: User, contact: Contact | None = None, department: Department | None = None, **fields) -> Block:
    scope = "department" if department else fields.pop("scope", "account")
    return Block.objects.create(
        account=author.account, author=author, contact=contact, department=department, scope=scope, **fields
    )


def known(user: User, contact: Contact) -> list[Block]:
    """What all four readers say of one contact; they must agree."""
    blocks = list(blocking.visible_blocks(user, contact))
    assert (contact.pk in blocking.blocked_rows(user, [contact.pk])) is bool(blocks)
    assert (contact.pk in set(blocking.blocked_for(user))) is bool(blocks)
    return blocks


def test_a_department_block_is_known_to_its_operators_alone(acme: SimpleNamespace) -> None:
    contact = department_contact(acme.sales, acme.support)
    made = block(acme.seller, contact, acme.sales)
    assert known(acme.seller, contact) == [made]
    assert known(acme.helper, contact) == []
    assert known(acme.colleague, contact) == []


def test_the_original_owner_knows_the_blocks_of_linked_departments(acme: SimpleNamespace) -> None:
    contact = shared_contact(acme.owner, acme.sales, phone=NUMBER)
    elsewhere = shared_contact(acme.owner, acme.support)
    made = block(acme.seller, contact, acme.sales)
    by_number = block(acme.seller, None, acme.sales, address=NUMBER)
    block(acme.helper, contact, acme.support)  # not linked: not the owner's to know
    assert known(acme.owner, contact) == [made, by_number]
    assert known(acme.owner, elsewhere) == []


def test_a_personal_owner_knows_no_department_block(acme: SimpleNamespace) -> None:
    contact = ContactFactory(owner=acme.owner, phone=NUMBER)
    block(acme.seller, None, acme.sales, address=NUMBER)
    assert known(acme.owner, contact) == []


def test_an_account_block_is_known_to_everybody_of_the_account(acme: SimpleNamespace) -> None:
    contact = department_contact(acme.sales)
    made = block(acme.owner, contact)
    assert known(acme.seller, contact) == known(acme.colleague, contact) == [made]
    assert not blocking.visible_blocks(UserFactory(), contact)
    assert not set(blocking.blocked_for(UserFactory(account=None, is_staff=True)))


def test_own_lines_are_known_to_their_author(acme: SimpleNamespace) -> None:
    contact = ContactFactory(owner=acme.owner)
    made = block(acme.owner, contact, scope="lines")
    assert known(acme.owner, contact) == [made]
    assert known(acme.colleague, contact) == []


def test_an_address_counts_for_those_who_have_or_had_it(acme: SimpleNamespace) -> None:
    made = block(acme.seller, None, acme.sales, address="ann@site.example")
    contact = department_contact(acme.sales)
    former = EmailFactory(contact=contact, address="Ann@Site.example", former_at=timezone.now())
    assert known(acme.seller, contact) == [made]
    former.delete()
    assert known(acme.seller, contact) == []


def test_lifted_and_ended_blocks_do_not_stand(acme: SimpleNamespace) -> None:
    contact = department_contact(acme.sales)
    today = acme.account.today()
    made = block(acme.seller, contact, acme.sales, until=today)
    assert known(acme.seller, contact) == [made]
    Block.objects.update(until=today - datetime.timedelta(days=1))
    assert known(acme.seller, contact) == []
    Block.objects.update(until=None, lifted_at=timezone.now())
    assert known(acme.seller, contact) == []


def test_rows_ask_once(acme: SimpleNamespace, django_assert_num_queries) -> None:
    contacts = [department_contact(acme.sales) for _ in range(3)]
    block(acme.seller, contacts[1], acme.sales)
    with django_assert_num_queries(1):
        assert blocking.blocked_rows(acme.seller, [contact.pk for contact in contacts]) == {contacts[1].pk}
    with django_assert_num_queries(0):
        assert blocking.blocked_rows(acme.seller, []) == set()


def test_traffic_is_blocked_by_address_and_by_contact(acme: SimpleNamespace) -> None:
    assert not blocking.is_blocked(acme.sales, NUMBER)
    by_number = block(acme.seller, None, acme.sales, address=NUMBER)
    assert blocking.is_blocked(acme.sales, NUMBER)
    assert not blocking.is_blocked(acme.support, NUMBER)
    by_number.delete()
    contact = department_contact(acme.sales)
    block(acme.seller, contact, acme.sales)
    assert blocking.is_blocked(acme.sales, "+12025550199", [contact.pk])
    PhoneFactory(contact=contact, number=NUMBER)
    assert blocking.is_blocked(acme.sales, NUMBER)
    assert not blocking.is_blocked(acme.support, NUMBER, [contact.pk])
    contact.phones.update(former_at=timezone.now())
    assert not blocking.is_blocked(acme.sales, NUMBER)


def test_the_account_blocks_for_every_department_and_own_lines_for_none(acme: SimpleNamespace) -> None:
    contact = ContactFactory(owner=acme.owner, email="Ann@Site.example")
    own = block(acme.owner, contact, scope="lines")
    assert not blocking.is_blocked(acme.sales, "ann@site.example")
    own.delete()
    block(acme.owner, contact)
    assert blocking.is_blocked(acme.sales, "ANN@site.example")
    assert not blocking.is_blocked(DepartmentFactory(), "ann@site.example")
