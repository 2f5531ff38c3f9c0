"""Two sessions at once on conversations: the lock decides, nothing is done twice, and nobody gets an error page."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from contacts.models import Contact, DepartmentLink
from contacts.services import archiving, blocks
from contacts_project.core.errors import Refused
from conversations.models import (
    Channel,
    ChannelUserObjectPermission,
    Conversation,
    Interaction,
    InteractionContact,
    Unread,
)
from conversations.reading import thread_for
from conversations.services import delivering, threads
from conversations.services.adding import add_contact
from conversations.services.channel_sharing import remove_access
from conversations.services.channels import archive_channel
from conversations.services.correcting import move, remove
from conversations.services.inbound import apply_event, take_event
from conversations.services.ringing import NotRinging, answer_call, end_call
from conversations.services.sending import CannotSend, cancel, retry, send_message
from departments.models import Operator
from departments.services.operators import remove_operator
from tests.contacts.office import NUMBER
from tests.conversations.lines import Lines
from tests.factories_contacts import ContactFactory, share
from tests.factories_conversations import arrive, department_line, share_channel

from .test_races import meanwhile

pytestmark = pytest.mark.django_db(transaction=True)
UNKNOWN = "+12025550177"


@pytest.fixture
def lines() -> Lines:
    return Lines()


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def queued(lines: Lines) -> Interaction:
    return send_message(lines.writer, channel=lines.line, to=NUMBER, type="sms", body="On our way")


def test_a_call_is_answered_by_one(lines: Lines) -> None:
    call = arrive(lines.office, NUMBER, "call", status="ringing")
    late = meanwhile(lambda: answer_call(lines.leader, call), lambda: answer_call(lines.operator, fresh(call)))
    assert isinstance(late, NotRinging)
    assert late.by == lines.leader
    assert fresh(call).author == lines.leader


def test_a_caller_who_hangs_up_while_somebody_answers(lines: Lines) -> None:
    call = arrive(lines.office, NUMBER, "call", status="ringing")
    late = meanwhile(
        lambda: end_call(call, answered=False),
        lambda: browser(lines.operator).post(f"/calls/{call.pk}/answer/", {"answer": "answer"}).status_code,
    )
    assert late in (200, 303, 409)
    assert (fresh(call).status, fresh(call).is_answered) == ("done", False)


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def test_one_of_two_workers_delivers(lines: Lines) -> None:
    message = queued(lines)
    late = meanwhile(lambda: delivering.claim(message.pk), lambda: delivering.claim(message.pk))
    assert late is None
    assert (fresh(message).status, fresh(message).attempts) == ("sending", 1)


def test_what_is_taken_back_while_its_time_comes_leaves_once_or_not_at_all(lines: Lines) -> None:
    later = timezone.now() + datetime.timedelta(minutes=1)
    message = send_message(lines.writer, channel=lines.line, to=NUMBER, type="sms", body="Later", send_at=later)
    Interaction.objects.filter(pk=message.pk).update(send_at=timezone.now())
    due = meanwhile(lambda: cancel(lines.writer, message), delivering.due_now)
    assert due == []
    assert delivering.claim(message.pk) is None


def test_a_failed_message_is_sent_again_once(lines: Lines) -> None:
    message = queued(lines)
    Interaction.objects.filter(pk=message.pk).update(status="failed")
    late = meanwhile(lambda: retry(lines.writer, message), lambda: retry(lines.admin, message))
    assert isinstance(late, CannotSend)
    assert Interaction.objects.count() == 1


@pytest.mark.parametrize("where", ["messages/", "notes/"])
def test_the_same_form_twice_at_once_is_one(lines: Lines, where: str) -> None:
    thread = arrive(lines.line, UNKNOWN).conversation
    data = {"type": "sms", "body": "Once", "once": str(uuid.uuid4())}
    path = f"/conversations/{thread.pk}/{where}"
    client, again = browser(lines.writer), browser(lines.writer)
    late = meanwhile(lambda: client.post(path, data), lambda: again.post(path, data))
    assert late.status_code in (303, 409)
    assert Interaction.objects.filter(conversation=thread, body="Once").count() == 1


def test_what_arrives_while_it_is_closed_opens_it_again(lines: Lines) -> None:
    thread = arrive(lines.line, UNKNOWN).conversation
    late = meanwhile(
        lambda: threads.close(lines.writer, thread_for(lines.writer, thread.pk)), lambda: arrive(lines.line, UNKNOWN)
    )
    assert isinstance(late, Interaction)
    assert not thread_for(lines.writer, thread.pk).is_closed


def test_two_who_assign_at_once_are_no_error(lines: Lines) -> None:
    thread = arrive(lines.line, UNKNOWN).conversation
    late = meanwhile(
        lambda: threads.assign(lines.writer, thread_for(lines.writer, thread.pk), to=lines.writer),
        lambda: browser(lines.admin).post(f"/conversations/{thread.pk}/assign/", {"user": "me"}).status_code,
    )
    assert late == 303
    assert fresh(thread).assigned_to == lines.admin


def test_a_right_that_is_taken_while_one_sends_stops_the_delivery(lines: Lines) -> None:
    late = meanwhile(lambda: remove_access(lines.admin, lines.line, lines.writer), lambda: queued(lines))
    if isinstance(late, Interaction):  # it was allowed when it began: judged again when it leaves
        assert delivering.claim(late.pk) is None
        assert fresh(late).error == delivering.NO_RIGHT
    with pytest.raises(Exception):  # noqa: B017 - Http404 or Refused
        queued(lines)


def test_a_block_that_comes_between_stops_the_delivery(lines: Lines) -> None:
    message = queued(lines)
    late = meanwhile(
        lambda: blocks.block_address(lines.writer, NUMBER, scope="lines"), lambda: delivering.claim(message.pk)
    )
    assert late is None or fresh(message).status == "sending"  # claimed before the block was there
    assert delivering.claim(message.pk) is None


def test_a_line_keeps_an_admin_whoever_leaves_at_once(lines: Lines) -> None:
    share_channel(lines.line, lines.writer, "admin")
    late = meanwhile(
        lambda: remove_access(lines.admin, lines.line, lines.admin),
        lambda: remove_access(lines.writer, lines.line, lines.writer),
    )
    assert isinstance(late, Exception)
    kept = ChannelUserObjectPermission.objects.filter(content_object=lines.line, permission__codename__contains="admin")
    assert kept.exists()


def test_a_line_that_is_archived_while_one_sends_from_it(lines: Lines) -> None:
    late = meanwhile(lambda: archive_channel(lines.admin, lines.line), lambda: queued(lines))
    assert isinstance(late, CannotSend) or delivering.claim(late.pk) is None


def test_one_event_posted_twice_at_once_is_one(lines: Lines) -> None:
    event = {"id": "e1", "channel_id": lines.office.pk, "at": timezone.now().isoformat(), "call": "e1",
             "channel": lines.office.address, "outside": NUMBER, "type": "sms", "direction": "in",
             "status": "received", "body": "Hello"}  # fmt: skip
    made: list[int | None] = []

    def take() -> int | None:
        made.append(take_event("phones", lines.account.pk, "e1", event))
        return made[-1]

    assert meanwhile(take, take) is None
    (pk,) = filter(None, made)
    meanwhile(lambda: apply_event(pk), lambda: apply_event(pk))
    assert Interaction.objects.filter(body="Hello").count() == 1


def test_one_message_reported_twice_at_once_is_one(lines: Lines) -> None:
    late = meanwhile(
        lambda: arrive(lines.line, NUMBER, external_id="m1"), lambda: arrive(lines.line, NUMBER, external_id="m1")
    )
    assert isinstance(late, Interaction)
    assert Interaction.objects.count() == 1


def test_a_caller_on_two_lines_of_a_department_at_once_is_one_contact(lines: Lines) -> None:
    second = department_line(lines.sales, label="Second")
    late = meanwhile(
        lambda: arrive(lines.office, NUMBER, "call", is_answered=False), lambda: arrive(second, NUMBER, "sms")
    )
    assert isinstance(late, Interaction)
    assert Contact.objects.count() == 1
    assert InteractionContact.objects.filter(contact=Contact.objects.get()).count() == 2


def test_two_messages_of_a_new_thread_at_once_are_one_thread(lines: Lines) -> None:
    late = meanwhile(lambda: arrive(lines.line, UNKNOWN), lambda: arrive(lines.line, UNKNOWN))
    assert isinstance(late, Interaction)
    assert Conversation.objects.count() == 1
    assert Unread.objects.filter(user=lines.reader).count() == 1


@pytest.mark.parametrize("first", ["archive", "arrival"])
def test_what_arrives_while_its_contact_is_removed_restores_it(lines: Lines, first: str) -> None:
    contact = arrive(lines.office, NUMBER).contacts.get()
    acts: list[Callable[[], Any]] = [
        lambda: archiving.archive(lines.leader, [contact.pk]), lambda: arrive(lines.office, NUMBER, body="Late")
    ]  # fmt: skip
    late = meanwhile(*(acts if first == "archive" else acts[::-1]))
    assert not isinstance(late, Exception), late
    text = Interaction.objects.get(body="Late")
    assert list(text.contacts.all()) == [contact]
    live = DepartmentLink.objects.filter(contact=contact, ended_at=None).exists()
    assert (fresh(contact).archived, live) == ((False, True) if first == "archive" else (True, False))


def test_two_who_move_one_entry_at_once(lines: Lines) -> None:
    mine, other = (ContactFactory(owner=lines.admin, account=lines.account) for _ in range(2))
    text = arrive(lines.line, UNKNOWN)
    late = meanwhile(
        lambda: move(lines.admin, text.pk, contact_id=mine.pk), lambda: move(lines.admin, text.pk, contact_id=other.pk)
    )
    assert not isinstance(late, Exception), late
    current = InteractionContact.objects.filter(interaction=text, is_current=True)
    assert list(current.values_list("contact", flat=True)) == [other.pk]


def test_what_is_removed_while_somebody_moves_it(lines: Lines) -> None:
    mine = ContactFactory(owner=lines.admin, account=lines.account)
    text = arrive(lines.line, UNKNOWN)
    late = meanwhile(
        lambda: remove(lines.admin, text.pk),
        lambda: browser(lines.admin).post(f"/interactions/{text.pk}/move/", {"contact": mine.pk}).status_code,
    )
    assert late == 404


def test_two_who_add_the_caller_at_once_are_no_error(lines: Lines) -> None:
    thread = arrive(lines.line, UNKNOWN).conversation
    data = {"given_name": "Ann", "share": "1"}
    late = meanwhile(
        lambda: add_contact(lines.admin, thread, names={"given_name": "Ann"}, shared=True),
        lambda: browser(lines.writer).post(f"/conversations/{thread.pk}/contact/", data).status_code,
    )
    assert late in (200, 303, 422)


def test_two_that_wait_for_each_other_are_told_to_try_again(lines: Lines) -> None:
    """Opposite order of two numbers on two departments' lines: the database ends one, which is no 500."""
    second = department_line(lines.sales, label="Second")

    def both(one: str, two: str) -> Callable[[], list[Interaction]]:
        return lambda: [arrive(lines.office, one), arrive(second, two)]

    late = meanwhile(both(NUMBER, UNKNOWN), both(UNKNOWN, NUMBER))
    assert isinstance(late, (list, OperationalError))
    assert Contact.objects.count() == 2


def test_an_operator_who_is_removed_while_writing_sends_nothing_afterwards(lines: Lines) -> None:
    arrive(lines.office, NUMBER)
    late = meanwhile(
        lambda: remove_operator(lines.leader, Operator.objects.get(user=lines.operator)),
        lambda: send_message(lines.operator, channel=lines.office, to=NUMBER, type="sms", body="Late"),
    )
    assert isinstance(late, (Interaction, Refused, Exception))
    if isinstance(late, Interaction):
        assert delivering.claim(late.pk) is None


def test_a_contact_that_is_unshared_while_one_writes_keeps_what_was_written_in_sight(lines: Lines) -> None:
    contact = share(ContactFactory(owner=lines.admin, account=lines.account, phone=NUMBER), lines.writer, "write")
    late = meanwhile(lambda: share(contact, lines.writer, None), lambda: queued(lines))
    assert isinstance(late, Interaction)
    assert Channel.objects.filter(pk=late.channel_id).exists()
