"""Walks every address with every kind of user: the answer must be the one of the access table.

An address without a row fails; so does a row whose address is gone. Each denial stands beside the kinds of users for
whom the same request works. Every address also refuses the methods it does not have.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from contacts.models import Contact, UndoStep

from .access_table import GROUPS, KINDS, ROWS, Row
from .conftest import World


def addresses(resolver: URLResolver | None = None, space: str = "") -> Iterator[str]:
    """Every named address of the project."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from addresses(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name or entry.pattern}"


def ask(world: World, kind: str, row: Row, method: str | None = None) -> int:
    client = Client()
    if kind != "anonymous":
        client.force_login(world.people[kind])
    url = reverse(row.name, args=world.arguments(row.name)) + (f"?{row.query}" if row.query else "")
    data = {name: world.fill(value) for name, value in row.data.items()}
    return send(client, method or row.method, url, data)


def send(client: Client, method: str, url: str, data: dict[str, str]) -> int:
    response = client.post(url, data) if method == "POST" else getattr(client, method.lower())(url)
    return response.status_code


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_each_kind_of_user_gets_the_answer_of_the_table(world: World, row: Row) -> None:
    answers = {}
    for kind in KINDS:
        with transaction.atomic():
            if row.archived:
                Contact.objects.filter(pk=world.contact.pk).update(archived_at=timezone.now())
            answers[kind] = ask(world, kind, row)
            transaction.set_rollback(True)
    assert answers == dict(zip(KINDS, map(int, row.statuses.split()), strict=True))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_no_address_answers_other_methods(world: World, row: Row) -> None:
    kind = "account_admin" if row.name.startswith("accounts:") else "admin"
    methods = {other.method for other in ROWS if other.name == row.name} | {"HEAD", "OPTIONS"}
    for method in {"PUT", "PATCH", "DELETE", "POST"} - methods:
        with transaction.atomic():
            status = ask(world, kind, row, method)
            transaction.set_rollback(True)
        assert status == 405 or (method == "POST" and status in {303, 422}), (method, status)


def test_every_address_has_a_row() -> None:
    known = {row.name for row in ROWS}
    own = {name for name in addresses() if not name.startswith(tuple(GROUPS))}
    assert own == known


def test_nobody_undoes_for_somebody_else(world: World) -> None:
    step = UndoStep.objects.get(token=world.token)
    client = Client()
    client.force_login(world.people["write"])
    assert client.post(f"/undo/{world.token}/").status_code == 404
    step.refresh_from_db()
    assert step.used_at is None


def test_hidden_and_missing_are_one_answer(world: World) -> None:
    client = Client()
    client.force_login(world.people["stranger"])
    hidden, missing = (client.get(f"/contacts/{pk}/") for pk in (world.contact.pk, 10**9))
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert comparable(hidden, world.contact.pk) == comparable(missing, 10**9)


def comparable(response, pk: int) -> tuple[list[tuple[str, str]], str]:
    """Headers and body without what differs in any two answers: request id, CSRF mask and the path itself."""
    headers = sorted((k, v) for k, v in response.headers.items() if k not in {"X-Request-ID", "Content-Length"})
    lines = response.content.decode().replace(f"/contacts/{pk}/", "/contacts/ID/").splitlines()
    return headers, "\n".join(line for line in lines if "csrf" not in line.lower())
