"""Department tags: by link on department and shared records, derived on personal ones, and never for other eyes."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.department_tags import department_tags, operated_by, removable_from
from contacts.models import Contact, ContactPhone, FollowUp
from contacts.rows import read_rows
from contacts_project.accounts import grants
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory, EmailFactory, PhoneFactory, share
from tests.factories_departments import DepartmentFactory, department_contact, link, operate, shared_contact

pytestmark = pytest.mark.django_db
NUMBER = "+12025550142"


@pytest.fixture
def seller():
    """Operates Sales; has a personal contact of a colleague, shared with Write."""
    return UserFactory(name="Seller")


@pytest.fixture
def sales(seller):
    department = DepartmentFactory(account=seller.account, name="Sales", hue="indigo")
    operate(department, seller)
    return department


@pytest.fixture
def renee(seller):
    contact = ContactFactory(owner=UserFactory(account=seller.account), phone=NUMBER)
    return share(contact, seller, "write")


def names(user, contact) -> list[str]:
    return [tag.name for tag in department_tags(user, [(contact.pk, contact.kind)]).get(contact.pk, ())]


def page(user, path: str) -> str:
    """What this person sees there, without tokens and clocks, which differ each time."""
    client = Client()
    client.force_login(user)
    return re.sub(r"[A-Za-z0-9]{64}|[0-9a-f-]{36}|\d+:\d\d [ap]m", "", client.get(path).content.decode())


def shown(html: str) -> list[str]:
    return re.findall(r'data-department-tag="([^"]*)"', html)


def test_a_personal_record_has_the_tag_of_a_department_that_the_viewer_operates(seller, sales, renee):
    department_contact(sales, phone=NUMBER)
    assert names(seller, renee) == ["Sales"]
    assert names(renee.owner, renee) == []


def test_an_email_counts_whatever_its_case(seller, sales, renee):
    EmailFactory(contact=renee, address="Renee@Harbor.example")
    department_contact(sales, email="renee@harbor.EXAMPLE")
    assert names(seller, renee) == ["Sales"]


@pytest.mark.parametrize("whose", ["personal", "department"])
def test_former_addresses_count_on_neither_side(seller, sales, renee, whose):
    other = department_contact(sales, phone=NUMBER)
    holder = renee if whose == "personal" else other
    ContactPhone.objects.filter(contact=holder).update(former_at=timezone.now())
    assert names(seller, renee) == []


def test_an_archived_contact_an_ended_link_and_another_department_give_no_tag(seller, sales, renee):
    support = DepartmentFactory(account=seller.account, name="Support")
    department_contact(support, phone=NUMBER)
    link(department_contact(sales, support, phone=NUMBER), sales, ended=True)
    archived = department_contact(sales, phone=NUMBER)
    Contact.objects.filter(pk=archived.pk).update(archived_at=timezone.now())
    assert names(seller, renee) == []


def test_the_same_number_in_another_account_gives_no_tag(seller, sales, renee):
    foreign = DepartmentFactory()
    department_contact(foreign, phone=NUMBER)
    assert names(seller, renee) == []


def test_a_shared_contact_of_the_department_counts_too(seller, sales, renee):
    shared_contact(renee.owner, sales, phone=NUMBER)
    assert names(seller, renee) == ["Sales"]


@pytest.mark.usefixtures("still_clock")
def test_whoever_operates_nothing_sees_the_same_bytes_with_and_without_the_department_contact(sales, renee):
    paths = ["/contacts/", f"/contacts/{renee.pk}/", "/search/?q=renee", "/contacts/?q=renee"]
    before = [page(renee.owner, path) for path in paths]
    department_contact(sales, phone=NUMBER, given_name="Renee")
    assert [page(renee.owner, path) for path in paths] == before


def test_a_department_record_shows_one_tag_for_each_link_first_link_first_to_all_who_see_it(seller, sales):
    support = DepartmentFactory(account=seller.account, name="Support")
    gone = DepartmentFactory(account=seller.account, name="Gone")
    contact = department_contact(sales, support, gone)
    link(contact, gone, ended=True)
    reader = UserFactory(account=seller.account)
    share(contact, reader, "read")
    assert names(seller, contact) == names(reader, contact) == ["Sales", "Support"]


def test_an_archived_record_keeps_the_tags_of_its_ended_links(seller, sales):
    contact = department_contact(sales)
    link(contact, sales, ended=True)
    Contact.objects.filter(pk=contact.pk).update(archived_at=timezone.now())
    assert names(seller, contact) == ["Sales"]


def test_the_tag_stands_beneath_the_name_wherever_the_contact_is_a_row_or_a_headline(seller, sales, renee):
    department_contact(sales, phone=NUMBER)
    FollowUp.objects.create(contact=renee, user=seller, due=timezone.localdate(), text="Ring")
    for path in ("/contacts/?view=shared", "/today/", "/search/?q=renee", *tabs(renee)):
        html = page(seller, path)
        assert "Sales" in shown(html.partition('id="main"')[2]), path


def tabs(contact) -> list[str]:
    rest = ("", "details/", "history/", "conversations/", "notes/", "access/")
    return [f"/contacts/{contact.pk}/{tab}" for tab in rest]


def test_the_hint_at_duplicates_shows_it(seller, sales):
    department_contact(sales, phone=NUMBER)
    html = page(seller, "/contacts/new/duplicates/?phones-0-number=%2B12025550142&phones-TOTAL_FORMS=1")
    assert shown(html) == ["Sales"] or "data-contact-id" not in html


def test_lists_show_two_and_the_record_three_then_the_others_open_in_place(seller):
    departments = [DepartmentFactory(account=seller.account, name=f"Team {n}") for n in range(5)]
    operate(departments[0], seller)
    contact = department_contact(*departments)
    for path, openly in (("/contacts/", 2), (f"/contacts/{contact.pk}/", 3)):
        html = page(seller, path).partition("data-contact-id")[2]
        before, _, behind = html.partition('<details class="k-plus">')
        assert len(shown(before)) == openly
        assert f"+{5 - openly}" in behind
        assert shown(html)[:5] == [f"Team {n}" for n in range(5)]


def test_a_record_with_four_shows_them_all(seller):
    departments = [DepartmentFactory(account=seller.account, name=f"Team {n}") for n in range(4)]
    operate(departments[0], seller)
    assert "k-plus" not in page(seller, f"/contacts/{department_contact(*departments).pk}/")


def test_names_of_departments_are_escaped(seller):
    department = DepartmentFactory(account=seller.account, name='"><b>Sales')
    operate(department, seller)
    html = page(seller, f"/contacts/{department_contact(department).pk}/")
    assert "<b>Sales" not in html


def test_an_admin_operator_may_remove_from_own_departments_while_another_link_is_live(seller, sales):
    support = DepartmentFactory(account=seller.account, name="Support")
    operate(sales, seller, admin=True)
    alone, both = department_contact(sales), department_contact(sales, support)
    tags, operated = department_tags(seller, [(one.pk, one.kind) for one in (alone, both)]), operated_by(seller)
    assert removable_from("department", tags[alone.pk], operated) == ()
    assert [tag.name for tag in removable_from("department", tags[both.pk], operated)] == ["Sales"]
    assert removable_from("shared", tags[both.pk], operated) == ()


def many(seller, number, phones=NUMBER):
    """Personal contacts that the seller reads, all with the number of a switchboard."""
    owner = UserFactory(account=seller.account)
    made = Contact.objects.bulk_create(
        Contact(account=owner.account, owner=owner, created_by=owner, family_name=f"P{n:04}") for n in range(number)
    )
    grants.set_level(Contact.grants.rel.related_model, made, [owner], "admin", by=owner)
    grants.set_level(Contact.grants.rel.related_model, made, [seller], "read", by=owner)
    ContactPhone.objects.bulk_create(ContactPhone(contact=contact, number=phones) for contact in made)
    return made


def test_a_page_costs_the_same_few_queries_whatever_its_size(seller, sales):
    department_contact(sales, phone=NUMBER)
    made = many(seller, 60)
    costs = []
    for size in (2, 50):
        ids = [contact.pk for contact in made[:size]]
        with CaptureQueriesContext(connection) as queries:
            rows = read_rows(seller, ids)
        assert {tag.name for row in rows for tag in row.departments} == {"Sales"}
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 6  # rows, actions, operated, links or derived tags, blocks
    stranger = made[0].owner
    with CaptureQueriesContext(connection) as queries:
        read_rows(stranger, [contact.pk for contact in made[:50]])
    assert len(queries) == 5  # rows, actions, operated, blocks, hours to call


def test_a_number_that_a_thousand_hold_costs_no_more(seller, sales, renee):
    many(seller, 1000)
    with CaptureQueriesContext(connection) as queries:
        assert names(seller, renee) == []
    assert len(queries) == 2
    department_contact(sales, phone=NUMBER)
    assert names(seller, renee) == ["Sales"]


def test_a_second_number_is_looked_up_as_well(seller, sales, renee):
    PhoneFactory(contact=renee, number="+12025550199", is_primary=True)
    department_contact(sales, phone=NUMBER)
    assert names(seller, renee) == ["Sales"]
