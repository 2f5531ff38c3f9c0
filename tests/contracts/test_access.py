"""Walks every address with every kind of user: the answer must be the one of the access table.

An address without a row fails; so does a row whose address is gone. Each denial stands beside the kinds of users for
whom the same request works. Every address also refuses the methods it does not have.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from contacts.models import Contact, UndoStep
from tests.turns import some_of

from .access_table import GROUPS, KINDS, ROWS, Row
from .conftest import World
from .conversation_tables import ROWS as CONVERSATION_ROWS
from .engagement_tables import ROWS as ENGAGEMENT_ROWS
from .tables import ROWS as DEPARTMENT_ROWS
from .walking import as_fragment, first_of_each_name

pytestmark = pytest.mark.django_db  # else no test database is made when this file runs alone


def addresses(resolver: URLResolver | None = None, space: str = "") -> Iterator[str]:
    """Every named address of the project."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from addresses(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name or entry.pattern}"


def ask(world: World, kind: str, row: Row, method: str | None = None, **headers: str) -> int:
    url = reverse(row.name, args=world.arguments(row.name)) + (f"?{row.query}" if row.query else "")
    method = method or row.method
    data = {name: world.fill(value) for name, value in row.data.items()} if method == "POST" else None
    return world.visitors.ask(kind, method, url, data, **headers).status_code


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


@pytest.mark.parametrize("row", first_of_each_name(ROWS), ids=lambda row: row.name)
def test_no_address_answers_other_methods(world: World, row: Row) -> None:
    kind = "account_admin" if row.name.startswith("accounts:") else "admin"
    methods = {other.method for other in ROWS if other.name == row.name} | {"HEAD", "OPTIONS"}
    for method in {"PUT", "PATCH", "DELETE", "POST"} - methods:
        with transaction.atomic():
            status = ask(world, kind, row, method, **as_fragment(method))
            transaction.set_rollback(True)
        assert status == 405 or (method == "POST" and status in {303, 422}), (method, status)


def test_every_address_has_a_row() -> None:
    known = {row.name for table in (ROWS, DEPARTMENT_ROWS, CONVERSATION_ROWS, ENGAGEMENT_ROWS) for row in table}
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


ADMIN_LISTS = {  # who opens which list of the administration: platform staff, and account administrators narrowed
    "accounts_account": {"account_admin", "staff"},
    "accounts_user": {"account_admin", "staff"},
    "contacts_tag": {"account_admin", "staff"},
    "departments_department": {"account_admin", "staff"},
    "departments_operator": {"account_admin", "staff"},
    "contacts_import": {"account_admin", "staff"},
    "contacts_list": {"account_admin", "staff"},
    "engagements_engagement": {"account_admin", "staff"},
    "conversations_channel": {"account_admin", "staff"},
    "conversations_inboundevent": {"account_admin", "staff"},
    "admin_logentry": {"account_admin", "staff"},
    "procrastinate_procrastinatejob": {"staff"},
}


def test_the_administration_holds_these_lists_and_no_other() -> None:
    lists = {name.removeprefix("admin:").removesuffix("_changelist") for name in addresses() if "_changelist" in name}
    assert lists == set(ADMIN_LISTS)


@pytest.mark.parametrize("name", sorted(ADMIN_LISTS))
def test_only_staff_and_account_administrators_open_the_administration(world: World, name: str) -> None:
    url = reverse(f"admin:{name}_changelist")
    answers = {}
    for kind in KINDS:
        answers[kind] = world.visitors.ask(kind, "GET", url).status_code
    assert {kind for kind, status in answers.items() if status == 200} == ADMIN_LISTS[name]
    assert {status for kind, status in answers.items() if kind not in ADMIN_LISTS[name]} <= {302, 403}


def test_no_other_address_of_the_administration_opens_for_others(world: World) -> None:
    """It asks whether somebody is staff or an account administrator, and nothing else: the others take turns."""
    others = ("anonymous", "inactive", "stranger", "other", "read", "write", "admin")
    for turn, name in enumerate(name for name in addresses() if name.startswith("admin:")):
        for arguments in ([], [world.contact.pk], ["accounts"]):
            with contextlib.suppress(NoReverseMatch):
                url = reverse(name, args=arguments)
                for kind in some_of(others, turn, 3):
                    with transaction.atomic():  # the session of somebody deactivated ends with the request
                        status = world.visitors.ask(kind, "GET", url).status_code
                        transaction.set_rollback(True)
                    assert status in {302, 403, 404, 405}, (name, kind)


def test_sign_in_pages_ask_a_visitor_to_sign_in_where_they_must(world: World) -> None:
    answers = {name: Client().get(reverse(name)).status_code for name in addresses() if name in SIGN_IN}
    assert answers == SIGN_IN


SIGN_IN = {
    "account_login": 200,
    "account_logout": 302,
    "account_reset_password": 200,
    "account_change_password": 302,
    "account_signup": 200,  # says "By invitation only"
}
