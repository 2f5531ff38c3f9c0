"""The generic webhook: what is signed and well-formed is kept once; everything else is refused and leaves nothing."""

import json
import threading
import time
from collections.abc import Iterator

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from conversations import signatures
from conversations.models import InboundEvent
from conversations.views.webhooks import LARGEST
from tests.factories import AccountFactory
from tests.factories_conversations import ChannelFactory, department_line

from .phones import facts, key, post
from .team import Team

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return Team()


@pytest.fixture
def line(team):
    key(team.account)
    return department_line(team.sales, address="+12025556001")


def nothing_is_stored() -> bool:
    return not InboundEvent.objects.exists() and not ProcrastinateJob.objects.exists()


def test_a_signed_event_is_stored_with_its_job(line):
    response = post(facts(line))
    assert (response.status_code, response.json()) == (202, {"stored": True})
    event = InboundEvent.objects.get()
    assert (event.source, event.account, event.external_id, event.status) == ("phones", line.account, "e1", "waiting")
    assert ProcrastinateJob.objects.get(queue_name="inbound").args == {"event_id": event.pk}


def test_the_same_event_again_is_known(line):
    post(facts(line))
    again = post(facts(line))
    assert (again.status_code, again.json()) == (202, {"stored": False})
    assert InboundEvent.objects.count() == ProcrastinateJob.objects.count() == 1


def test_one_senders_ids_are_no_matter_to_another(line):
    other = ChannelFactory(account=AccountFactory(), address="+12025556002")
    key(other.account, "another key")
    post(facts(line))
    assert post(facts(other), "another key").json() == {"stored": True}


FORGED = {
    "unsigned": "",
    "no time": "v1=" + "a" * 64,
    "no digest": "t=1",
    "words": "hello",
    "two times": "t=1,t=2,v1=" + "a" * 64,
    "short digest": f"t={int(time.time())},v1=abc",
    "wrong digest": f"t={int(time.time())},v1=" + "a" * 64,
    "a huge time": "t=" + "9" * 12 + ",v1=" + "a" * 64,
    "long": "t=1,v1=" + "a" * 2000,
    "many": f"t={int(time.time())}," + ",".join(["v1=" + "a" * 64] * 6),
    "unicode digits": "t=١٢٣,v1=" + "a" * 64,
}


@pytest.mark.parametrize("header", FORGED.values(), ids=FORGED)
def test_a_forged_signature_is_refused(line, header):
    assert post(facts(line), header=header).status_code == 401
    assert nothing_is_stored()


@pytest.mark.parametrize("age", [-302, 302])
def test_a_stale_or_early_signature_is_refused(line, age):
    assert post(facts(line), at=int(time.time()) + age).status_code == 401
    assert nothing_is_stored()


def test_a_signature_of_another_body_or_time_is_refused(line):
    body, at = json.dumps(facts(line)).encode(), int(time.time())
    digest = signatures.sign("a key of the phone system", at, body)
    assert post(body + b" ", header=f"t={at},v1={digest}").status_code == 401
    assert post(body, header=f"t={at + 1},v1={digest}").status_code == 401
    assert nothing_is_stored()
    assert post(body, header=f"t={at},v1={digest}").status_code == 202


def test_without_any_key_everything_is_refused(team):
    assert post(facts(department_line(team.sales)), "").status_code == 401


def test_a_retired_key_signs_nothing_any_more(line, team):
    old, new = key(team.account, "old"), key(team.account, "new")
    at, body = int(time.time()), json.dumps(facts(line)).encode()
    both = ",".join(f"v1={signatures.sign(name, at, body)}" for name in ("old", "new"))
    old.retired_at = new.created_at
    old.save()
    assert post(body, "old").status_code == 401
    assert post(body, header=f"t={at},{both}").status_code == 202


def test_a_named_key_must_be_the_one_that_signed(line, team):
    other = key(AccountFactory(), "another key")
    at, body = int(time.time()), json.dumps(facts(line)).encode()
    digest = signatures.sign("a key of the phone system", at, body)
    assert post(body, header=f"t={at},k={other.pk},v1={digest}").status_code == 401
    other.refresh_from_db()
    assert other.last_used_at is None


def test_a_key_of_the_installation_signs_for_every_account(line, settings):
    settings.KITHLINE_WEBHOOK_SECRETS = ["of all"]
    assert post(facts(line), "of all").status_code == 202
    assert InboundEvent.objects.get().account == line.account


def test_what_is_too_large_is_refused_unread(line):
    assert post(b"a" * (LARGEST + 1)).status_code == 413
    assert nothing_is_stored()


def test_an_unknown_line_and_another_accounts_line_are_refused_alike(line):
    foreign = ChannelFactory(account=AccountFactory(), address="+12025556003")
    answers = [post(facts(line, channel=address)) for address in (foreign.address, "+12025559999", "nonsense")]
    assert {answer.status_code for answer in answers} == {400}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["field"] == "channel"
    assert nothing_is_stored()


def test_a_line_is_known_in_any_common_format(line):
    assert post(facts(line, channel="(202) 555-6001")).status_code == 202


MALFORMED = {
    "no JSON": (b"{", ""),
    "a list": (b"[]", ""),
    "no UTF-8": (b'{"id": "\xff"}', ""),
    "UTF-16": ('{"id": "1"}'.encode("utf-16"), ""),
    "deep": (b"[" * 100_000, ""),
    "no number": (b'{"duration": NaN}', ""),
    "a huge number": (b'{"duration": ' + b"9" * 5000 + b"}", ""),
    "empty": (b"", ""),
    "no id": ({"id": None}, "id"),
    "id is a number": ({"id": 7}, "id"),
    "id with NUL": ({"id": "a\x00b"}, "id"),
    "id is half a pair": ({"id": "\ud800"}, "id"),
    "long id": ({"id": "a" * 151}, "id"),
    "call is a list": ({"call": ["1"]}, "call"),
    "no time": ({"at": None}, "at"),
    "no zone": ({"at": "2026-11-22T14:00:00"}, "at"),
    "nonsense time": ({"at": "yesterday"}, "at"),
    "time is a number": ({"at": 1763820000}, "at"),
    "before time": ({"at": "0001-01-01T00:00:00+14:00"}, "at"),
    "after time": ({"at": "9999-12-31T23:59:59-14:00"}, "at"),
    "unknown type": ({"type": "telegram"}, "type"),
    "email": ({"type": "email"}, "type"),
    "type is a map": ({"type": {}}, "type"),
    "unknown direction": ({"direction": "up"}, "direction"),
    "voicemail out": ({"type": "voicemail", "direction": "out"}, "direction"),
    "unknown status": ({"status": "exploded"}, "status"),
    "no status": ({"status": None}, "status"),
    "no channel": ({"channel": None}, "channel"),
    "channel is a number": ({"channel": 12025556001}, "channel"),
    "from is true": ({"from": True}, "from"),
    "from with NUL": ({"from": "+1\x00202"}, "from"),
    "negative duration": ({"duration": -1}, "duration"),
    "huge duration": ({"duration": 10**30}, "duration"),
    "duration is true": ({"duration": True}, "duration"),
    "duration is text": ({"duration": "12"}, "duration"),
    "fraction": ({"duration": 1.5}, "duration"),
    "body is a map": ({"type": "sms", "status": None, "body": {}}, "body"),
    "body with NUL": ({"type": "sms", "status": None, "body": "a\x00b"}, "body"),
    "long body": ({"type": "sms", "status": None, "body": "a" * 100_001}, "body"),
    "long name": ({"name": "a" * 200}, "name"),
}


@pytest.mark.parametrize(("body", "field"), MALFORMED.values(), ids=MALFORMED)
def test_what_cannot_be_read_names_its_field(line, body, field):
    response = post(facts(line, **body) if isinstance(body, dict) else body)
    assert response.status_code == 400
    assert response.json()["field"] == field
    assert nothing_is_stored()


def test_a_text_with_half_a_character_is_kept(line):
    assert post(facts(line, type="sms", status=None, body="Hi \ud83d")).status_code == 202


def test_the_use_of_a_key_is_noted(line, team):
    secret = key(team.account, "second")
    post(facts(line), "second")
    secret.refresh_from_db()
    first = secret.last_used_at
    assert first
    post(facts(line, id="e2"), "second")
    secret.refresh_from_db()
    assert secret.last_used_at == first


def test_nothing_but_post_is_answered(client):
    assert client.get("/webhooks/interactions/").status_code == 405


@pytest.fixture
def jobs_forgotten(transactional_db) -> Iterator[None]:
    """Jobs are no models that a flush would empty."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


@pytest.mark.usefixtures("jobs_forgotten")
def test_twice_at_once_is_stored_once(team):
    key(team.account)
    event, stored = facts(department_line(team.sales)), []

    def deliver() -> None:
        barrier.wait()
        stored.append(post(event).json()["stored"])
        connection.close()

    barrier = threading.Barrier(4)
    threads = [threading.Thread(target=deliver) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(stored) == [False, False, False, True]
    assert InboundEvent.objects.count() == 1
