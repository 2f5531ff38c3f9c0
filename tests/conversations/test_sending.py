"""Sending: who may, what is written, and that each message leaves once, whatever dies on the way."""

from __future__ import annotations

import datetime
import threading
from typing import Any

import pytest
from django.db import connection
from django.http import Http404
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from contacts.models import Block, Contact
from contacts_project.core.errors import Refused
from conversations import jobs
from conversations.models import Channel, Draft, Interaction, Mail
from conversations.providers.base import DeliveryError, File, OutcomeUnknown, Receipt
from conversations.services import delivering, opting, sending
from conversations.services.arriving import MailFacts
from conversations.services.sending import Archived, Blocked, CannotSend, OptedOut, record_status, send_message
from conversations.visibility import interactions_visible_to
from tests.factories_contacts import ContactFactory, share
from tests.factories_conversations import ChannelFactory, arrive, department_line, line, share_channel

from .team import NUMBER, Team, ago
from .wire import Wire

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return Team()


@pytest.fixture
def own(team: Team) -> Channel:
    return line(team.account, admin=team.owner, read=team.stranger)


def text(team: Team, channel: Channel, **facts: Any) -> Interaction:
    return send_message(team.owner, **{"channel": channel, "to": NUMBER, "type": "sms", "body": "Hello", **facts})


def later(interaction: Interaction, **span: float) -> None:
    """As if it had been claimed, or had come to wait, some time ago."""
    Interaction.objects.filter(pk=interaction.pk).update(claimed_at=ago(**span), at=ago(**span))


def jobs_of(*interactions: Interaction) -> int:
    """How many jobs these messages have."""
    ids = [one.pk for one in interactions]
    return ProcrastinateJob.objects.filter(task_name=jobs.TASK, args__interaction_id__in=ids).count()


def status(interaction: Interaction) -> str:
    return Interaction.objects.values_list("status", flat=True).get(pk=interaction.pk)


def mailbox(team: Team) -> Channel:
    channel = ChannelFactory(
        account=team.account, kind="email", address="owen@acme.example", verified_at=timezone.now()
    )
    return share_channel(channel, team.owner, "admin")


def test_a_message_its_people_and_its_job_are_one_transaction(team: Team, own: Channel) -> None:
    contact = team.mine(phone=NUMBER)
    sent = text(team, own, to="(202) 555-0142")
    assert (sent.status, sent.outside_address, list(sent.contacts.all())) == ("queued", NUMBER, [contact])
    assert jobs_of(sent) == 1


def test_sending_needs_write_on_the_line(team: Team, own: Channel) -> None:
    with pytest.raises(Refused):
        send_message(team.stranger, channel=own, to=NUMBER, type="sms", body="Hello")
    with pytest.raises(Http404):
        send_message(team.supporter, channel=own, to=NUMBER, type="sms", body="Hello")
    assert text(team, own).author == team.owner


def test_a_departments_message_makes_its_contact(team: Team) -> None:
    sent = send_message(team.operator, channel=department_line(team.sales), to=NUMBER, type="sms", body="Hello")
    assert sent.contacts.get().kind == "department"
    assert not sent.arrived_without_contact


def test_what_one_sends_never_vanishes_before_ones_own_eyes(team: Team, own: Channel) -> None:
    """The number is that of a contact which another reader of the line sees, and the author does not."""
    hidden = ContactFactory(owner=team.stranger, phone=NUMBER)
    sent = text(team, own)
    assert list(sent.contacts.all()) == [hidden]
    assert interactions_visible_to(team.owner).get() == sent


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"body": "  "}, "body"),
        ({"body": "a" * 1601}, "body"),
        ({"to": "555"}, "to"),
        ({"type": "email"}, "type"),
        ({"type": "fax"}, "files"),
        ({"type": "chat"}, "type"),
        ({"type": "call"}, "type"),
        ({"send_at": datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)}, "send_at"),
        ({"files": [File("a", "", b"")]}, "files"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(team: Team, own: Channel, facts: dict, field: str) -> None:
    with pytest.raises(CannotSend) as refusal:
        text(team, own, **facts)
    assert refusal.value.field == field
    assert not Interaction.objects.exists()


def test_a_text_with_a_file_is_a_picture_message_and_one_without_is_none(team: Team, own: Channel) -> None:
    assert text(team, own, files=[File("a.txt", "", b"Hello")]).type == "mms"
    assert text(team, own, type="mms").type == "sms"
    Channel.objects.filter(pk=own.pk).update(has_mms=False)
    own.refresh_from_db()
    with pytest.raises(CannotSend):
        text(team, own, files=[File("a.txt", "", b"Hello")])


def test_archived_and_unverified_lines_send_nothing(team: Team, own: Channel) -> None:
    box = mailbox(team)
    Channel.objects.update(archived_at=timezone.now(), verified_at=None)
    for channel in (own, box):
        channel.refresh_from_db()
        with pytest.raises(CannotSend):
            text(team, channel)
        channel.archived_at = None
    with pytest.raises(CannotSend):
        text(team, box, type="email", to="ann@example.com")


def test_blocked_opted_out_and_archived_are_refused_and_make_nobody(team: Team, own: Channel) -> None:
    office, before = department_line(team.sales), Contact.objects.count()
    block = Block.objects.create(account=team.account, scope="account", address=NUMBER, author=team.leader)
    for channel, author in ((own, team.owner), (office, team.operator)):
        with pytest.raises(Blocked):
            send_message(author, channel=channel, to=NUMBER, type="sms", body="Hello")
    block.delete()
    opting.heed_words(own, NUMBER, " Stop ")
    for channel, author in ((own, team.owner), (office, team.operator)):
        with pytest.raises(OptedOut):
            send_message(author, channel=channel, to=NUMBER, type="sms", body="Hello")
    assert Contact.objects.count() == before
    opting.heed_words(own, NUMBER, "START")
    contact = team.mine(phone=NUMBER, archived_at=timezone.now())
    with pytest.raises(Archived):
        text(team, own)
    Contact.objects.filter(pk=contact.pk).update(archived_at=None)
    assert text(team, own).status == "queued"


def test_a_mail_stands_behind_the_last_of_its_thread(team: Team) -> None:
    """RFC 5322 §3.6.4: the parent's references and its id."""
    box = mailbox(team)
    facts = MailFacts(message_id="<b@x>", in_reply_to="<a@x>", references="<a@x>")
    first = arrive(box, "ann@example.com", "email", subject="Gate", mail=facts)
    reply = send_message(
        team.owner, channel=box, to="", type="email", body="At 7", conversation=first.conversation
    )  # fmt: skip
    mail = Mail.objects.get(interaction=reply)
    assert (reply.subject, mail.in_reply_to, mail.references) == ("Re: Gate", "<b@x>", "<a@x> <b@x>")
    assert mail.message_id.endswith("@acme.example>")


def test_a_message_is_handed_over_once_with_its_key(team: Team, own: Channel, wire: Wire) -> None:
    sent = text(team, own, files=[File("a.txt", "", b"Bay 2")])
    jobs.deliver(sent.pk)
    jobs.deliver(sent.pk)  # delivered at least once: the second finds nothing to do
    assert [(one.key, one.to, one.body, one.files[0].content) for one in wire.sent] == [
        (f"kithline-{sent.pk}", NUMBER, "Hello", b"Bay 2")
    ]
    sent.refresh_from_db()
    assert (sent.status, sent.external_id, sent.attempts) == ("sent", "W1", 1)


def test_rights_blocks_and_opting_out_are_judged_again_when_it_leaves(team: Team, own: Channel, wire: Wire) -> None:
    steps = {
        delivering.OPTED_OUT: lambda: opting.heed_words(own, NUMBER, "STOP"),
        delivering.NO_RIGHT: lambda: share_channel(own, team.owner, "read"),
        delivering.LINE_GONE: lambda: Channel.objects.filter(pk=own.pk).update(archived_at=timezone.now()),
    }
    waiting = {reason: text(team, own) for reason in steps}
    for reason, happens in steps.items():
        happens()
        jobs.deliver(waiting[reason].pk)
        assert Interaction.objects.get(pk=waiting[reason].pk).error == reason
    assert wire.sent == []


def test_a_temporary_failure_is_tried_again_with_growing_waits_for_a_day(team: Team, own: Channel, wire: Wire) -> None:
    sent = text(team, own)
    waits = []
    for _ in range(4):
        wire.answers.append(DeliveryError("The carrier is busy", permanent=False))
        jobs.deliver(sent.pk)
        sent.refresh_from_db()
        assert (sent.status, sent.error) == ("queued", "The carrier is busy")
        waits.append(round((sent.send_at - timezone.now()).total_seconds() / 60))
        jobs.deliver(sent.pk)  # too early: nothing is handed over
        Interaction.objects.filter(pk=sent.pk).update(send_at=ago(seconds=1))
    assert waits == [1, 2, 4, 8]
    assert len(wire.sent) == 4
    planned = ProcrastinateJob.objects.filter(args__interaction_id=sent.pk, scheduled_at__isnull=False)
    assert planned.count() == 4
    wire.answers.append(DeliveryError("The carrier is busy", permanent=False))
    later(sent, hours=24)
    jobs.deliver(sent.pk)
    sent.refresh_from_db()
    assert sent.status == "failed"
    assert sent.error.startswith("Given up after a day")


def test_a_permanent_failure_and_a_provider_that_is_off_end_it(team: Team, own: Channel, wire: Wire) -> None:
    wire.answers.append(DeliveryError("No such number", permanent=True))
    refused = text(team, own)
    jobs.deliver(refused.pk)
    wire.on = False
    off = text(team, own)
    jobs.deliver(off.pk)
    errors = list(Interaction.objects.filter(status="failed").order_by("pk").values_list("error", flat=True))
    assert errors == ["No such number", delivering.NOT_ON]


def test_what_may_have_left_is_unknown_asked_about_and_never_sent_again(team: Team, own: Channel, wire: Wire) -> None:
    lost, broken, hung = text(team, own), text(team, own), text(team, own)
    wire.answers += [OutcomeUnknown("Timed out"), RuntimeError("a bug")]
    jobs.deliver(lost.pk)
    jobs.deliver(broken.pk)
    delivering.claim(hung.pk)  # its worker died here
    jobs.sweep_messages(0)
    assert (status(lost), status(broken), status(hung)) == ("unknown", "unknown", "sending")
    later(hung, minutes=6)
    jobs.sweep_messages(0)
    assert status(hung) == "unknown"
    wire.known[delivering.key_of(lost.pk)] = Receipt("W9", "delivered")
    later(lost, minutes=6)
    jobs.ask_about_unknown_messages(0)
    lost.refresh_from_db()
    assert (lost.status, lost.external_id) == ("delivered", "W9")
    jobs.deliver(broken.pk)
    assert len(wire.sent) == 2


def test_reports_in_any_order_end_at_the_same_status(team: Team, own: Channel, wire: Wire) -> None:
    sent = text(team, own)
    wire.meanwhile = lambda: record_status(sent.pk, "delivered", external_id="W1")  # the report is quicker than we
    jobs.deliver(sent.pk)
    for late in ("sent", "failed", "unknown", "delivered"):
        assert record_status((own, "W1"), late) == sent
        assert status(sent) == "delivered"
    assert record_status((own, "W2"), "sent") is None
    assert record_status((own, ""), "sent") is None


def test_a_message_for_later_leaves_at_its_time_and_can_be_taken_back(team: Team, own: Channel, wire: Wire) -> None:
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    planned, cancelled = text(team, own, send_at=tomorrow), text(team, own, send_at=tomorrow, body="Not this")
    jobs.sweep_messages(0)
    assert (status(planned), jobs_of(planned, cancelled)) == ("scheduled", 0)
    draft = sending.cancel(team.owner, cancelled)
    assert draft == Draft.objects.get(user=team.owner, body="Not this")
    Interaction.objects.update(send_at=ago(minutes=1))
    jobs.sweep_messages(0)
    jobs.sweep_messages(0)
    assert jobs_of(planned, cancelled) == 1
    for each in (planned, cancelled):
        jobs.deliver(each.pk)
    assert [one.body for one in wire.sent] == ["Hello"]
    with pytest.raises(CannotSend):
        sending.cancel(team.owner, planned)


def test_a_message_whose_job_was_lost_gets_another(team: Team, own: Channel) -> None:
    sent = text(team, own)
    later(sent, minutes=11)
    jobs.sweep_messages(0)
    assert jobs_of(sent) == 1  # it waits, only late
    ProcrastinateJob.objects.all()._raw_delete("default")
    jobs.sweep_messages(0)
    assert jobs_of(sent) == 1


def test_sent_again_is_the_same_message_only_if_nobody_ever_took_it(team: Team, own: Channel, wire: Wire) -> None:
    wire.answers += [DeliveryError("No", permanent=True), Receipt("W1", "failed"), OutcomeUnknown()]
    refused, taken, unknown = text(team, own), text(team, own), text(team, own)
    for each in (refused, taken, unknown):
        jobs.deliver(each.pk)
    assert sending.retry(team.owner, refused) == refused
    assert status(refused) == "queued"
    for each, stays in ((taken, "failed"), (unknown, "unknown")):
        again = sending.retry(team.owner, each)
        assert again != each
        assert status(each) == stays
    with pytest.raises(CannotSend):
        sending.retry(team.owner, refused)
    share(team.mine(phone="+12025550199"), team.stranger, "read")
    with pytest.raises(Refused):
        sending.retry(team.stranger, taken)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_it_once(
    team: Team, own: Channel, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "enqueue", lambda pk: None)  # the table of jobs is not emptied between tests
    sent = text(team, own)
    start = threading.Barrier(2)

    def work() -> None:
        start.wait(5)
        try:
            delivering.carry(sent.pk)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join(10)
    assert len(wire.sent) == 1
    assert status(sent) == "sent"
