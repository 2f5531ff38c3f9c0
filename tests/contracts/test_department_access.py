"""Walks the addresses of departments with every kind of user: the answer must be the one of its table.

The denial of one kind stands beside the kinds for whom the same request works; other methods answer 405.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from .department_world import KINDS, Row, World
from .tables import ROWS
from .walking import (
    assert_fragments_are_denied,
    assert_no_other_method,
    first_of_each_name,
    standing,
    statuses_of,
    walk,
)

pytestmark = pytest.mark.django_db  # else no test database is made when this file runs alone


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """One world for all rows: each takes back what it did."""
    with standing(World, django_db_blocker) as made:
        yield made


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_each_kind_of_user_gets_the_answer_of_the_table(world: World, row: Row) -> None:
    assert walk(world, row, KINDS) == statuses_of(row, KINDS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_fragment_is_denied_where_the_page_is(world: World, row: Row) -> None:
    assert_fragments_are_denied(world, row, ROWS, KINDS)


@pytest.mark.parametrize("kind", ["anonymous", "inactive"])
def test_a_fragment_sends_a_visitor_to_sign_in(world: World, kind: str) -> None:
    for row in ROWS:
        if statuses_of(row, KINDS)[kind] == 302:
            assert walk(world, row, [kind], HX_Request="true") == {kind: 401}, row.id


@pytest.mark.parametrize("row", first_of_each_name(ROWS), ids=lambda row: row.name)
def test_no_address_answers_other_methods(world: World, row: Row) -> None:
    assert_no_other_method(world, row, ROWS, "admin_operator")
