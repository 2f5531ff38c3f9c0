"""Asking an Admin Operator to block: the way out beside the refusal (product.md §2d)."""

from __future__ import annotations

import pytest
from django.core import mail
from django.utils import timezone

from contacts import jobs
from contacts.models import AccessRequest, Block, Contact
from tests.factories import UserFactory
from tests.factories_contacts import share
from tests.factories_departments import operate

from .crew import make_crew
from .team import Team, make_team

pytestmark = pytest.mark.django_db
ANSWER = "/access-requests/"


@pytest.fixture
def team() -> Team:
    return make_team()


def ask(team: Team, who: str = "operator", contact: Contact | None = None, **data: str):
    return team.client(who).post(f"/contacts/{(contact or team.contact).pk}/ask-block/", {"reason": "Robot", **data})


def reply(team: Team, who: str, answer: str = "accept", **data: str):
    asked = AccessRequest.objects.latest("pk")
    return team.client(who).post(f"{ANSWER}{asked.pk}/", {"answer": answer, **data})


def waiting(team: Team, who: str) -> int:
    return len(team.client(who).get(ANSWER).context["requests"])


def test_it_goes_to_the_admin_operators_of_the_askers_department(team: Team) -> None:
    assert ask(team).status_code == 303
    asked = AccessRequest.objects.get()
    assert (asked.purpose, asked.contact, asked.user, asked.message) == ("block", team.contact, team.operator, "Robot")
    assert waiting(team, "lead") == 1
    for who in ("operator", "helper_lead", "helper", "owner", "admin", "outsider"):
        assert waiting(team, who) == 0, who
    page = team.client("lead").get(ANSWER).text
    assert "Block for Sales" in page
    assert "Robot" in page


def test_accepting_blocks_with_the_askers_reason(team: Team) -> None:
    ask(team)
    assert reply(team, "lead").status_code == 303
    made = Block.objects.get()
    assert (made.department, made.author, made.reason, made.contact) == (team.sales, team.lead, "Robot", team.contact)
    asked = AccessRequest.objects.get()
    assert (asked.status, asked.answered_by) == ("granted", team.lead)
    assert "Blocked by" in team.client("operator").get(f"{ANSWER}?v=mine").text
    assert "Blocked by" in team.client("lead").get(f"{ANSWER}?v=answered").text
    assert reply(team, "lead").status_code == 303  # once more changes nothing
    assert Block.objects.count() == 1


def test_declining_sets_nothing_and_tells_the_word(team: Team) -> None:
    ask(team)
    assert reply(team, "lead", "decline", message="A customer").status_code == 303
    assert not Block.objects.exists()
    assert "A customer" in team.client("operator").get(f"{ANSWER}?v=mine").text


@pytest.mark.parametrize("who", ["operator", "helper_lead", "helper", "owner", "admin", "outsider"])
def test_nobody_else_answers(team: Team, who: str) -> None:
    ask(team)
    assert reply(team, who).status_code == 404
    assert not Block.objects.exists()


@pytest.mark.parametrize("answer", ["read", "write", "grant", ""])
def test_an_answer_to_something_else_is_refused(team: Team, answer: str) -> None:
    ask(team)
    assert reply(team, "lead", answer).status_code == 422
    assert AccessRequest.objects.get().status == "open"


def test_a_shared_contact_is_asked_about_too(team: Team) -> None:
    assert ask(team, contact=team.shared).status_code == 303
    assert waiting(team, "lead") == 1
    assert reply(team, "lead").status_code == 303
    assert Block.objects.get().contact == team.shared


@pytest.mark.parametrize(
    ("who", "status"), [("reader", 403), ("outsider", 404), ("admin", 404), ("owner", 404), ("helper", 303)]
)
def test_who_may_ask(team: Team, who: str, status: int) -> None:
    team.reader = UserFactory(account=team.sales.account)  # type: ignore[attr-defined]
    share(team.contact, team.reader, "read")
    assert ask(team, who).status_code == status
    assert AccessRequest.objects.exists() is (status == 303)


def test_a_personal_contact_is_not_asked_about() -> None:
    crew = make_crew()
    answer = crew.client("reader").post(crew.url("ask-block/"), {"reason": "Robot"})
    assert answer.status_code == 403
    assert "Only operators ask for a block." in answer.text


def test_an_admin_operator_is_led_to_the_block_itself(team: Team) -> None:
    assert ask(team, "lead")["Location"] == f"/contacts/{team.contact.pk}/block/"
    assert not AccessRequest.objects.exists()


def test_a_reason_is_needed(team: Team) -> None:
    answer = ask(team, reason="")
    assert answer.status_code == 422
    assert "Say why" in answer.text


def test_what_is_blocked_already_is_not_asked_for(team: Team) -> None:
    team.client("lead").post(f"/contacts/{team.contact.pk}/block/")
    assert ask(team).status_code == 303
    assert not AccessRequest.objects.exists()


def test_a_repeat_renews_the_open_request_and_twenty_a_day_are_the_limit(team: Team) -> None:
    ask(team)
    ask(team, reason="Robot, forty times")
    asked = AccessRequest.objects.get()
    assert asked.proposal == {"reason": "Robot, forty times"}
    common = {"account": team.sales.account, "user": team.operator, "asked_at": timezone.now()}
    for n in range(19):
        AccessRequest.objects.create(path=f"/contacts/{n}/", expires_at=timezone.now(), status="expired", **common)
    assert ask(team, contact=team.shared).status_code == 429


def test_one_may_ask_for_a_block_and_for_access_alike(team: Team) -> None:
    """One open request for each user, purpose and object."""
    ask(team)
    team.client("operator").post(ANSWER, {"path": f"/contacts/{team.contact.pk}/", "access": "read"})
    assert AccessRequest.objects.filter(status="open").count() == 2


def test_an_archived_contact_is_not_asked_about(team: Team) -> None:
    Contact.objects.update(archived_at=timezone.now())
    answer = ask(team)
    assert answer.status_code == 403
    assert "Archived" in answer.text


def test_mails_go_to_those_who_answer_and_to_the_one_who_asked(team: Team) -> None:
    operate(team.sales, team.helper, admin=True)
    ask(team)
    asked = AccessRequest.objects.get()
    jobs.send_access_request(asked.pk, "https://kithline.example/")
    assert {message.to[0] for message in mail.outbox} == {team.lead.email, team.helper.email}
    assert "asks to block Dana Whitfield" in mail.outbox[0].subject
    assert "https://kithline.example/access-requests/" in mail.outbox[0].body
    reply(team, "lead")
    mail.outbox.clear()
    jobs.send_access_answer(asked.pk, "https://kithline.example/")
    (message,) = mail.outbox
    assert message.to == [team.operator.email]
    assert "blocked Dana Whitfield, as you asked" in message.body


def test_the_asker_who_sees_it_no_more_learns_nothing_more(team: Team) -> None:
    ask(team)
    team.sales.operators.filter(user=team.operator).delete()
    Contact.objects.filter(pk=team.contact.pk).update(given_name="Renamed")
    page = team.client("operator").get(f"{ANSWER}?v=mine").text
    assert f"/contacts/{team.contact.pk}/" in page
    assert "Renamed" not in page
    assert "Whitfield" not in page
