"""Adding a line: who may, what is read, and what stands then (product.md §2c; contract.md)."""

import uuid

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from conversations import policy
from conversations.models import Channel
from tests.factories_conversations import ChannelFactory

from .lines import Lines

pytestmark = pytest.mark.django_db
NEW = "/channels/new/"


@pytest.fixture
def lines() -> Lines:
    return Lines()


def add(lines: Lines, who: str = "outsider", **data: object):
    return lines.client(who).post(NEW, {"kind": "phone", "address": "(202) 555-0160", "label": "Mine", **data})


def test_everybody_adds_a_line_and_becomes_its_admin(lines: Lines):
    answer = add(lines)
    channel = Channel.objects.get(address="+12025550160")
    assert (answer.status_code, answer["Location"]) == (303, f"/channels/{channel.pk}/")
    assert policy.roles_on(lines.outsider, channel) == {"admin"}
    assert (channel.account, channel.label, channel.created_by) == (lines.account, "Mine", lines.outsider)
    assert channel.has_voice
    assert channel.has_sms
    assert channel.has_mms
    assert channel.has_fax
    assert channel.provider == "simulator"
    assert channel.department is None


def test_it_carries_what_was_ticked(lines: Lines):
    add(lines, carries="1", capabilities=["voice", "fax"])
    channel = Channel.objects.get(address="+12025550160")
    assert [channel.has_voice, channel.has_sms, channel.has_mms, channel.has_fax] == [True, False, False, True]
    refused = add(lines, address="(202) 555-0161", carries="1")
    assert refused.status_code == 422
    assert b"Choose at least one thing" in refused.content


def test_a_department_gets_lines_by_those_who_manage_it(lines: Lines):
    answers = {
        who: add(lines, who, address=f"(202) 555-017{n}", department=lines.sales.pk)
        for n, who in enumerate(("leader", "chief", "operator", "outsider", "stranger"))
    }
    statuses = {who: answer.status_code for who, answer in answers.items()}
    assert statuses == {"leader": 303, "chief": 303, "operator": 403, "outsider": 403, "stranger": 422}
    assert b"Only Admin Operators of Sales and account administrators add its lines" in answers["operator"].content
    made = Channel.objects.get(address="+12025550170")
    assert made.department == lines.sales
    assert not made.grants.exists()
    assert policy.roles_on(lines.operator, made) == {"operator"}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"address": "555-01"}, "short"),
        ({"address": "(202) 555-0160 ext. 5"}, "no extension"),
        ({"address": ""}, "Type its address."),
        ({"kind": "email", "address": "ann.example.com"}, "has no @"),
        ({"kind": "telex"}, "Choose one of the four kinds."),
        ({"label": "x" * 61}, "60 characters"),
        ({"provider": "pigeon"}, "Choose a provider that is on."),
        ({"department": "999999999999999999999"}, "Choose one of your departments."),
        ({"address": "a\0b"}, "Null characters"),
    ],
)
def test_what_cannot_be_read_is_said_and_kept(lines: Lines, data: dict, words: str):
    answer = add(lines, **data)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Channel.objects.filter(created_by=lines.outsider).exists()


def test_a_taken_address_is_told_unless_it_is_archived_or_of_another_kind(lines: Lines):
    ChannelFactory(account=lines.account, address="+12025550160")
    refused = add(lines)
    assert refused.status_code == 422
    assert b"Your account has this line already." in refused.content
    assert add(lines, kind="caller_id").status_code == 303
    assert add(lines, "stranger").status_code == 303  # another account
    Channel.objects.filter(address="+12025550160", kind="phone").update(archived_at="2026-01-01T00:00Z")
    assert add(lines).status_code == 303


def test_an_email_is_in_lower_case_and_mailed(lines: Lines):
    add(lines, kind="email", address="Ann <Sales@Acme.Example>")
    channel = Channel.objects.get(kind="email")
    assert channel.address == "sales@acme.example"
    assert ProcrastinateJob.objects.get(task_name__endswith="send_channel_check").args["channel_id"] == channel.pk


def test_a_chat_gets_a_key_that_nobody_guesses(lines: Lines):
    add(lines, kind="chat", address="Front desk")
    chat = Channel.objects.get(kind="chat")
    assert len(chat.public_key) >= 20
    assert chat.public_key.encode() in lines.client("outsider").get(f"/channels/{chat.pk}/").content
    assert not ProcrastinateJob.objects.filter(task_name__endswith="send_channel_check").exists()


def test_the_same_form_makes_one_line(lines: Lines):
    once = str(uuid.uuid4())
    first, second = (add(lines, once=once) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Channel.objects.filter(created_by=lines.outsider).count() == 1


def test_the_page_offers_the_departments_one_manages(lines: Lines):
    offered = {who: b">Sales</option>" in lines.client(who).get(NEW).content for who in ("leader", "chief", "operator")}
    assert offered == {"leader": True, "chief": True, "operator": False}
    for query in ("?kind=email", "?kind=telex", "?department=x"):
        assert lines.client("leader").get(NEW + query).status_code == 200
