"""What holds at every address of departments: no write without CSRF's token or by GET, and queries that do not grow."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.plugin import DjangoDbBlocker

from contacts.models import Block
from tests.contacts.office import NUMBER, Office, make_office
from tests.factories import UserFactory
from tests.factories_departments import DepartmentFactory, department_contact, link, operate

from .department_world import Row, World
from .tables import ROWS

pytestmark = pytest.mark.django_db
WRITES = ("INSERT", "UPDATE", "DELETE")
READERS_OWN = ('"django_session"', '"cache"')  # what a GET may write (design/security.md, rule 4)


@pytest.fixture(scope="module")
def departments(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


def once_each(method: str) -> list[Row]:
    rows = {(row.name, row.on, row.query): row for row in ROWS if row.method == method and not row.archived}
    return list(rows.values())


def who(row: Row) -> str:
    return "owner" if row.on == "shared" else "admin_operator"


def test_nothing_is_posted_without_the_token_of_a_form(departments: World) -> None:
    for row in once_each("POST"):
        url = reverse(row.name, args=departments.arguments(row))
        data = {name: departments.fill(value) for name, value in row.data.items()}
        for checks, refused in ((True, {403}), (False, {200, 303, 403, 404, 422})):
            client = Client(enforce_csrf_checks=checks)
            client.force_login(departments.people[who(row)])
            with transaction.atomic():
                answer = client.post(url, data)
                transaction.set_rollback(True)
            assert answer.status_code in refused, row.id
            assert not checks or b"csrf" in answer.content.lower() or b"form" in answer.content.lower(), row.id


def test_nothing_is_written_by_looking(departments: World) -> None:
    seen = 0
    for row in once_each("GET"):
        client = Client()
        client.force_login(departments.people[who(row)])
        url = reverse(row.name, args=departments.arguments(row)) + (f"?{row.query}" if row.query else "")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            seen += client.get(url).status_code == 200
        wrote = [query["sql"] for query in queries if query["sql"].lstrip().upper().startswith(WRITES)]
        assert [sql for sql in wrote if not any(table in sql for table in READERS_OWN)] == [], row.id
    assert seen > 20


# More of everything costs no more queries.


def cost(act: Callable[[], object]) -> int:
    act()  # content types and the like are looked up once
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)


def holders(office: Office, number: int) -> Callable[[], object]:
    for _ in range(number):
        department_contact(office.sales, phone=NUMBER)
    data = {"direction": "in", "number": NUMBER, "outcome": "answered", "note": ""}
    return lambda: office.client("operator").post(f"/departments/{office.sales.pk}/calls/", data)


def links(office: Office, number: int) -> Callable[[], object]:
    contact = department_contact(office.sales, phone="+12025550111")
    for _ in range(number):
        link(contact, DepartmentFactory(account=office.sales.account))
    return lambda: office.client("admin").get(f"/contacts/{contact.pk}/")


def operators(office: Office, number: int) -> Callable[[], object]:
    for _ in range(min(number, 22)):
        operate(office.sales, UserFactory(account=office.sales.account))
    return lambda: office.client("admin").get(f"/departments/{office.sales.pk}/operators/")


def removed(office: Office, number: int) -> Callable[[], object]:
    for _ in range(number):
        link(department_contact(office.support, phone="+12025550112"), office.sales, ended=True)
    return lambda: office.client("admin").get(f"/departments/{office.sales.pk}/removed/")


def blocked(office: Office, number: int) -> Callable[[], object]:
    for place in range(number):
        address = f"+1202555{place:04}"
        department_contact(office.sales, phone=address)
        Block.objects.create(
            account=office.sales.account, scope="department", department=office.sales, address=address,
            author=office.admin,
        )  # fmt: skip
    return lambda: office.client("operator").get(f"/departments/{office.sales.pk}/blocks/")


def matched(office: Office, number: int) -> Callable[[], object]:
    operate(office.sales, office.owner)
    for _ in range(number):
        department_contact(office.sales, phone=NUMBER)
    return lambda: office.client("owner").get(office.url("convert/"))


@pytest.mark.parametrize("many", [holders, links, operators, removed, blocked, matched])
def test_queries_do_not_grow_with_the_department(many: Callable[[Office, int], Callable[[], object]]) -> None:
    few, lots = (cost(many(make_office(), number)) for number in (2, 20))
    assert lots <= few
