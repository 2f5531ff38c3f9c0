"""What holds at every address of conversations: no write without CSRF's token or by GET; queries that do not grow."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from contacts_project.accounts.models import User
from tests.factories_contacts import ContactFactory, share
from tests.factories_conversations import arrive, line

from .conversation_tables import ROWS
from .conversation_world import KINDS, NUMBER, ConversationWorld
from .department_world import Row
from .test_department_walks import READERS_OWN, WRITES, cost

pytestmark = pytest.mark.django_db
MACHINES = ("webhook", "twilio")  # signed instead (design/security.md, rule 4); test_events asks them
READ_MARKS = ('"conversations_unread"', '"accounts_notice"')  # what is looked at is read, by oneself
MOST_OF_A_TAB = 16  # queries beyond session and user
SESSION_AND_USER = 2


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[ConversationWorld]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield ConversationWorld()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def undone(world: ConversationWorld) -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def furthest(row: Row) -> str:
    """Whom the table lets do it, the most powerful first; "" where it is refused to everybody."""
    statuses = dict(zip(KINDS, row.statuses.split(), strict=True))
    who = ("admin", "writer", "admin_operator", "account_admin", "reader")
    return next((kind for kind in who if statuses[kind] in ("200", "303")), "")


def rows_that_work(method: str) -> list[Row]:
    """One row that succeeds for each address and thing."""
    rows = {(row.name, row.args, row.query): row for row in reversed(ROWS) if row.method == method and furthest(row)}
    return list(rows.values())


def address(world: ConversationWorld, row: Row) -> str:
    url = reverse(row.name, args=[world.argument(name) for name in row.args or ()])
    return f"{url}?{world.fill(row.query)}" if row.query else url


def test_nothing_is_posted_without_the_token_of_a_form(world: ConversationWorld) -> None:
    names = set()
    for row in rows_that_work("POST"):
        if any(word in row.name for word in MACHINES):
            continue
        data = {name: world.fill(value) for name, value in row.data.items()}
        for checks, expected in ((True, 403), (False, 303)):
            client = Client(enforce_csrf_checks=checks)
            client.force_login(world.people[furthest(row)])
            with transaction.atomic():
                status = client.post(address(world, row), data).status_code
                transaction.set_rollback(True)
            assert status == expected, row.id
        names.add(row.name)
    assert len(names) > 30


def test_nothing_is_written_by_looking(world: ConversationWorld) -> None:
    seen = 0
    for row in rows_that_work("GET"):
        client = Client()
        client.force_login(world.people[furthest(row)])
        with transaction.atomic(), CaptureQueriesContext(connection) as queries:
            seen += client.get(address(world, row)).status_code == 200
            transaction.set_rollback(True)
        wrote = [query["sql"] for query in queries if query["sql"].lstrip().upper().startswith(WRITES)]
        assert [sql for sql in wrote if not any(one in sql for one in (*READERS_OWN, *READ_MARKS))] == [], row.id
    assert seen > 25


def test_what_one_looks_at_is_read_by_oneself_alone(world: ConversationWorld) -> None:
    client = Client()
    client.force_login(world.people["reader"])
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/conversations/{world.thread.pk}/")
    marks = [one["sql"] for one in queries if '"conversations_unread"' in one["sql"] and one["sql"][:6] == "DELETE"]
    assert marks
    assert all(f'"user_id" = {world.people["reader"].pk}' in sql for sql in marks)


# More of everything costs no more queries.


def looks(user: User, path: str, **headers: str) -> Callable[[], object]:
    client = Client(headers=headers)
    client.force_login(user)

    def look() -> None:
        assert client.get(path).status_code == 200, path

    return look


def fill(world: ConversationWorld, number: int, first: int) -> None:
    """So many more contacts with a thread each, interactions in one thread, lines with a thread."""
    admin, now = world.people["admin"], timezone.now()
    for place in range(first, first + number):
        phone = f"+1202555{place:04}"
        share(ContactFactory(owner=admin, account=world.account, phone=phone), world.people["writer"], "read")
        arrive(world.line, phone)
        kind = ("sms", "call", "voicemail", "fax")[place % 4]
        arrive(world.line, NUMBER, kind, at=now - datetime.timedelta(minutes=place))
        arrive(line(world.account, admin=admin), NUMBER)
        ContactFactory(owner=world.people["stranger"], account=world.account, phone=f"+1202556{place:04}")


PATHS = (
    ("/conversations/", {}), ("/conversations/?unread=1", {}), ("/conversations/?view=closed", {}),
    ("/conversations/{thread}/", {}), ("/conversations/{thread}/", {"HX-Request": "true"}),
    ("/contacts/{contact}/conversations/", {}), ("/channels/", {}), ("/channels/{line}/", {}),
    ("/contacts/", {}), ("/contacts/?sort=-last", {}), ("/simulator/", {}),
)  # fmt: skip


def test_queries_do_not_grow_with_what_there_is(world: ConversationWorld) -> None:
    admin, ids = world.people["admin"], {"thread": world.thread.pk, "contact": world.contact.pk, "line": world.line.pk}
    fill(world, 3, 1000)
    asked = [(path.format(**ids), headers) for path, headers in PATHS]
    few = {f"{path} {headers}": cost(looks(admin, path, **headers)) for path, headers in asked}
    fill(world, 12, 2000)
    lots = {f"{path} {headers}": cost(looks(admin, path, **headers)) for path, headers in asked}
    assert {path: (few[path], lots[path]) for path in few if lots[path] > few[path]} == {}


@pytest.mark.parametrize("who", ["admin", "reader"])
def test_the_tab_of_conversations_takes_few_queries(world: ConversationWorld, who: str) -> None:
    fill(world, 5, 3000)
    taken = cost(looks(world.people[who], f"/contacts/{world.contact.pk}/conversations/"))
    assert taken <= MOST_OF_A_TAB + SESSION_AND_USER
