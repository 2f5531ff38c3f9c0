"""No input gives a 500 on the addresses of conversations: nonsense in every field, in one field, in files, signed."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Iterator
from io import BytesIO
from struct import pack

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from PIL import Image
from pytest_django.plugin import DjangoDbBlocker

from conversations import signatures
from conversations.models import Attachment, InboundEvent
from tests.turns import some_of

from .conversation_tables import ROWS
from .conversation_world import NUMBER, ConversationWorld
from .department_world import Row
from .test_conversation_walks import address, furthest, rows_that_work
from .test_department_hostile_input import ADDRESSES, DAYS, NUMBERS, PLACES, TIMES, WORDS
from .test_hostile_input import NONSENSE
from .walking import standing

pytestmark = pytest.mark.django_db
FIELDS = (
    "channel", "department", "type", "direction", "unread", "view", "after", "since", "open", "user", "until", "body",
    "mention", "state", "subject", "files", "send_at", "to", "contact", "template", "from", "sure", "once", "kind",
    "address", "label", "provider", "capabilities", "access", "code", "default", "archived", "edit", "q", "thread",
    "share", "outcome", "note", "name", "number", "at", "minutes", "due", "line", "follow_up", "answer", "email",
    "given_name", "family_name", "company", "behaviour", "result", "key", "leg", "next", "who", "other_number",
)  # fmt: skip
WAYS = (
    "1", ".", "..", "1.sms", "{line}.sms.", "{line}.fax.+12025550142", "{line}.call.+12025550142", "{line}.nothing.x",
    "{line}.email.a@b", "{line}.sms.\0", "{line}.sms." + "9" * 5000, "-1.sms.+12025550142", "{office}.sms." + NUMBER,
)  # fmt: skip
IDS = (*NUMBERS, "{line}", "{office}", "{thread}", "{contact}", "{office_contact}")
KINDS_OF_MESSAGE = ("sms", "mms", "fax", "chat", "email", "call", "note", "voicemail", *WORDS)
MESSAGE = {"body": (*WORDS, "x" * 100_001), "subject": WORDS, "type": KINDS_OF_MESSAGE, "send_at": (*TIMES, *DAYS),
           "channel": IDS, "to": (*ADDRESSES, *WORDS), "contact": IDS, "from": (*WAYS, *WORDS), "once": WORDS,
           "template": IDS}  # fmt: skip
USED: dict[str, dict[str, tuple[str, ...]]] = {  # what an address takes, and nonsense for each
    "conversation-start": MESSAGE, "interaction-retry": {"sure": ("\0",)},
    "conversation-message": {name: MESSAGE[name] for name in ("body", "type", "contact")},
    "conversation-draft": {name: MESSAGE[name] for name in ("body", "type", "once")},
    "contact-draft": {name: MESSAGE[name] for name in ("from", "to")},
    "conversation-snooze": {"until": (*TIMES, *DAYS, *WORDS)},
    "conversation-assign": {"user": (*IDS, *WORDS)},
    "conversation-note": {"body": WORDS, "mention": (*IDS, *WORDS)},
    "conversation-presence": {"state": WORDS},
    "inbox": {"channel": IDS, "department": IDS, "type": WORDS, "view": WORDS,
              "after": PLACES, "since": PLACES, "open": IDS},
    "conversation-detail": {"after": (*PLACES, *NUMBERS), "channel": IDS},
    "contact-conversations": {"thread": (*IDS, "all"), "after": PLACES},
    "channel-new": {"kind": WORDS, "address": (*ADDRESSES, *WORDS), "department": IDS, "provider": WORDS,
                    "capabilities": WORDS, "label": WORDS},
    "channel-detail": {"label": WORDS, "department": IDS}, "channel-default": {"default": WORDS},
    "channel-collaborators": {"user": (*IDS, *WORDS), "access": WORDS, "until": DAYS, "edit": IDS},
    "channel-collaborator": {"access": WORDS, "until": DAYS}, "channel-verify": {"code": (*NUMBERS, *WORDS)},
    "template-new": {"name": WORDS, "subject": WORDS, "body": (*WORDS, "{{", "{{no-such}}", "{{" * 9999)},
    "interaction-edit": {"outcome": WORDS, "note": WORDS},
    "interaction-move": {"contact": (*IDS, *WORDS), "q": WORDS},
    "conversation-who": {"contact": (*IDS, *WORDS), "q": WORDS},
    "conversation-contact": {"given_name": WORDS, "company": WORDS, "share": WORDS},
    "call-answer": {"answer": WORDS},
    "interaction-wrap-up": {"outcome": WORDS, "note": WORDS, "name": WORDS, "follow_up": DAYS, "line": WORDS},
    "my-phone": {"number": (*ADDRESSES, *WORDS)},
    "simulator": {"from": (*ADDRESSES, *WORDS), "channel": (*IDS, *WORDS), "type": WORDS},
    "simulator-events": {"from": (*ADDRESSES, *WORDS), "channel": (*IDS, *WORDS), "type": KINDS_OF_MESSAGE,
                         "outcome": WORDS, "body": WORDS, "subject": WORDS},
    "simulator-call": {"result": WORDS}, "simulator-phone": {"address": (*ADDRESSES, *WORDS), "behaviour": WORDS},
    "chat-messages": {"body": WORDS, "name": WORDS, "email": (*ADDRESSES, *WORDS), "once": WORDS},
}  # fmt: skip


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[ConversationWorld]:
    with standing(ConversationWorld, django_db_blocker) as made:
        yield made


@pytest.fixture(autouse=True)
def undone(world: ConversationWorld) -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def send(world: ConversationWorld, row: Row, data: dict[str, object]) -> int:
    with transaction.atomic():
        answer = world.visitors.ask(furthest(row), row.method, address(world, row), data)
        transaction.set_rollback(True)
    return answer.status_code


def plain(value: str) -> str:
    return value.encode("utf-8", "replace").decode()


@pytest.mark.parametrize("many", [False, True])
def test_nonsense_in_every_field_is_answered_in_words(world: ConversationWorld, many: bool) -> None:
    nonsense: dict[str, object] = {name: plain(NONSENSE[place % len(NONSENSE)]) for place, name in enumerate(FIELDS)}
    if many:  # where one value is expected
        nonsense = {name: [plain(one) for one in NONSENSE[place % 3 :: 3]] for place, name in enumerate(FIELDS)}
    for place, row in enumerate((*rows_that_work("GET"), *rows_that_work("POST"))):
        if many in some_of([False, True], place):
            assert send(world, row, nonsense) < 500, row.id


def test_nonsense_in_one_field_of_a_sound_form_is_answered_in_words(world: ConversationWorld) -> None:
    known = {row.name.partition(":")[2] for row in ROWS}
    assert set(USED) - {"contact-conversations"} <= known
    asked: set[tuple[str, str]] = set()
    for row in (*rows_that_work("GET"), *rows_that_work("POST")):
        name = row.name.partition(":")[2]
        if name not in USED or (name, row.method) in asked:
            continue
        asked.add((name, row.method))
        sound = {field: world.fill(value) for field, value in row.data.items()}
        for place, (field, values) in enumerate(USED[name].items()):
            for value in some_of(values, len(asked) + place):  # each is a request
                told = plain(world.fill(value) if "{l" in value or "{o" in value or value in IDS else value)
                status = send(world, row, {**sound, field: told})
                assert status < 500, (row.id, field, value[:80])


def test_the_tab_of_a_record_takes_any_query(world: ConversationWorld) -> None:
    client = Client()
    client.force_login(world.people["admin"])
    path = f"/contacts/{world.contact.pk}/conversations/"
    for field, values in USED["contact-conversations"].items():
        for value in values:
            assert client.get(path, {field: plain(world.fill(value))}).status_code in (200, 404), (field, value)


@pytest.mark.parametrize("number", ["0", str(10**18), str(2**63), str(10**30), "٣", "-1"])
def test_ids_beyond_what_a_database_holds_are_not_found(world: ConversationWorld, number: str) -> None:
    client = Client()
    client.force_login(world.people["admin"])
    gets = ("conversations/{}/", "channels/{}/", "attachments/{}/", "interactions/{}/mail/", "message-templates/{}/",
            "contacts/{}/conversations/", "interactions/{}/edit/", "channels/{}/collaborators/")  # fmt: skip
    posts = ("conversations/{}/close/", "conversations/{}/notes/", "conversations/{}/draft/", "calls/{}/answer/",
             "calls/{}/hang-up/", "interactions/{}/retry/", "interactions/{}/cancel/", "interactions/{}/wrap-up/",
             "attachments/{}/remove/", "simulator/calls/{}/", "channels/{}/archive/", "conversations/{}/who/",
             "message-templates/{}/remove/")  # fmt: skip
    assert [client.get("/" + path.format(number)).status_code for path in gets] == [404] * len(gets)
    assert [client.post("/" + path.format(number)).status_code for path in posts] == [404] * len(posts)
    collaborator = f"/channels/{world.line.pk}/collaborators/{number}/"
    assert client.post(collaborator, {"access": "read"}).status_code in (404, 422)


# Files.


def png(width: int, height: int) -> bytes:
    """A picture that says it is this large, with next to nothing in it."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return pack(">I", len(content)) + name + content + pack(">I", zlib.crc32(name + content))

    head = chunk(b"IHDR", pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def picture() -> bytes:
    made = BytesIO()
    Image.new("RGB", (9, 9)).save(made, "PNG")
    return made.getvalue()


FILES = {
    "../../etc/passwd": ("text/plain", b"root"), "..\\..\\x.png": ("image/png", b"no picture"),
    "drawing.png": ("image/png", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
    "drawing.svg": ("image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
    "bomb.png": ("image/png", png(60_000, 60_000)),
    "wide.png": ("image/png", png(2**31 - 1, 1)), "cut.png": ("image/png", picture()[:40]),
    "empty.png": ("image/png", b""),
    "page.pdf": ("application/pdf", b"%PDF-1.7 and nothing else"), "page.html.pdf": ("application/pdf", b"<script>"),
    "x" * 400 + ".png": ("image/png", picture()), "\u202egnp.exe": ("image/png", picture()),
    "a\r\nb\".png": ("x/y\r\nz", picture()),
    "sound.mp3": ("audio/mpeg", b"ID3\0\0nothing"), "fax.tiff": ("image/tiff", b"II*\0\xff\xff\xff\xff"),
    "archive.zip": ("application/zip", b"PK\x03\x04" + zlib.compress(b"\0" * 5_000_000)),
    ".": ("", b"a"), "": ("", b"a"),
}  # fmt: skip


@pytest.mark.parametrize("type", ["sms", "fax"])
def test_a_file_is_taken_or_refused_in_words_and_never_shown_as_what_it_is_not(
    world: ConversationWorld, type: str
) -> None:
    client = Client()
    client.force_login(world.people["writer"])
    statuses = {}
    for place, (name, (kind, content)) in enumerate(FILES.items()):
        before = set(Attachment.objects.values_list("pk", flat=True))
        body = f"Typed {place}"
        file = SimpleUploadedFile("stand-in", content, content_type=kind)
        file._name = name
        answer = client.post(f"/conversations/{world.thread.pk}/messages/", {"type": type, "body": body, "files": file})
        assert answer.status_code in (303, 422), (name, answer.status_code)
        assert answer.status_code == 303 or body in answer.content.decode(), name  # what was typed is kept
        statuses[name] = answer.status_code
        for one in Attachment.objects.exclude(pk__in=before):
            check_served(client, one)
    assert statuses["empty.png"] == 422
    assert 303 in statuses.values()


def check_served(client: Client, one: Attachment) -> None:
    served = client.get(f"/attachments/{one.pk}/")
    assert served.status_code == 200, one.name
    assert served["Content-Security-Policy"].startswith("sandbox")
    assert served["X-Content-Type-Options"] == "nosniff"
    assert "svg" not in served["Content-Type"], one.name
    assert "html" not in served["Content-Type"], one.name
    if served["Content-Disposition"].startswith("inline") and served["Content-Type"].startswith("image/"):
        Image.open(BytesIO(served.content)).load()  # what is shown is a picture of ours
    assert "/" not in one.name
    assert "\\" not in one.name
    assert ".." not in str(one.file.name)


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=-0", "bytes=5-2", "bytes=-99999", "bytes=99-", "bytes=0-0,2-3",
                                    "lines=1", "bytes=" + "9" * 15 + "-", "bytes=a-b", "bytes=-"])  # fmt: skip
def test_any_range_of_a_file_is_answered(world: ConversationWorld, header: str) -> None:
    client = Client(headers={"Range": header})
    client.force_login(world.people["reader"])
    assert client.get(f"/attachments/{world.attached.pk}/").status_code in (200, 206, 416)


# Machines.

EVENT = {"id": "e1", "channel": "", "type": "sms", "direction": "in", "from": "+12025550111", "at": ""}
VALUES = (None, True, 0, -1, 10**400, 1e308, [], ["x"], {}, {"a": 1}, "", "\0", "\ud83d", "x" * 200_000, "٣")
BODIES = (
    b"", b"null", b"[]", b"0", b'"x"', b"{", b"\xff\xfe", b"NaN", b'{"a": Infinity}', b"[" * 100_000, b'{"a":' * 50_000,
    b'{"id": "\\ud83d", "at": 1}', b"9" * 10_000, b"id=1&channel=2", b"\0" * 100,
)  # fmt: skip


def signed(world: ConversationWorld, body: bytes, **more: str) -> int:
    at = int(time.time())
    header = f"t={at},v1={signatures.sign(world.secret.secret, at, body)}"
    sent = {"content_type": "application/json", "headers": {"X-Kithline-Signature": header}, **more}
    return Client().post("/webhooks/interactions/", body, **sent).status_code  # type: ignore[arg-type]


def test_nonsense_that_is_signed_is_refused_and_not_stored(world: ConversationWorld) -> None:
    sound = {**EVENT, "channel": world.line.address, "at": "2026-11-20T10:00:00Z"}
    for body in BODIES:
        assert signed(world, body) == 400, body[:40]
    for field in (*EVENT, "body", "duration", "call", "status", "name", "outcome", "to"):
        for value in VALUES:
            assert signed(world, json.dumps({**sound, field: value}).encode()) in (202, 400), (field, value)
    assert signed(world, b"x" * (1024 * 1024 + 1)) == 413
    kept = InboundEvent.objects.count()
    assert signed(world, json.dumps({**sound, "id": "e2"}).encode(), content_type="text/plain") in (202, 400, 415)
    assert InboundEvent.objects.count() <= kept + 1


HEADERS = (
    "",
    "t=,v1=",
    "t=1",
    "v1=" + "0" * 64,
    "t=9" * 400,
    "t=1,v1=" + "é" * 64,
    "t=²,v1=" + "0" * 64,
    "\0",
    "x" * 9000,
)


def test_a_signature_that_is_nonsense_is_none(world: ConversationWorld) -> None:
    for header in HEADERS:
        for path in ("interactions/", "twilio/messages/", "email/postmark/inbound/", "email/../x", "email/\0/"):
            sent = {"headers": {"X-Kithline-Signature": header, "X-Twilio-Signature": header}}
            answer = Client().post(f"/webhooks/{path}", b"{}", content_type="application/json", **sent)  # type: ignore[arg-type]
            status = answer.status_code
            assert 400 <= status < 500, (header[:20], path, status)
    assert not InboundEvent.objects.exists()
