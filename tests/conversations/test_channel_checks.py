"""Proving that a Caller ID or an Email ID is ours (product.md §7)."""

import datetime
import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from conversations import policy
from conversations.models import Channel, ChannelCheck
from conversations.providers.base import DeliveryError, OutcomeUnknown, OutgoingCall, Receipt
from conversations.services import verifying

from .lines import Lines

pytestmark = pytest.mark.django_db
SITE = "https://kithline.example/"


class Recorder:
    """A provider that keeps what it is asked to call, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.calls: list[OutgoingCall] = []
        self.error = error

    def call(self, call: OutgoingCall) -> Receipt:
        self.calls.append(call)
        if self.error:
            raise self.error
        return Receipt("1", "ringing")


@pytest.fixture
def lines() -> Lines:
    cache.clear()
    return Lines()


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    recorder = Recorder()
    monkeypatch.setattr(verifying, "get_provider", lambda name: recorder)
    return recorder


def begin(lines: Lines, channel: Channel) -> None:
    """Ask for it, and let the job run."""
    verifying.ask(lines.admin, channel, send=lambda _: None)
    verifying.deliver(channel.pk, SITE)


def enter(lines: Lines, channel: Channel, code: str, who: str = "admin"):
    return lines.client(who).post(lines.url("verify/", channel), {"code": code})


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_the_code_that_is_read_out_verifies(lines: Lines, provider: Recorder):
    caller = lines.caller()
    assert not policy.usable(lines.writer).filter(pk=caller.pk).exists()
    begin(lines, caller)
    (call,) = provider.calls
    code = call.options["say"]
    assert re.fullmatch(r"\d{6}", code)
    assert (call.to, call.sender) == (caller.address, lines.line.address)
    assert verifying.simulated_code(caller) == code
    assert code not in ChannelCheck.objects.get().secret_hash
    assert b"We called it and read out a code" in lines.client("admin").get(lines.url(channel=caller)).content
    assert enter(lines, caller, f"{code[:3]} {code[3:]}").status_code == 303
    assert policy.usable(lines.writer).filter(pk=caller.pk).exists()
    assert verifying.simulated_code(caller) == ""
    assert enter(lines, caller, "000000").status_code == 303  # verified is verified


def test_five_tries_then_a_new_code_is_needed(lines: Lines, provider: Recorder):
    caller = lines.caller()
    begin(lines, caller)
    code = provider.calls[0].options["say"]
    for n in range(5):
        answer = enter(lines, caller, wrong(code))
        assert answer.status_code == 422
        assert (b"Five wrong codes" if n == 4 else b"This is not the code") in answer.content
    assert enter(lines, caller, code).status_code == 422
    caller.refresh_from_db()
    assert caller.verified_at is None
    cache.clear()  # a minute later
    begin(lines, caller)
    assert enter(lines, caller, code).status_code == 422
    assert enter(lines, caller, provider.calls[1].options["say"]).status_code == 303


def test_a_code_ends_after_ten_minutes(lines: Lines, provider: Recorder):
    caller = lines.caller()
    begin(lines, caller)
    check = ChannelCheck.objects.get()
    assert datetime.timedelta(minutes=9) < check.expires_at - timezone.now() <= datetime.timedelta(minutes=10)
    ChannelCheck.objects.update(expires_at=timezone.now())
    answer = enter(lines, caller, provider.calls[0].options["say"])
    assert answer.status_code == 422
    assert b"This code has ended" in answer.content


def test_no_code_was_sent_yet(lines: Lines):
    caller = lines.caller()
    assert b"There is no code to enter" in enter(lines, caller, "123456").content
    verifying.ask(lines.admin, caller, send=lambda _: None)
    assert enter(lines, caller, "").status_code == 422
    assert enter(lines, caller, "1" * 30).status_code == 422


def test_a_provider_that_refuses_is_told_on_the_page(lines: Lines, provider: Recorder):
    caller = lines.caller()
    provider.error = DeliveryError("The number cannot be reached", permanent=True)
    begin(lines, caller)
    page = lines.client("admin").get(lines.url(channel=caller)).content
    assert b"The number cannot be reached" in page
    assert b"Call again" in page
    assert enter(lines, caller, provider.calls[0].options["say"]).status_code == 422
    cache.clear()
    provider.error = OutcomeUnknown()
    begin(lines, caller)
    assert enter(lines, caller, provider.calls[1].options["say"]).status_code == 303  # it may have rung


def test_another_provider_needs_a_number_to_call_from(lines: Lines, provider: Recorder):
    caller = lines.caller(provider="twilio")
    begin(lines, caller)
    assert not provider.calls
    assert b"add a phone number of the same provider first" in lines.client("admin").get(
        lines.url(channel=caller)
    ).content.replace(b"&#x27;", b"'")
    assert verifying.simulated_code(caller) == ""


def test_again_after_a_minute_and_ten_times_a_day(lines: Lines, provider: Recorder):
    caller = lines.caller()
    send = lines.url("verify/send/", caller)
    client = lines.client("admin")
    assert client.post(send).status_code == 303
    assert client.post(send).status_code == 429
    assert ProcrastinateJob.objects.filter(task_name__endswith="send_channel_check").count() == 1
    (key,) = [f"channel-checks:{name}" for name in [_name(caller)]]
    long_ago = timezone.now() - datetime.timedelta(hours=2)
    cache.set(key, [long_ago] * 9, 9999)
    assert client.post(send).status_code == 303
    cache.set(key, [long_ago] * 10, 9999)
    assert b"Try again tomorrow" in client.post(send).content
    cache.set(key, [timezone.now() - datetime.timedelta(hours=25)] * 10, 9999)
    assert client.post(send).status_code == 303


def _name(channel: Channel) -> str:
    from django.utils.crypto import salted_hmac

    return salted_hmac("channel-check", f"{channel.account_id} {channel.address}", algorithm="sha256").hexdigest()


def test_a_mailed_link_verifies_by_its_button(lines: Lines):
    mailbox = lines.caller(kind="email", address="own@acme.example")
    begin(lines, mailbox)
    (sent,) = mail.outbox
    assert sent.to == ["own@acme.example"]
    link = re.search(r"https://kithline.example(/channels/\d+/verify/\S+)", sent.body)
    assert link
    assert verifying.simulated_code(mailbox) == link[1]
    client = lines.client("admin")
    page = client.get(link[1])
    assert b"Confirm this address" in page.content
    mailbox.refresh_from_db()
    assert mailbox.verified_at is None  # opening it changed nothing
    for who, status in (("writer", 403), ("outsider", 404), ("stranger", 404)):
        assert lines.client(who).post(link[1]).status_code == status
    assert client.post(link[1]).status_code == 303
    mailbox.refresh_from_db()
    assert mailbox.verified_at
    assert b"It is verified already" in client.get(link[1]).content


def test_a_wrong_or_old_link_changes_nothing(lines: Lines):
    mailbox = lines.caller(kind="email", address="own@acme.example")
    begin(lines, mailbox)
    good = verifying.simulated_code(mailbox)
    client = lines.client("admin")
    bad = lines.url("verify/nonsense/", mailbox)
    assert b"This link is used, or too old" in client.get(bad).content
    assert client.post(bad).status_code == 422
    check = ChannelCheck.objects.get()
    assert datetime.timedelta(hours=23) < check.expires_at - timezone.now() <= datetime.timedelta(hours=24)
    ChannelCheck.objects.update(expires_at=timezone.now())
    assert client.post(good).status_code == 422
    mailbox.refresh_from_db()
    assert mailbox.verified_at is None


def test_a_code_cannot_be_tried_out_by_links(lines: Lines, provider: Recorder):
    caller = lines.caller()
    begin(lines, caller)
    code = provider.calls[0].options["say"]
    assert b"This link is used" in lines.client("admin").get(lines.url(f"verify/{code}/", caller)).content
    assert ChannelCheck.objects.get().attempts == 0


def test_a_phone_number_needs_no_check(lines: Lines):
    verifying.ask(lines.admin, lines.line, send=lambda _: pytest.fail("sent"))
    assert not ChannelCheck.objects.exists()
