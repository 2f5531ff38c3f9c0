"""No input gives a 500 on the addresses of departments: nonsense in every field, and in one field of a sound form."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django.plugin import DjangoDbBlocker

from tests.turns import AT_LENGTH, some_of

from .department_world import KINDS, Row, World
from .tables import ROWS
from .test_hostile_input import NONSENSE
from .walking import standing

pytestmark = pytest.mark.django_db
FIELDS = (
    "scope", "reason", "until", "department", "address", "number", "other_number", "direction", "at", "minutes",
    "outcome", "note", "due", "line", "for", "who", "event", "version", "role", "hue", "description", "admin", "name",
    "to", "existing", "into", "all", "ids", "action", "by", "field", "seen", "answer", "message", "edit", "after",
    "owner", "kind", "q", "archived", "sort", "view", "blocked", "confirm", "user", "access", "body", "visibility",
    "next", "once", "query", "given_name", "text", "phones-0-number", "phones-0-id", "phones-TOTAL_FORMS",
    "emails-0-address", "emails-TOTAL_FORMS",
)  # fmt: skip
NUMBERS = ("-1", "0", "9" * 18, "9" * 19, "9" * 30, "9" * 5000, "1e9", "٣", "²", "1.5", "", "\0")
DAYS = ("2020-01-01", "9999-12-31", "10000-01-01", "0001-01-01", "2026-02-30", "today", "9" * 30, "٢٠٢٧-٠١-٠١")
TIMES = (
    "0001-01-01T00:00", "0001-01-01T00:00+23:59", "9999-12-31T23:59", "9999-12-31T23:59-23:59", "2026-03-08T02:30",
    "2026-11-01T01:30", "2026-11-19", "2026-11-19T25:00", "2026-11-19T09:40:00.1234567Z", "1e400", "20261119T0940",
    "2026-W47-4", "2026-11-19 09:40 PM", "2026-11-19T09:40+99:99", "٢٠٢٦-١١-١٩", "now", "\0",
)  # fmt: skip
WORDS = (
    "\u202egnp.exe",
    "👩‍👩‍👧‍👦" * 60,
    "x" * 11_000,
    "<script>alert(1)</script>",
    "\ufeff",
    "a\r\nSet-Cookie: b",
    "\0",
)
ADDRESSES = ("+1" + "2" * 400, "a@" + "b" * 300, "@", "++", "()", "ext. 5", "+1 202 555 0143 ext. " + "9" * 40, "é@é.é")
PLACES = (
    "0001-01-01T00:00:00+14:00~0~1", "9999-12-31T23:59:59-14:00~0~1", "2026-01-01T00:00:00+00:00~10~2147483647",
    "~~", "MSAwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAw", "MSA5OTk5LTEyLTMxVDIzOjU5OjU5LTE0OjAw", "1.=", "1.AAAA",
    "9007199254740992.0.1", "0.0.0", "-1.0.1", "1.9.9", "9" * 400,
)  # fmt: skip
REFERENCES = (
    "contact:0", "contact:2147483648", "contact:9999999999", "nothing:1", "contact:1:owner_id", "contact:1:archived_at",
    "links:1", "access:1", "blocks:1", "notes:1", " ".join(f"contact:{n}" for n in range(1, 600)), "contact:١",
)  # fmt: skip
SCOPES = ("department:", "department:0", "department:-1", "department:" + "9" * 30, "account", "lines", "")
SOUND = {
    "scope": SCOPES, "reason": WORDS, "until": DAYS, "department": NUMBERS, "address": ADDRESSES,
    "number": (*ADDRESSES, *WORDS), "other_number": ADDRESSES, "direction": WORDS, "at": TIMES, "minutes": NUMBERS,
    "outcome": WORDS, "note": WORDS, "for": (*NUMBERS, "contact"), "who": WORDS, "event": REFERENCES,
    "version": NUMBERS, "role": WORDS, "user": (*NUMBERS, *WORDS), "admin": (*NUMBERS, *WORDS), "name": WORDS,
    "hue": WORDS, "to": WORDS, "existing": WORDS, "into": NUMBERS, "ids": NUMBERS, "after": (*PLACES, *NUMBERS),
    "by": NUMBERS, "owner": NUMBERS, "edit": NUMBERS, "due": DAYS, "line": WORDS, "seen": WORDS, "message": WORDS,
    "next": ("//evil.example", "/contacts/\\evil", "/contacts/?q=\r\nX: y", "javascript:alert(1)", "/contacts/\0"),
}  # fmt: skip
USED = {  # which of them an address takes
    "contacts:contact-block": ("scope", "reason", "until", "next"),
    "contacts:contact-unblock": ("scope", "next"),
    "contacts:contact-ask-block": ("reason",),
    "contacts:contact-suggest": ("message", "name"),
    "contacts:contact-convert": ("to", "existing", "into", "department", "next"),
    "contacts:contact-restore": ("event", "version"),
    "contacts:contact-edit-history": ("after", "by"),
    "contacts:contact-archive": ("department", "next"),
    "contacts:block-list": ("address", "scope", "until", "after"),
    "contacts:department-blocks": ("address", "reason", "until", "after"),
    "contacts:department-contacts": ("after", "owner"),
    "contacts:department-unnamed": ("after",),
    "contacts:department-removed": ("after",),
    "contacts:clean-up": ("ids", "existing", "after"),
    "contacts:department-clean-up": ("owner", "after"),
    "contacts:access-request-answer": ("message", "seen"),
    "conversations:contact-call": ("number", "other_number", "at", "minutes", "outcome", "note", "for", "due", "line"),
    "conversations:department-call": ("number", "at", "minutes", "direction", "who", "due"),
    "conversations:department-activity": ("after",),
    "departments:department-new": ("name", "hue", "admin"),
    "departments:department-edit": ("name", "hue"),
    "departments:department-operators": ("user", "role", "edit"),
    "departments:operator-edit": ("role",),
}


@pytest.fixture(scope="module")
def departments(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with standing(World, django_db_blocker) as made:
        yield made


def furthest(row: Row) -> str:
    """Whom the table lets do it; "" where it is refused to everybody."""
    statuses = dict(zip(KINDS, row.statuses.split(), strict=True))
    who = ("admin_operator", "owner", "account_admin", "reader")
    return next((kind for kind in who if statuses[kind] in ("200", "303")), "")


def addresses() -> dict[str, Row]:
    """A row that succeeds for each address, method and contact."""
    rows = [row for row in ROWS if not row.archived and furthest(row)]
    return {f"{row.method} {row.name} {row.on if row.args is None else '-'.join(row.args)}": row for row in rows}


def send(world: World, row: Row, data: dict[str, str]) -> int:
    url = reverse(row.name, args=world.arguments(row))
    data = {name: value.encode("utf-8", "replace").decode() for name, value in data.items()}
    with transaction.atomic():
        status = world.visitors.ask(furthest(row), row.method, url, data).status_code
        transaction.set_rollback(True)
    return status


ROUNDS = 3


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_nonsense_in_every_field_is_answered_in_words(departments: World, turn: int) -> None:
    nonsense = {name: NONSENSE[(place + turn * 4) % len(NONSENSE)] for place, name in enumerate(FIELDS)}
    for place, (key, row) in enumerate(addresses().items()):
        if turn not in some_of(range(ROUNDS), place):
            continue
        assert send(departments, row, nonsense) < 500, (key, turn)


def shares() -> dict[str, tuple[int, int]]:
    """Key of `addresses` -> which share of the values, out of how many: the contacts of an address share them, and
    where there are few, neighbours take turns. Each value is a request; EVERY_VALUE=1 sends all to every address.
    """
    alike: dict[str, list[str]] = {}
    for key, row in addresses().items():
        if row.name in USED:
            alike.setdefault(f"{row.method} {row.name}", []).append(key)
    least = 1 if AT_LENGTH else 5
    return {
        key: (place + turn, max(len(keys), least))
        for turn, keys in enumerate(alike.values())
        for place, key in enumerate(keys)
    }


@pytest.mark.parametrize("key", shares())
def test_nonsense_in_one_field_of_a_sound_form_is_answered_in_words(departments: World, key: str) -> None:
    row, (place, number) = addresses()[key], shares()[key]
    sound = {name: departments.fill(value) for name, value in row.data.items()}
    assert send(departments, row, sound) < 400  # it is sound
    for field in USED[row.name]:
        for value in SOUND[field][place % number :: number]:
            assert send(departments, row, {**sound, field: value}) < 500, (key, field, value)


BASES = ("departments/{}/", "departments/{}/contacts/", "departments/{}/calls/", "contacts/{}/edit-history/")


@pytest.mark.parametrize("number", ["0", str(10**18), str(2**63), str(10**30), "٣", "-1"])
def test_ids_beyond_what_a_database_holds_are_not_found(departments: World, number: str) -> None:
    client = Client()
    client.force_login(departments.people["admin_operator"])
    for base in BASES:
        assert client.get("/" + base.format(number)).status_code == 404
    posts = [f"/blocks/{number}/lift/", f"/contacts/{number}/restore/"]
    posts += [f"/departments/{departments.department.pk}/{rest}" for rest in (
        f"removed/{number}/restore/", f"clean-up/{number}/remind/", f"blocks/{number}/remove/", f"operators/{number}/",
    )]  # fmt: skip
    assert [client.post(path, {"role": "admin"}).status_code for path in posts] == [404] * len(posts)
    assert client.get(f"/departments/{departments.department.pk}/contacts/").status_code == 200
