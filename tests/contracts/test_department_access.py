"""Walks the addresses of departments with every kind of user: the answer must be the one of its table.

The denial of one kind stands beside the kinds for whom the same request works; other methods answer 405.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django.plugin import DjangoDbBlocker

from .department_world import KINDS, Row, World
from .tables import ROWS

pytestmark = pytest.mark.django_db  # else no test database is made when this file runs alone


@pytest.fixture(scope="module")
def departments(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """One world for all rows: each takes back what it did."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


def ask(world: World, kind: str, row: Row, method: str = "", **headers: str) -> int:
    client = Client(headers=headers)
    if kind != "anonymous":
        client.force_login(world.people[kind])
    url = reverse(row.name, args=world.arguments(row)) + (f"?{row.query}" if row.query else "")
    data = {name: world.fill(value) for name, value in row.data.items()}
    method = method or row.method
    return (client.post(url, data) if method == "POST" else getattr(client, method.lower())(url)).status_code


def walk(world: World, row: Row, **headers: str) -> dict[str, int]:
    answers = {}
    for kind in KINDS:
        with transaction.atomic():
            world.archive(row)
            answers[kind] = ask(world, kind, row, **headers)
            transaction.set_rollback(True)
    return answers


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_each_kind_of_user_gets_the_answer_of_the_table(departments: World, row: Row) -> None:
    assert walk(departments, row) == dict(zip(KINDS, map(int, row.statuses.split()), strict=True))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_fragment_is_denied_where_the_page_is(departments: World, row: Row) -> None:
    """With HX-Request nobody gets further: 401 for a visitor, and success where the page succeeds."""
    expected = dict(zip(KINDS, map(int, row.statuses.split()), strict=True))
    for kind, status in walk(departments, row, HX_Request="true").items():
        if expected[kind] >= 400:
            assert status == expected[kind], kind
        elif kind in ("anonymous", "inactive", "staff"):
            assert status in {401, 302, 200, 303}, kind
        else:
            assert status in {200, 204, 302, 303}, kind


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_no_address_answers_other_methods(departments: World, row: Row) -> None:
    methods = {other.method for other in ROWS if other.name == row.name} | {"HEAD", "OPTIONS"}
    for method in {"PUT", "PATCH", "DELETE", "GET", "POST"} - methods:
        with transaction.atomic():
            status = ask(departments, "admin_operator", row, method)
            transaction.set_rollback(True)
        assert status == 405 or (method == "POST" and status in {303, 403, 422}), (method, status)
