"""Asks the rows of an access table: who gets which answer, as a page, as a fragment and by other methods.

Used by the tests of each table; each row takes back what it did.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import reverse

from .department_world import Row

OUTSIDE = ("anonymous", "inactive", "staff")  # sent to sign in, or to the administration


def ask(world: Any, kind: str, row: Row, method: str = "", **headers: str) -> int:
    """The status that this kind of person gets."""
    client = Client(headers=headers)
    if kind != "anonymous":
        client.force_login(world.people[kind])
    url = reverse(row.name, args=world.arguments(row)) + (f"?{world.fill(row.query)}" if row.query else "")
    data = {name: world.fill(value) for name, value in row.data.items()}
    method = method or row.method
    return (client.post(url, data) if method == "POST" else getattr(client, method.lower())(url)).status_code


def walk(world: Any, row: Row, kinds: Iterable[str], **headers: str) -> dict[str, int]:
    """Kind -> status, each asked in the world as it stands."""
    answers = {}
    for kind in kinds:
        with transaction.atomic():
            world.archive(row)
            answers[kind] = ask(world, kind, row, **headers)
            transaction.set_rollback(True)
    return answers


def statuses_of(row: Row, kinds: Iterable[str]) -> dict[str, int]:
    return dict(zip(kinds, map(int, row.statuses.split()), strict=True))


def assert_fragments_are_denied(world: Any, row: Row, kinds: Iterable[str]) -> None:
    """With HX-Request nobody gets further; one person for whom the page works stands beside those who are denied."""
    expected = statuses_of(row, kinds)
    denied = [kind for kind, status in expected.items() if status >= 400]
    allowed = [kind for kind, status in expected.items() if status < 400 and kind not in OUTSIDE][:1]
    answers = walk(world, row, [*denied, *allowed], HX_Request="true")
    assert {kind: answers[kind] for kind in denied} == {kind: expected[kind] for kind in denied}
    assert all(answers[kind] in {200, 204, 302, 303} for kind in allowed)


def assert_no_other_method(world: Any, row: Row, rows: Iterable[Row], kind: str) -> None:
    """405 for every method that no row of this address names, asked as somebody who may do most."""
    methods = {other.method for other in rows if other.name == row.name} | {"HEAD", "OPTIONS"}
    for method in {"PUT", "PATCH", "DELETE", "GET", "POST"} - methods:
        with transaction.atomic():
            status = ask(world, kind, row, method)
            transaction.set_rollback(True)
        assert status == 405 or (method == "POST" and status in {303, 403, 422}), (method, status)
