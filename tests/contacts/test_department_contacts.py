"""A department's own pages of contacts: the collection narrowed to its links, for its operators."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from contacts.models import Contact
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory
from tests.factories_departments import DepartmentFactory, department_contact, operate, shared_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def sales():
    return DepartmentFactory(name="Sales")


@pytest.fixture
def lead(sales):
    """An Admin Operator of Sales."""
    user = UserFactory(account=sales.account)
    operate(sales, user, admin=True)
    return user


@pytest.fixture
def operator(sales):
    user = UserFactory(account=sales.account)
    operate(sales, user)
    return user


def get(user, department, query: str = "", tab: str = "contacts", **headers: str):
    client = Client(headers=headers)
    client.force_login(user)
    return client.get(f"/departments/{department.pk}/{tab}/?{query}")


def ids(response) -> list[int]:
    return [row.id for row in response.context["rows"]]


def test_only_contacts_of_the_department_stand_there(sales, lead):
    other = DepartmentFactory(account=sales.account)
    operate(other, lead)
    mine = department_contact(sales)
    department_contact(other, given_name="Elsewhere")
    ContactFactory(owner=lead)
    assert ids(get(lead, sales)) == [mine.pk]


def test_segments_count_and_narrow_by_kind(sales, lead):
    mine = department_contact(sales)
    shared = shared_contact(UserFactory(account=sales.account), sales)
    caller = department_contact(sales, awaits_name=True, phone="+12025550142")
    answer = get(lead, sales)
    assert [(one["label"], one["count"]) for one in answer.context["segments"]] == [
        ("All", 2), ("Department", 1), ("Shared dept.", 1), ("Unnamed", 1),
    ]  # fmt: skip
    assert ids(answer) == [shared.pk, mine.pk]
    assert ids(get(lead, sales, "kind=shared")) == [shared.pk]
    assert ids(get(lead, sales, "kind=department")) == [mine.pk]
    assert ids(get(lead, sales, tab="unnamed")) == [caller.pk]
    assert 'id="unnamed-count">1<' in answer.content.decode()


def test_the_search_looks_in_the_department_alone_and_finds_callers(sales, lead):
    department_contact(sales)
    caller = department_contact(sales, awaits_name=True, phone="+12025550142")
    ContactFactory(owner=lead, phone="+12025550142")
    assert ids(get(lead, sales, "q=0142")) == [caller.pk]


def test_other_parameters_mean_nothing_here(sales, lead):
    other = DepartmentFactory(account=sales.account)
    mine = department_contact(sales)
    assert ids(get(lead, sales, f"department={other.pk}&view=mine&owner=me")) == [mine.pk]


def test_archived_contacts_stand_behind_the_switch(sales, lead):
    contact = department_contact(sales)
    Contact.objects.filter(pk=contact.pk).update(archived_at=timezone.now())
    assert ids(get(lead, sales)) == []
    answer = get(lead, sales, "archived=1")
    assert ids(answer) == [contact.pk]
    assert 'role="switch" aria-checked="true"' in answer.content.decode()


def test_pages_turn_by_key_within_the_department(sales, lead):
    for number in range(55):
        department_contact(sales, family_name=f"Page {number:02}")
    first = get(lead, sales)
    html = first.content.decode()
    more = re.search(r'hx-get="(/departments/\d+/contacts/\?after=[^"]+)"', html)
    assert more
    assert "50</span>" in html
    rest = get(lead, sales, more.group(1).partition("?")[2], HX_Request="true", HX_Target="rows")
    assert len(re.findall("<tr", rest.content.decode())) == 5


def test_only_admin_operators_are_offered_the_bulk_archive(sales, lead, operator):
    department_contact(sales)
    bar = {user: get(user, sales).content.decode().partition('id="bulk"')[2] for user in (lead, operator)}
    assert 'value="archive"' in bar[lead]
    assert 'value="archive"' not in bar[operator]
    assert f'filter" value="department={sales.pk}' in get(lead, sales).content.decode()


def test_a_bulk_archive_of_the_page_archives_and_comes_back(sales, lead):
    contact = department_contact(sales)
    client = Client()
    client.force_login(lead)
    here = f"/departments/{sales.pk}/contacts/"
    answer = client.post("/contacts/bulk/", {"action": "archive", "ids": contact.pk, "next": here})
    assert (answer.status_code, answer["Location"]) == (303, here)
    contact.refresh_from_db()
    assert contact.archived


def test_a_caller_is_named_in_its_row(sales, operator):
    caller = department_contact(sales, awaits_name=True, phone="+12025550142")
    here = f"/departments/{sales.pk}/unnamed/"
    row = get(operator, sales, tab="unnamed").content.decode().partition(f'data-contact-id="{caller.pk}"')[2]
    assert f'action="/contacts/{caller.pk}/edit/" data-action="name"' in row
    client = Client()
    client.force_login(operator)
    post = {"given_name": "Ann", "version": caller.version, "next": here}
    answer = client.post(f"/contacts/{caller.pk}/edit/", post)
    assert (answer.status_code, answer["Location"]) == (303, here)
    assert ids(get(operator, sales, tab="unnamed")) == []
    assert ids(get(operator, sales)) == [caller.pk]


def test_an_empty_department_says_how_it_fills(sales, operator):
    assert "No contacts yet" in get(operator, sales).content.decode()
    assert "No callers without a name" in get(operator, sales, tab="unnamed").content.decode()
    assert "No contacts match" in get(operator, sales, "q=nobody").content.decode()


def test_an_account_administrator_who_does_not_operate_it_is_refused(sales):
    admin = UserFactory(account=sales.account, is_account_admin=True)
    for tab in ("contacts", "unnamed"):
        assert get(admin, sales, tab=tab).status_code == 403
        assert get(UserFactory(), sales, tab=tab).status_code == 404


@pytest.mark.parametrize("tab", ["contacts", "unnamed"])
def test_the_queries_do_not_grow(sales, lead, django_assert_max_num_queries, tab):
    for _ in range(12):
        department_contact(sales)
        department_contact(sales, awaits_name=True)
    client = Client()
    client.force_login(lead)
    with django_assert_max_num_queries(24):
        assert client.get(f"/departments/{sales.pk}/{tab}/").status_code == 200
