"""What an event of a phone system does: in any order, once, and what cannot be applied waits for an administrator."""

import datetime
import json

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from contacts.models import Block
from conversations import jobs_inbound
from conversations.models import InboundEvent, Interaction, Unread
from conversations.phone_events import PhoneEvent, read_event
from conversations.services import inbound
from conversations.services.generic_intake import payload_of
from tests.factories import UserFactory
from tests.factories_conversations import department_line

from .phones import CALLER, apply_all, facts
from .team import Team

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return Team()


@pytest.fixture
def line(team):
    return department_line(team.sales)


def event(line, /, **more) -> PhoneEvent:
    return read_event(json.dumps(facts(line, **more)).encode())


def take(line, /, **more) -> int | None:
    one = event(line, **more)
    return inbound.take_event("phones", line.account_id, one.id, payload_of(line, one))


CALL = {
    "ringing": {"id": "1", "call": "c", "status": "ringing"},
    "answered": {"id": "2", "call": "c", "status": "answered"},
    "completed": {"id": "3", "call": "c", "status": "completed", "duration": 42},
}


@pytest.mark.parametrize(
    "order",
    [("ringing", "answered", "completed"), ("completed", "ringing", "answered"), ("answered", "completed", "ringing")],
)
def test_a_call_ends_as_completed_in_whatever_order_its_events_come(line, order):
    for name in (*order, *order):
        take(line, **CALL[name])
        apply_all()
    call = Interaction.objects.get()
    assert (call.status, call.is_answered, call.duration, call.external_id) == ("done", True, 42, "c")
    assert call.department == line.department
    assert call.contacts.count() == 1


def test_a_ringing_call_rings_and_a_missed_one_does_not_any_more(line):
    take(line, id="1", call="c")
    apply_all()
    assert Interaction.objects.get().status == "ringing"
    take(line, id="2", call="c", status="missed")
    apply_all()
    call = Interaction.objects.get()
    assert (call.status, call.is_answered, call.duration) == ("done", False, None)


def test_a_call_that_was_taken_for_missed_is_put_right_by_its_end(line):
    take(line, id="1", call="c", status="missed")
    apply_all()
    take(line, id="2", call="c", status="completed", duration=7)
    apply_all()
    call = Interaction.objects.get()
    assert (call.is_answered, call.duration) == (True, 7)


def test_a_text_arrives_unread(line, team):
    take(line, type="sms", status=None, body="Hello\nthere", id="m1")
    apply_all()
    text = Interaction.objects.get()
    assert (text.type, text.body, text.outside_address, text.direction) == ("sms", "Hello\nthere", CALLER, "in")
    assert set(Unread.objects.values_list("user", flat=True)) == {team.leader.pk, team.operator.pk}


def test_a_text_that_the_phone_system_sent_goes_on_from_sent_to_delivered(line):
    out = {"type": "sms", "direction": "out", "from": None, "to": CALLER, "body": "Hi", "call": "m"}
    take(line, **out, id="1", status="delivered")
    take(line, **out, id="2", status="sent")
    apply_all()
    text = Interaction.objects.get()
    assert (text.status, text.direction, text.outside_address) == ("delivered", "out", CALLER)
    assert not Unread.objects.exists()


def test_a_voicemail_and_a_fax_arrive(line):
    take(line, id="1", type="voicemail", status=None, duration=12)
    take(line, id="2", type="fax", status=None)
    apply_all()
    assert set(Interaction.objects.values_list("type", "duration")) == {("voicemail", 12), ("fax", None)}


def test_a_caller_who_withholds_the_number_is_kept(line):
    take(line, **{"from": None})
    apply_all()
    assert Interaction.objects.get().outside_address == "unknown"


def test_a_blocked_caller_never_rings(line, team):
    Block.objects.create(account=team.account, scope="account", address=CALLER, author=team.leader)
    take(line, id="1", call="c")
    take(line, id="2", call="c", status="completed", duration=3)
    apply_all()
    call = Interaction.objects.get()
    assert (call.status, call.is_answered, Unread.objects.count()) == ("blocked", False, 0)


def test_an_event_is_applied_once(line):
    pk = take(line)
    inbound.apply_event(pk)
    Interaction.objects.update(outcome="changed since")
    jobs_inbound.apply_inbound_event(event_id=pk)
    one = InboundEvent.objects.get()
    assert (one.status, one.interaction.outcome) == ("done", "changed since")


def poison(line) -> int:
    """An event whose line is gone by the time it is applied."""
    pk = take(line)
    InboundEvent.objects.filter(pk=pk).update(payload={**InboundEvent.objects.get(pk=pk).payload, "channel_id": 0})
    return pk


def fail(pk: int, times: int) -> None:
    for _ in range(times):
        try:
            jobs_inbound.apply_inbound_event(event_id=pk)
        except Exception:  # the worker would try again later
            continue


def test_poison_is_tried_a_few_times_and_then_parked(line):
    pk = poison(line)
    fail(pk, inbound.MOST_TRIES - 1)
    assert InboundEvent.objects.get().status == "waiting"
    fail(pk, 1)
    parked = InboundEvent.objects.get()
    assert (parked.status, parked.attempts, parked.error) == ("parked", 5, "The line that it was for has been removed")
    jobs_inbound.apply_inbound_event(event_id=pk)  # a job that comes late
    assert not Interaction.objects.exists()


def test_a_reason_never_quotes_what_people_wrote():
    assert inbound.reason_of(ValueError("+12025550142 said hello")) == "Could not be applied (ValueError)"


def test_a_passing_trouble_of_the_database_is_no_fault_of_the_event(line):
    pk = take(line)
    assert inbound.note_failure(pk, OperationalError("gone")) is False
    assert InboundEvent.objects.get().attempts == 0


def test_a_parked_event_is_tried_again_from_the_administration(line, team):
    pk = poison(line)
    fail(pk, inbound.MOST_TRIES)
    InboundEvent.objects.filter(pk=pk).update(payload={**InboundEvent.objects.get().payload, "channel_id": line.pk})
    client = Client()
    client.force_login(UserFactory(account=team.account, is_account_admin=True))
    page = "/admin/conversations/inboundevent/"
    assert b"has been removed" in client.get(page).content
    client.post(page, {"action": "try_again", "_selected_action": [pk]})
    again = InboundEvent.objects.get()
    assert (again.status, again.attempts, again.error) == ("waiting", 0, "")
    assert ProcrastinateJob.objects.filter(args__event_id=pk).count() == 2
    apply_all()
    assert Interaction.objects.get().status == "ringing"


def test_other_accounts_events_are_not_in_the_administration(line):
    pk = poison(line)
    fail(pk, inbound.MOST_TRIES)
    client = Client()
    client.force_login(UserFactory(is_account_admin=True))
    page = "/admin/conversations/inboundevent/"
    assert b"has been removed" not in client.get(page).content
    client.post(page, {"action": "try_again", "_selected_action": [pk]})
    assert InboundEvent.objects.get().status == "parked"
    assert client.get(f"{page}{pk}/change/").status_code in (302, 404)


def test_platform_staff_see_states_and_no_payload(line):
    fail(poison(line), inbound.MOST_TRIES)
    client = Client()
    client.force_login(UserFactory(account=None, is_staff=True))
    pk = InboundEvent.objects.get().pk
    page = client.get("/admin/conversations/inboundevent/")
    assert page.status_code == 200
    assert b"Parked" in page.content
    for address in ("/admin/conversations/inboundevent/", f"/admin/conversations/inboundevent/{pk}/change/"):
        assert CALLER.encode() not in client.get(address).content


def test_events_older_than_thirty_days_are_deleted(line):
    old, new = take(line, id="old"), take(line, id="new")
    InboundEvent.objects.filter(pk=old).update(received_at=timezone.now() - datetime.timedelta(days=31))
    assert inbound.forget_old(timezone.now()) == 1
    assert InboundEvent.objects.get().pk == new


def test_an_event_that_lost_its_job_gets_a_new_one(line):
    pk = take(line)
    late = timezone.now() + datetime.timedelta(hours=1)
    assert inbound.enqueue_forgotten(late) == 0
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed'")
    assert inbound.enqueue_forgotten(late) == 1
    assert inbound.enqueue_forgotten(late) == 0
    assert ProcrastinateJob.objects.filter(args__event_id=pk, status="todo").count() == 1
