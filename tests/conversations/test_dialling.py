"""Calling out with a click: who may, from what; and a call is placed at most once."""

from __future__ import annotations

import pytest
from django.http import Http404
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from contacts.models import Block, Contact
from contacts_project.core.errors import Refused
from conversations.models import CallbackPhone, Channel, Interaction
from conversations.providers import registry
from conversations.providers.base import DeliveryError, OutcomeUnknown, OutgoingCall, Receipt
from conversations.ringing import to_wrap_up
from conversations.services import placing
from conversations.services.dialling import CannotDial, dial
from conversations.services.ringing import call_answered, end_call
from tests.factories_conversations import ChannelFactory, department_line, line, share_channel

from .team import NUMBER, TYPED, Team

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return Team()


class Carrier:
    """A provider that does what it is told; keeps the calls it was handed."""

    def __init__(self, answer: Receipt | Exception | None = None) -> None:
        self.answer = answer or Receipt("CA1", "ringing")
        self.calls: list[OutgoingCall] = []

    def call(self, call: OutgoingCall) -> Receipt:
        self.calls.append(call)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch) -> Carrier:
    carrier = Carrier()
    monkeypatch.setattr(placing, "get_provider", lambda name: carrier)
    return carrier


def test_a_call_of_a_department_makes_its_contact_and_waits_for_a_worker(team: Team) -> None:
    call = dial(team.operator, channel=department_line(team.sales), to=TYPED)
    assert (call.direction, call.status, call.author, call.outside_address) == ("out", "ringing", team.operator, NUMBER)
    assert call.contacts.get().links.get().department == team.sales
    assert ProcrastinateJob.objects.get(task_name="conversations.jobs_calls.place_call").args == {
        "interaction_id": call.pk
    }
    assert to_wrap_up(team.operator) == [call]


def test_it_needs_write_on_the_line(team: Team) -> None:
    channel = line(team.account, read=team.operator, write=team.leader)
    with pytest.raises(Refused, match="Sending needs Write"):
        dial(team.operator, channel=channel, to=TYPED)
    with pytest.raises(Http404):
        dial(team.stranger, channel=channel, to=TYPED)
    assert dial(team.leader, channel=channel, to=TYPED).conversation


@pytest.mark.parametrize(
    ("fields", "to", "words"),
    [
        ({"has_voice": False}, TYPED, "makes no calls"),
        ({"kind": Channel.Kind.CALLER_ID}, TYPED, "Verify this Caller ID"),
        ({}, "", "Type the number"),
        ({}, "12", "short"),
        ({}, "\x00", "number"),
    ],
)
def test_what_cannot_be_called_is_said(team: Team, fields: dict, to: str, words: str) -> None:
    channel = ChannelFactory(account=team.account, **fields)
    share_channel(channel, team.owner, "write")
    with pytest.raises(CannotDial, match=words):
        dial(team.owner, channel=channel, to=to)
    assert not Interaction.objects.exists()


def test_a_blocked_number_is_not_called_and_makes_nobody(team: Team) -> None:
    Block.objects.create(
        account=team.account, scope=Block.Scope.DEPARTMENT, department=team.sales, address=NUMBER, author=team.leader
    )
    with pytest.raises(CannotDial, match="blocked"):
        dial(team.operator, channel=department_line(team.sales), to=TYPED)
    assert not Contact.objects.exists()
    assert dial(team.supporter, channel=department_line(team.support), to=TYPED).contacts.exists()


def test_the_carrier_rings_the_callers_own_phone_first(team: Team, carrier: Carrier) -> None:
    CallbackPhone.objects.create(user=team.operator, number="+12025550111")
    call = dial(team.operator, channel=department_line(team.sales), to=TYPED)
    placing.place(call.pk)
    [handed] = carrier.calls
    assert (handed.bridge, handed.to, handed.sender) == ("+12025550111", NUMBER, call.channel.address)
    call.refresh_from_db()
    assert (call.status, call.external_id) == ("ringing", "CA1")
    assert call_answered(call, at=call.at)
    end_call(call, answered=True, duration=5)


def test_a_call_is_never_placed_twice(team: Team, carrier: Carrier) -> None:
    call = dial(team.operator, channel=department_line(team.sales), to=TYPED)
    placing.place(call.pk)
    placing.place(call.pk)
    assert len(carrier.calls) == 1
    lost = dial(team.operator, channel=call.channel, to="+12025550143")
    Interaction.objects.filter(pk=lost.pk).update(attempts=1)  # a worker died between claiming and noting
    placing.place(lost.pk)
    lost.refresh_from_db()
    assert (lost.status, lost.error) == ("failed", placing.UNSURE)
    assert len(carrier.calls) == 1


def test_a_failure_is_told_in_words_and_an_unsure_one_waits_for_reports(team: Team, carrier: Carrier) -> None:
    channel = department_line(team.sales)
    carrier.answer = DeliveryError("The number cannot be reached", permanent=True)
    call = dial(team.operator, channel=channel, to=TYPED)
    placing.place(call.pk)
    call.refresh_from_db()
    assert (call.status, call.error, call.is_answered) == ("failed", "The number cannot be reached", False)
    assert to_wrap_up(team.operator) == []
    carrier.answer = OutcomeUnknown()
    unsure = dial(team.operator, channel=channel, to=TYPED)
    placing.place(unsure.pk)
    unsure.refresh_from_db()
    assert unsure.status == "ringing"


def test_the_simulator_rings(team: Team) -> None:
    assert registry.get_provider("simulator")
    call = dial(team.operator, channel=department_line(team.sales), to=TYPED)
    placing.place(call.pk)
    call.refresh_from_db()
    assert call.status == "ringing"
    assert call.external_id


def test_ones_own_phone_is_kept_and_forgotten(team: Team) -> None:
    client = Client()
    client.force_login(team.operator)
    assert client.post("/me/phone/", {"number": TYPED}).status_code == 303
    assert placing.callback_number(team.operator) == NUMBER
    assert "(202) 555-0142" in client.get("/me/phone/").content.decode()
    assert client.post("/me/phone/", {"number": "12"}).status_code == 422
    assert client.post("/me/phone/", {"number": ""}).status_code == 303
    assert placing.callback_number(team.operator) == ""
