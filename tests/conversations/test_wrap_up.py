"""Wrapping up a call: what is saved, what is refused and said so, kept for later, taken back."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client

from contacts.models import FollowUp
from contacts.services.undoing import CannotUndo, undo
from contacts_project.core.errors import Refused
from conversations.models import Interaction
from conversations.ringing import to_wrap_up
from conversations.services.calls import NextStep
from conversations.services.ringing import answer_call, end_call
from conversations.services.wrapping_up import AlreadyFinished, wrap_up
from tests.factories_contacts import ContactFactory, share
from tests.factories_conversations import arrive, department_line, line

from .team import NUMBER, Team

pytestmark = pytest.mark.django_db
TOMORROW = datetime.date.today() + datetime.timedelta(days=1)


@pytest.fixture
def team() -> Team:
    return Team()


def taken(team: Team, channel=None, sender: str = NUMBER, by=None) -> Interaction:
    call = arrive(channel or department_line(team.sales), sender, "call", status="ringing")
    answer_call(by or team.operator, call)
    return call


def test_outcome_note_name_and_follow_up_are_saved_in_one(team: Team) -> None:
    call = taken(team)
    step = NextStep(TOMORROW, "Send the gasket")
    done = wrap_up(
        team.operator, call, outcome="visit booked", note="Proofer leaks", name="Odile Mbeki", follow_up=step
    )
    call.refresh_from_db()
    contact = call.contacts.get()
    assert (call.outcome, call.body, call.is_answered) == ("visit booked", "Proofer leaks", True)
    assert (contact.given_name, contact.family_name, contact.unnamed) == ("Odile", "Mbeki", False)
    assert (done.named, done.refused) == (contact, ())
    assert FollowUp.objects.get().due == TOMORROW
    assert to_wrap_up(team.operator) == []


def test_calls_wait_for_their_wrap_up_oldest_first_and_for_who_took_them(team: Team) -> None:
    channel = department_line(team.sales)
    first, second = taken(team, channel), taken(team, channel, "+12025550143")
    arrive(channel, "+12025550144", "call", is_answered=False)
    assert to_wrap_up(team.operator) == [first, second]
    assert to_wrap_up(team.operator, second.conversation) == [second]
    assert to_wrap_up(team.leader) == []


def test_only_who_took_the_call_finishes_it_and_once(team: Team) -> None:
    call = taken(team)
    with pytest.raises(Refused, match="Only who took the call"):
        wrap_up(team.leader, call, outcome="answered")
    wrap_up(team.operator, call, outcome="answered", note="First")
    with pytest.raises(AlreadyFinished):
        wrap_up(team.operator, call, outcome="no answer", note="Second")
    call.refresh_from_db()
    assert call.body == "First"


def test_a_call_that_came_in_was_answered_whatever_its_outcome(team: Team) -> None:
    call = taken(team)
    wrap_up(team.operator, call, outcome="wrong number")
    call.refresh_from_db()
    assert call.is_answered is True


def test_a_name_that_one_may_not_give_is_told_and_the_rest_is_saved(team: Team) -> None:
    channel = line(team.account, write=team.operator)
    contact = ContactFactory(owner=team.owner, given_name="", family_name="", phone=NUMBER)
    share(contact, team.operator, "read")
    call = taken(team, channel)
    done = wrap_up(team.operator, call, outcome="answered", note="Wants a visit", name="Odile")
    call.refresh_from_db()
    assert done.named is None
    assert "not saved" in done.refused[0]
    assert call.body == "Wants a visit"


def test_a_name_is_never_given_to_somebody_who_has_one(team: Team) -> None:
    channel = line(team.account, write=team.operator)
    contact = ContactFactory(owner=team.operator, given_name="Renee", phone=NUMBER)
    done = wrap_up(team.operator, taken(team, channel), outcome="answered", name="Odile")
    contact.refresh_from_db()
    assert contact.given_name == "Renee"
    assert done.refused


def test_without_a_contact_a_follow_up_is_refused_in_words(team: Team) -> None:
    call = taken(team, line(team.account, write=team.operator))
    done = wrap_up(team.operator, call, outcome="answered", follow_up=NextStep(TOMORROW, "Ring"))
    assert done.refused == ("No follow-up was set: the call has no contact yet",)


def test_undo_opens_the_call_again_and_takes_name_and_follow_up_back(team: Team) -> None:
    call = taken(team)
    done = wrap_up(
        team.operator, call, outcome="answered", note="Hm", name="Odile", follow_up=NextStep(TOMORROW, "Ring")
    )
    undo(team.operator, done.undo)
    call.refresh_from_db()
    assert (call.outcome, call.body, call.wrapped_at) == ("", "", None)
    assert call.contacts.get().name == ""
    assert not FollowUp.objects.exists()
    assert to_wrap_up(team.operator) == [call]


def test_undo_is_refused_once_the_entry_was_corrected(team: Team) -> None:
    call = taken(team)
    done = wrap_up(team.operator, call, outcome="answered")
    Interaction.objects.filter(pk=call.pk).update(outcome="call back")
    with pytest.raises(CannotUndo, match="changed since"):
        undo(team.operator, done.undo)


def test_the_form_leads_to_the_next_call_and_says_what_was_saved(team: Team) -> None:
    channel = department_line(team.sales)
    first, second = taken(team, channel), taken(team, channel, "+12025550143")
    end_call(first, answered=True, duration=60)
    client = Client()
    client.force_login(team.operator)
    wrong = client.post(f"/interactions/{first.pk}/wrap-up/", {"outcome": "answered", "follow_up": "soon"})
    assert wrong.status_code == 422
    assert "This is not a day" in wrong.content.decode()
    facts = {"outcome": "answered", "note": "Bay 2\x00", "follow_up": TOMORROW.isoformat()}
    assert client.post(f"/interactions/{first.pk}/wrap-up/", facts).status_code == 422  # no NUL in a note
    saved = client.post(f"/interactions/{first.pk}/wrap-up/", {**facts, "note": "Bay 2"})
    assert (saved.status_code, saved["Location"]) == (303, f"/conversations/{second.conversation_id}/")
    assert FollowUp.objects.get().text == "Call back"
    again = client.post(f"/interactions/{first.pk}/wrap-up/", facts | {"note": "Bay 3"})
    assert again.status_code == 303
    first.refresh_from_db()
    assert first.body == "Bay 2"
