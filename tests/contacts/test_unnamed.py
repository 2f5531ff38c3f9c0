"""Callers without a name stand in Unnamed and out of All until they are named (product.md §8)."""

from __future__ import annotations

import pytest

from contacts.models import Contact
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory
from tests.factories_departments import DepartmentFactory, department_contact, operate

pytestmark = pytest.mark.django_db
CALLER = "+12025550142"


@pytest.fixture
def operator(client):
    user = UserFactory()
    client.force_login(user)
    return user


@pytest.fixture
def sales(operator):
    department = DepartmentFactory(account=operator.account, name="Sales")
    operate(department, operator)
    return department


@pytest.fixture
def caller(sales):
    return department_contact(sales, phone=CALLER, awaits_name=True)


def ids(response) -> list[int]:
    return [row.id for row in response.context["rows"]]


def test_a_caller_without_a_name_stands_in_unnamed_alone(client, operator, sales, caller):
    named = department_contact(sales)
    assert ids(client.get("/contacts/")) == [named.pk]
    assert ids(client.get("/contacts/?view=unnamed")) == [caller.pk]
    assert "Callers without a name" in client.get("/contacts/?view=unnamed").content.decode()


def test_a_search_finds_callers_too(client, caller):
    assert ids(client.get("/contacts/?q=0142")) == [caller.pk]


def test_the_view_has_its_own_count(client, operator, sales, caller):
    department_contact(sales)
    context = client.get("/contacts/count/").context
    assert {view["key"]: view["count"] for view in context["views"]} == {"": 1, "mine": 0, "shared": 0, "unnamed": 1}


def test_naming_brings_the_caller_into_all(client, caller):
    answer = client.post(f"/contacts/{caller.pk}/edit/", {"given_name": "Ann", "version": "1"})
    assert answer.status_code == 303
    assert ids(client.get("/contacts/")) == [caller.pk]
    assert ids(client.get("/contacts/?view=unnamed")) == []


def test_an_empty_view_says_what_would_stand_there(client, operator):
    assert "No callers without a name" in client.get("/contacts/?view=unnamed").content.decode()


def test_a_nameless_personal_contact_is_no_caller(client, operator):
    contact = ContactFactory(owner=operator, given_name="", family_name="", phone=CALLER)
    assert ids(client.get("/contacts/")) == [contact.pk]


def test_callers_of_departments_that_one_does_not_operate_are_not_there(client, operator):
    department_contact(DepartmentFactory(account=operator.account), phone=CALLER, awaits_name=True)
    assert ids(client.get("/contacts/?view=unnamed")) == []
    assert ids(client.get("/contacts/?q=0142")) == []


def test_the_filter_of_an_operated_department_is_a_stream_and_of_another_a_condition(client, operator, sales, caller):
    named = department_contact(sales)
    support = DepartmentFactory(account=operator.account, name="Support")
    both = department_contact(sales, support, family_name="Both")
    answer = client.get(f"/contacts/?department={sales.pk}")
    assert ids(answer) == [both.pk, named.pk]
    assert answer.context["filters"].selection.fits is None
    assert ids(client.get(f"/contacts/?department={sales.pk}&view=unnamed")) == [caller.pk]
    assert ids(client.get(f"/contacts/?department={support.pk}")) == [both.pk]
    assert len(ids(client.get(f"/contacts/?department={support.pk}&department={sales.pk}"))) == 2
    assert ids(client.get(f"/contacts/?department={sales.pk}&q=both")) == [both.pk]


def test_a_department_of_another_account_is_an_unknown_value(client, operator, sales):
    contact = department_contact(sales)
    assert ids(client.get(f"/contacts/?department={DepartmentFactory().pk}")) == [contact.pk]


def test_the_address_holds_the_whole_state(client, operator, sales):
    query = f"view=unnamed&q=a&kind=department&department={sales.pk}&owner=me&blocked=1&archived=1&sort=-name"
    filters = client.get(f"/contacts/?{query}").context["filters"]
    assert filters.query() == query


def test_menus_offer_departments_with_their_tags_and_kinds_with_icons(client, operator, sales):
    html = client.get("/contacts/").content.decode()
    menu = html.partition('name="department"')[2].partition("</details>")[0]
    assert 'data-department-tag="Sales"' in menu
    assert html.partition('value="shared"')[2].partition("</label>")[0].count("#users") == 1


def test_kind_and_owner_stand_in_each_row(client, operator, sales):
    support = DepartmentFactory(account=operator.account, name="Support")
    department_contact(sales, support)
    row = client.get("/contacts/").content.decode().partition("data-contact-id")[2].partition("</tr>")[0]
    assert 'title="Sales, Support"' in row
    assert "#building" in row


def test_the_same_number_of_queries_whatever_stands_in_unnamed(client, operator, sales, django_assert_max_num_queries):
    Contact.objects.bulk_create(
        Contact(account=operator.account, kind="department", awaits_name=True) for _ in range(60)
    )
    for contact in Contact.objects.filter(account=operator.account):
        contact.links.create(department=sales)
    with django_assert_max_num_queries(16):
        assert len(ids(client.get("/contacts/?view=unnamed"))) == 50
