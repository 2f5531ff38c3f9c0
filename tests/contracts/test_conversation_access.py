"""Walks the addresses of conversations and channels with every kind of user: the answer must be the one of its table.

The denial of one kind stands beside the kinds for whom the same request works; other methods answer 405.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django.plugin import DjangoDbBlocker

from .conversation_tables import ROWS
from .conversation_world import KINDS, ConversationWorld
from .department_world import Row

OUTSIDE = ("anonymous", "inactive", "staff")  # sent to sign in, or to the administration
pytestmark = pytest.mark.django_db  # else no test database is made when this file runs alone


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[ConversationWorld]:
    """One world for all rows: each takes back what it did."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield ConversationWorld()
        transaction.set_rollback(True)


def ask(world: ConversationWorld, kind: str, row: Row, method: str = "", **headers: str) -> int:
    client = Client(headers=headers)
    if kind != "anonymous":
        client.force_login(world.people[kind])
    url = reverse(row.name, args=[world.argument(name) for name in row.args or ()]) + (
        f"?{world.fill(row.query)}" if row.query else ""
    )
    data = {name: world.fill(value) for name, value in row.data.items()}
    method = method or row.method
    return (client.post(url, data) if method == "POST" else getattr(client, method.lower())(url)).status_code


def walk(world: ConversationWorld, row: Row, kinds: Iterable[str] = KINDS, **headers: str) -> dict[str, int]:
    answers = {}
    for kind in kinds:
        with transaction.atomic():
            answers[kind] = ask(world, kind, row, **headers)
            transaction.set_rollback(True)
    return answers


def statuses_of(row: Row) -> dict[str, int]:
    return dict(zip(KINDS, map(int, row.statuses.split()), strict=True))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_each_kind_of_user_gets_the_answer_of_the_table(world: ConversationWorld, row: Row) -> None:
    assert walk(world, row) == statuses_of(row)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_fragment_is_denied_where_the_page_is(world: ConversationWorld, row: Row) -> None:
    """With HX-Request nobody gets further; one person for whom the page works stands beside those who are denied."""
    expected = statuses_of(row)
    denied = [kind for kind, status in expected.items() if status >= 400]
    allowed = [kind for kind, status in expected.items() if status < 400 and kind not in OUTSIDE][:1]
    answers = walk(world, row, [*denied, *allowed], HX_Request="true")
    assert {kind: answers[kind] for kind in denied} == {kind: expected[kind] for kind in denied}
    assert all(answers[kind] in {200, 204, 302, 303} for kind in allowed)


@pytest.mark.parametrize("kind", ["anonymous", "inactive"])
def test_a_fragment_sends_a_visitor_to_sign_in(world: ConversationWorld, kind: str) -> None:
    for row in ROWS:
        if statuses_of(row)[kind] == 302:
            assert walk(world, row, [kind], HX_Request="true") == {kind: 401}, row.id


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_no_address_answers_other_methods(world: ConversationWorld, row: Row) -> None:
    methods = {other.method for other in ROWS if other.name == row.name} | {"HEAD", "OPTIONS"}
    for method in {"PUT", "PATCH", "DELETE", "GET", "POST"} - methods:
        with transaction.atomic():
            status = ask(world, "admin", row, method)
            transaction.set_rollback(True)
        assert status == 405 or (method == "POST" and status in {303, 403, 422}), (method, status)
