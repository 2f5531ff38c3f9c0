"""Ringing: for whom, until when, who gets the call; what providers report of it."""

from __future__ import annotations

import datetime
import threading

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from contacts.models import Block, Note
from conversations.models import Interaction, RingDismissal, Unread
from conversations.ringing import ringing_for
from conversations.services.ringing import (
    NotRinging,
    answer_call,
    call_answered,
    dismiss_call,
    end_call,
    end_forgotten,
)
from tests.factories_contacts import ContactFactory, share
from tests.factories_conversations import arrive, department_line, line, share_channel

from .team import NUMBER, Team, ago

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return Team()


def ring(channel, sender: str = NUMBER, **facts) -> Interaction:
    return arrive(channel, sender, "call", status="ringing", **facts)


def rung(user) -> list[int]:
    return [one.call.pk for one in ringing_for(user)]


def page(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_call_rings_for_everybody_who_may_answer_and_sees_the_caller(team: Team) -> None:
    call = ring(department_line(team.sales))
    assert rung(team.leader) == rung(team.operator) == [call.pk]
    assert rung(team.supporter) == rung(team.stranger) == []


def test_on_a_shared_line_it_rings_with_write_on_it_and_access_to_the_contact(team: Team) -> None:
    channel = line(team.account, admin=team.owner, write=team.operator, read=team.leader)
    contact = ContactFactory(owner=team.owner, phone=NUMBER)
    call = ring(channel)
    assert rung(team.owner) == [call.pk]
    assert rung(team.operator) == []
    share(contact, team.operator, "read")
    share(contact, team.leader, "admin")
    assert rung(team.operator) == [call.pk]
    assert rung(team.leader) == []  # Read on the line listens to nothing that rings


def test_blocked_callers_never_ring(team: Team) -> None:
    channel = department_line(team.sales)
    Block.objects.create(
        account=team.account, scope=Block.Scope.DEPARTMENT, department=team.sales, address=NUMBER, author=team.leader
    )
    assert ring(channel).status == "blocked"
    assert rung(team.operator) == []


def test_not_me_ends_the_ringing_for_oneself_only(team: Team) -> None:
    call = ring(department_line(team.sales))
    dismiss_call(team.operator, call)
    dismiss_call(team.operator, call)
    assert rung(team.operator) == []
    assert rung(team.leader) == [call.pk]
    assert RingDismissal.objects.count() == 1


def test_nothing_rings_longer_than_two_minutes(team: Team) -> None:
    call = ring(department_line(team.sales), at=ago(minutes=3))
    assert rung(team.operator) == []
    assert end_forgotten(timezone.now()) == 1
    call.refresh_from_db()
    assert (call.status, call.is_answered, call.outcome, call.duration) == ("done", False, "", None)
    assert end_forgotten(timezone.now()) == 0


def test_a_call_that_is_never_hung_up_ends_after_four_hours(team: Team) -> None:
    call = ring(department_line(team.sales), at=ago(hours=5))
    assert call_answered(call, at=ago(hours=5))
    end_forgotten(timezone.now())
    call.refresh_from_db()
    assert (call.status, call.is_answered, call.duration) == ("done", True, None)


def test_answering_takes_the_call_and_its_caller_out_of_the_unnamed(team: Team) -> None:
    call = ring(department_line(team.sales))
    assert call.contacts.get().awaits_name
    assert Unread.objects.filter(user=team.leader).exists()
    answer_call(team.operator, call)
    call.refresh_from_db()
    assert (call.status, call.author, call.is_answered) == ("active", team.operator, True)
    assert not call.contacts.get().awaits_name
    assert rung(team.leader) == []
    assert not Unread.objects.exists()  # what was answered is news for nobody


def test_what_was_unread_before_the_call_stays_so_when_it_is_answered(team: Team) -> None:
    channel = department_line(team.sales)
    arrive(channel, NUMBER, at=ago(hours=1))
    Unread.objects.update(at=ago(hours=1))
    answer_call(team.operator, ring(channel))
    assert Unread.objects.filter(user=team.leader).exists()


def test_who_comes_too_late_is_told_who_answered(team: Team) -> None:
    call = ring(department_line(team.sales))
    answer_call(team.leader, call)
    with pytest.raises(NotRinging, match="Lea answered"):
        answer_call(team.operator, call)
    answer_call(team.leader, call)  # a double click of the one who has it
    end_call(call, answered=True, at=timezone.now())
    missed = ring(department_line(team.sales))
    end_call(missed, answered=False)
    with pytest.raises(NotRinging, match="does not ring"):
        answer_call(team.operator, missed)


def test_reports_of_the_end_come_twice_and_in_any_order(team: Team) -> None:
    call = ring(department_line(team.sales), at=ago(minutes=1))
    assert end_call(call, answered=True, duration=42)
    assert not end_call(call, answered=False)
    assert not call_answered(call, at=timezone.now())
    call.refresh_from_db()
    assert (call.status, call.is_answered, call.duration) == ("done", True, 42)


def test_the_length_is_counted_from_the_answer_where_nobody_reports_it(team: Team) -> None:
    call = ring(department_line(team.sales), at=ago(minutes=2))
    begun = timezone.now()
    call_answered(call, at=begun)
    end_call(call, answered=True, at=begun + datetime.timedelta(seconds=75))
    assert call.duration == 75


def test_the_panel_shows_name_number_line_last_public_note_and_who_else_is_rung(team: Team) -> None:
    channel = department_line(team.sales, label="Sales line")
    contact = arrive(channel, NUMBER).contacts.get()
    contact.given_name, contact.family_name, contact.company = "Beatrix", "Oyelaran", "Oakfield Catering"
    contact.save()
    Note.objects.create(contact=contact, author=team.leader, body="Send the quote as PDF")
    Note.objects.create(contact=contact, author=team.leader, body="Hates golf", visibility="private")
    call = ring(channel)
    html = page(team.operator).get("/ringing/", headers={"HX-Request": "true"}).content.decode()
    for words in ("Beatrix Oyelaran", "Oakfield Catering", "(202) 555-0142", "Sales line", "Send the quote", "Lea"):
        assert words in html
    assert "Hates golf" not in html
    assert f'action="/calls/{call.pk}/answer/"' in html
    assert "<html" not in html


def test_answering_opens_the_thread_and_not_me_gives_what_still_rings(team: Team) -> None:
    channel = department_line(team.sales)
    first, second = ring(channel), ring(channel, "+12025550143")
    client = page(team.operator)
    left = client.post(f"/calls/{first.pk}/answer/", {"answer": "not-me"}, headers={"HX-Request": "true"})
    assert left.status_code == 200
    assert f"/calls/{second.pk}/answer/" in left.content.decode()
    assert f"/calls/{first.pk}/answer/" not in left.content.decode()
    answered = client.post(f"/calls/{second.pk}/answer/", {"answer": "answer"})
    assert (answered.status_code, answered["Location"]) == (303, f"/conversations/{second.conversation_id}/")


def test_hanging_up_ends_ones_own_call_only(team: Team) -> None:
    call = ring(department_line(team.sales))
    answer_call(team.operator, call)
    assert page(team.leader).post(f"/calls/{call.pk}/hang-up/").status_code == 403
    client = page(team.operator)
    assert client.post(f"/calls/{call.pk}/hang-up/").status_code == 303
    assert client.post(f"/calls/{call.pk}/hang-up/").status_code == 303
    call.refresh_from_db()
    assert (call.status, call.is_answered) == ("done", True)


def test_losing_access_ends_the_ringing(team: Team) -> None:
    channel = line(team.account, admin=team.owner, write=team.operator)
    call = ring(channel)
    assert rung(team.operator) == [call.pk]
    share_channel(channel, team.operator, "read")
    assert rung(team.operator) == []
    assert page(team.operator).post(f"/calls/{call.pk}/answer/", {"answer": "answer"}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_who_answer_at_once_get_the_call_once() -> None:
    team = Team()
    call = ring(department_line(team.sales))
    start, answers = threading.Barrier(2), {}

    def take(user) -> None:
        client = page(user)
        start.wait()
        response = client.post(f"/calls/{call.pk}/answer/", {"answer": "answer"}, headers={"HX-Request": "true"})
        answers[user.pk] = response.status_code
        connection.close()

    threads = [threading.Thread(target=take, args=(user,)) for user in (team.leader, team.operator)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers.values()) == {200}
    call.refresh_from_db()
    assert call.author in (team.leader, team.operator)
    assert call.pgh_event_model.objects.filter(pgh_obj=call.pk, status="active", pgh_label="update").count() == 1
