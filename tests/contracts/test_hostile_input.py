"""No input anywhere gives a 500: every address with nonsense in every field that it or a neighbour knows."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.turns import some_of

from .access_table import ROWS, Row
from .conftest import World

pytestmark = pytest.mark.django_db  # else no test database is made when this file runs alone
NONSENSE = (
    "\0",
    "x" * 20_000,
    "-1",
    "9" * 30,
    "1e400",
    "٣",
    "'; DROP TABLE contacts_contact;--",
    "<script>",
    "\ud83d",
    "../..",
    "[]",
)
FIELDS = (
    "q", "view", "sort", "after", "archived", "kind", "tag", "owner", "import", "col", "select", "page", "field",
    "version", "level", "older", "visibility", "next", "once", "birthday", "time_zone", "language", "tags", "due",
    "user", "access", "until", "body", "text", "path", "message", "answer", "ids", "action", "filter", "emails",
    "successor", "theme", "name", "duplicates", "given_name", "outside_id", "phones-0-number", "phones-0-id",
    "phones-TOTAL_FORMS", "phones-INITIAL_FORMS", "emails-0-address", "emails-TOTAL_FORMS", "addresses-0-country",
    "addresses-TOTAL_FORMS", "websites-0-url", "websites-TOTAL_FORMS",
)  # fmt: skip
ROUNDS = 4  # which addresses share, each another one than its neighbours; EVERY_VALUE=1 asks all everywhere


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_nonsense_in_every_field_is_answered_in_words(world: World, turn: int) -> None:
    nonsense = {name: NONSENSE[(place + turn * 3) % len(NONSENSE)] for place, name in enumerate(FIELDS)}
    for place, row in enumerate(ROWS):
        if row.name == "healthz":  # takes no input, and says 503 where no worker runs
            continue
        asked = [nonsense] if turn in some_of(range(ROUNDS), place) else []
        if turn in some_of(range(ROUNDS), place + 1):
            asked.append({**fields_of(world, row), **_management(NONSENSE[turn])})
        kind = "account_admin" if row.name.startswith("accounts:") else "admin"
        for data in asked:
            with transaction.atomic():
                assert send(world, row, kind, data) < 500, (row.id, turn)
                transaction.set_rollback(True)


def fields_of(world: World, row: Row) -> dict[str, str]:
    return {name: world.fill(text) for name, text in row.data.items()}


def _management(value: str) -> dict[str, str]:
    """Sound fields of the row beside formsets whose management data is nonsense."""
    return {
        f"{prefix}-{part}": value
        for prefix in ("phones", "emails")
        for part in ("TOTAL_FORMS", "INITIAL_FORMS", "0-id")
    }


def send(world: World, row: Row, kind: str, data: dict[str, str]) -> int:
    url = reverse(row.name, args=world.arguments(row.name))
    data = {name: value.encode("utf-8", "replace").decode() for name, value in data.items()}
    return world.visitors.ask(kind, row.method, url, data).status_code


@pytest.mark.parametrize(
    "path", ["/contacts/0/", f"/contacts/{10**18}/", f"/contacts/{2**63}/", f"/contacts/{10**30}/", "/contacts/٣/"]
)
def test_ids_beyond_what_a_database_holds_are_not_found(world: World, path: str) -> None:
    client = Client()
    client.force_login(world.people["admin"])
    assert client.get(path).status_code == 404
