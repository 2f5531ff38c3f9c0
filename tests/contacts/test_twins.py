"""One person held twice: the two records point to each other, and stand as one in search results, for those who see
both; nobody else learns anything."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from contacts.models import Contact, ContactPhone
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory, EmailFactory, NoteFactory, PhoneFactory, share
from tests.factories_departments import DepartmentFactory, department_contact, operate

pytestmark = pytest.mark.django_db
NUMBER = "+12025550142"


@pytest.fixture
def operator():
    return UserFactory(name="Operator")


@pytest.fixture
def sales(operator):
    department = DepartmentFactory(account=operator.account, name="Sales")
    operate(department, operator)
    return department


@pytest.fixture
def renee(operator):
    """The personal record, of a colleague who operates nothing."""
    return ContactFactory(owner=UserFactory(account=operator.account, name="Mia Owner"), phone=NUMBER)


@pytest.fixture
def of_sales(sales):
    return department_contact(sales, phone=NUMBER, given_name="Renee", family_name="Martinez")


def page(user, path: str) -> str:
    client = Client()
    client.force_login(user)
    return re.sub(r"[A-Za-z0-9]{64}|[0-9a-f-]{36}|\d+:\d\d [ap]m", "", client.get(path).content.decode())


def twins(user, contact) -> list[int]:
    return [int(pk) for pk in re.findall(r'data-twin="(\d+)"', page(user, f"/contacts/{contact.pk}/"))]


def rows(user, query: str) -> list[tuple[int, bool]]:
    """(contact id, stands beneath another) of the collection's lines."""
    found = re.findall(r'<tr( class="k-second")? data-contact-id="(\d+)"', page(user, f"/contacts/?{query}"))
    return [(int(pk), bool(second)) for second, pk in found]


def test_both_records_point_to_each_other_for_whoever_sees_both(operator, renee, of_sales):
    share(renee, operator, "read")
    assert twins(operator, renee) == [of_sales.pk]
    assert twins(operator, of_sales) == [renee.pk]
    assert "Mia Owner" in page(operator, f"/contacts/{of_sales.pk}/")


def test_nobody_is_pointed_to_what_he_or_she_does_not_see(operator, renee, of_sales):
    assert twins(operator, of_sales) == []
    assert twins(renee.owner, renee) == []


def test_every_tab_has_the_line(operator, renee, of_sales):
    share(renee, operator, "read")
    for tab in ("details/", "notes/", "history/", "conversations/", "access/"):
        assert f'data-twin="{of_sales.pk}"' in page(operator, f"/contacts/{renee.pk}/{tab}")


def test_an_email_makes_twins_and_a_former_number_does_not(operator, sales, renee, of_sales):
    share(renee, operator, "read")
    ContactPhone.objects.filter(contact=of_sales).update(former_at=timezone.now())
    assert twins(operator, renee) == []
    EmailFactory(contact=renee, address="renee@x.example")
    EmailFactory(contact=of_sales, address="RENEE@x.example")
    assert twins(operator, renee) == [of_sales.pk]
    assert "with the same email" in page(operator, f"/contacts/{renee.pk}/")


def test_an_archived_record_is_not_pointed_to(operator, renee, of_sales):
    share(renee, operator, "read")
    Contact.objects.filter(pk=of_sales.pk).update(archived_at=timezone.now())
    assert twins(operator, renee) == []


def test_two_personal_records_are_no_twins(operator, renee):
    other = ContactFactory(owner=operator, phone=NUMBER)
    share(renee, operator, "read")
    assert twins(operator, other) == []


def test_nothing_of_the_personal_record_reaches_the_department(operator, sales, of_sales):
    paths = [f"/contacts/{of_sales.pk}/{tab}" for tab in ("", "details/", "notes/", "history/", "access/")]
    paths += ["/contacts/", "/contacts/?q=renee", "/search/?q=renee", "/contacts/count/?q=renee"]
    paths += [f"/departments/{sales.pk}/contacts/"]
    owner = UserFactory(account=operator.account)
    before = [page(operator, path) for path in paths]
    hidden = ContactFactory(owner=owner, phone=NUMBER, email="renee@x.example")
    NoteFactory(contact=hidden, author=hidden.owner, body="Renee wants a discount")
    assert [page(operator, path) for path in paths] == before
    Contact.objects.filter(pk=hidden.pk).update(given_name="Changed", archived_at=timezone.now())
    PhoneFactory(contact=hidden, number="+12025550199")
    assert [page(operator, path) for path in paths] == before


def test_search_shows_one_person_with_both_records_stacked(operator, renee, of_sales):
    share(renee, operator, "read")
    assert rows(operator, "q=renee") == [(renee.pk, False), (of_sales.pk, True)]
    html = page(operator, "/search/?q=renee")
    assert html.count('class="k-hit"') == 1
    stacked = html.partition('class="k-twin"')[2].partition("</ul>")[0]
    assert re.findall(r'data-contact-id="(\d+)" data-kind="(\w+)"', stacked) == [
        (str(renee.pk), "personal"),
        (str(of_sales.pk), "department"),
    ]


def test_the_second_line_has_its_own_box_and_kind(operator, renee, of_sales):
    share(renee, operator, "read")
    line = page(operator, "/contacts/?q=renee").partition('<tr class="k-second"')[2].partition("</tr>")[0]
    assert f'name="ids" value="{of_sales.pk}"' in line
    assert 'data-kind="department"' in line
    assert "Department</span>" in line


def test_whoever_sees_one_of_them_finds_one_line(operator, renee, of_sales):
    assert rows(operator, "q=renee") == [(of_sales.pk, False)]
    assert rows(renee.owner, "q=renee") == [(renee.pk, False)]


def test_without_a_search_the_collection_keeps_its_order(operator, renee, of_sales):
    share(renee, operator, "read")
    assert [second for _, second in rows(operator, "")] == [False, False]


def test_a_twin_that_does_not_fit_the_filter_is_not_drawn_in(operator, renee, of_sales):
    share(renee, operator, "read")
    assert rows(operator, "q=renee&kind=personal") == [(renee.pk, False)]
    assert rows(operator, "q=renee&kind=department") == [(of_sales.pk, False)]
    Contact.objects.filter(pk=renee.pk).update(archived_at=timezone.now())
    assert rows(operator, "q=renee") == [(of_sales.pk, False)]


def test_a_switchboards_number_stacks_nobody(operator, renee, of_sales):
    share(renee, operator, "read")
    for number in range(4):
        ContactFactory(owner=operator, family_name=f"Colleague {number}", phone=NUMBER)
    found = rows(operator, "q=0142")
    assert len(found) == 6
    assert not any(second for _, second in found)


def test_every_record_stands_once_also_where_its_twin_is_on_another_page(operator, sales):
    pairs = []
    for number in range(30):
        phone = f"+1202555{number:04}"
        pairs.append(ContactFactory(owner=operator, given_name="Ann", family_name=f"A{number:02}", phone=phone))
        pairs.append(department_contact(sales, phone=phone, given_name="Ann", family_name=f"Z{number:02}"))
    client = Client()
    client.force_login(operator)
    first = client.get("/contacts/", {"q": "ann"})
    second = client.get("/contacts/", {"q": "ann", "after": first.context["next"]})
    lines = [(row.id, row.second) for answer in (first, second) for row in answer.context["rows"]]
    assert sorted(pk for pk, _ in lines) == sorted(contact.pk for contact in pairs)
    assert [second for _, second in lines] == [False, True] * 30
