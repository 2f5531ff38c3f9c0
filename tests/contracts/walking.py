"""Asks the rows of an access table: who gets which answer, as a page, as a fragment and by other methods.

Used by the tests of each table; each row takes back what it did. The people of a world sign in once, as it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any
from unittest import mock

from django.conf import settings
from django.core.signals import got_request_exception
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from contacts import nav_counts
from contacts.services import access_requests
from conversations.templatetags import conversations_nav
from tests.turns import some_of

from .department_world import Row

OUTSIDE = ("anonymous", "inactive", "staff")  # sent to sign in, or to the administration


class Visitors(Client):
    """Asks in the name of each person of a world, with the session that each has from the beginning.

    A request brings the cookie of its session and nothing that an earlier answer left. Other than the client that it
    comes from, it keeps no copies of what templates were given: its answers have no `context`.

    `counts_anew`: for whoever compares pages. Else the two numbers of the sidebar are counted on the first page that a
    person gets and stand on all others: they are most of the work of an error page, and statuses do not depend on them.
    """

    def __init__(self, people: dict[str, Any], *, counts_anew: bool = False) -> None:
        super().__init__()
        self.sessions = {kind: session_of(person) for kind, person in people.items()}
        self.counts = [] if counts_anew else [_once(*one) for one in COUNTS]

    def ask(self, kind: str, method: str, url: str, data: dict[str, Any] | None = None, **headers: str) -> HttpResponse:
        """The answer to this kind of person; who has no session is a visitor. Raises what the view raises."""
        self.cookies.clear()
        if kind in self.sessions:
            self.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[kind]
        send = getattr(self, method.lower())
        return send(url, headers=headers) if data is None else send(url, data, headers=headers)

    def request(self, **request: Any) -> HttpResponse:
        got_request_exception.connect(self.store_exc_info, dispatch_uid="visitors")
        try:
            with ExitStack() as patched:
                for one in self.counts:
                    patched.enter_context(one)
                if self.counts:  # then unread_count is asked, once
                    others = {name: rows for name, rows in nav_counts.FURTHER.items() if name != "unread"}
                    patched.enter_context(mock.patch.dict(nav_counts.FURTHER, others, clear=True))
                answer = self.handler(self._base_environ(**request))
        finally:
            got_request_exception.disconnect(dispatch_uid="visitors")
        self.check_exception(answer)
        return answer


COUNTS = ((access_requests, "answerable_count"), (conversations_nav, "unread_count"))


def _once(module: ModuleType, name: str) -> Any:
    """The patch under which this count of a user's is asked of the database once."""
    count, known = getattr(module, name), {}

    def kept(user: Any) -> int:
        if user.pk not in known:
            known[user.pk] = count(user)
        return known[user.pk]

    return mock.patch.object(module, name, kept)


def session_of(person: Any) -> str:
    client = Client()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@contextmanager
def standing(make: Callable[[], Any], blocker: DjangoDbBlocker, *, counts_anew: bool = False) -> Iterator[Any]:
    """A world for all tests of a module, with its `visitors`: each test takes back what it did, the end everything.

    Its clock stands still: calls ring, codes hold and drafts are fresh for minutes, and a module may take longer.
    """
    stopped = mock.patch("django.utils.timezone.now", return_value=timezone.now())
    with blocker.unblock(), transaction.atomic(), stopped:
        world = make()
        world.visitors = Visitors(world.people, counts_anew=counts_anew)
        yield world
        transaction.set_rollback(True)


def ask(world: Any, kind: str, row: Row, method: str = "", **headers: str) -> int:
    """The status that this kind of person gets."""
    url = reverse(row.name, args=world.arguments(row)) + (f"?{world.fill(row.query)}" if row.query else "")
    method = method or row.method
    data = {name: world.fill(value) for name, value in row.data.items()} if method == "POST" else None
    return world.visitors.ask(kind, method, url, data, **headers).status_code


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


def assert_fragments_are_denied(world: Any, row: Row, rows: Sequence[Row], kinds: Iterable[str]) -> None:
    """With HX-Request nobody gets further; one person for whom the page works stands beside those who are denied.

    Of the people with the same denial, whom the page has been asked by, another one at each row (see tests/turns.py).
    """
    expected, turn = statuses_of(row, kinds), rows.index(row)
    alike: dict[int, list[str]] = {}
    for kind, status in expected.items():
        if status >= 400:
            alike.setdefault(status, []).append(kind)
    denied = [kind for several in alike.values() for kind in some_of(several, turn)]
    allowed = [kind for kind, status in expected.items() if status < 400 and kind not in OUTSIDE][:1]
    answers = walk(world, row, [*denied, *allowed], HX_Request="true")
    assert {kind: answers[kind] for kind in denied} == {kind: expected[kind] for kind in denied}
    assert all(answers[kind] in {200, 204, 302, 303} for kind in allowed)


def first_of_each_name(rows: Iterable[Any]) -> list[Any]:
    """One row of a table for each address: which methods it has does not depend on what it is asked about."""
    return list({row.name: row for row in reversed(list(rows))}.values())[::-1]


def as_fragment(method: str) -> dict[str, str]:
    """Of a method that is refused only the notice is asked for: its page has everything around it.

    A POST is a page's: some addresses take one that their table need not name, and then answer 303 or 422.
    """
    return {} if method == "POST" else {"HX_Request": "true"}


def assert_no_other_method(world: Any, row: Row, rows: Iterable[Row], kind: str) -> None:
    """405 for every method that no row of this address names, asked as somebody who may do most."""
    methods = {other.method for other in rows if other.name == row.name} | {"HEAD", "OPTIONS"}
    for method in {"PUT", "PATCH", "DELETE", "GET", "POST"} - methods:
        with transaction.atomic():
            status = ask(world, kind, row, method, **as_fragment(method))
            transaction.set_rollback(True)
        assert status == 405 or (method == "POST" and status in {303, 403, 422}), (method, status)
