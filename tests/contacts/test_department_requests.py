"""Requests for access to department and shared contacts: who answers, and with what (product.md §2b and §2d)."""

from __future__ import annotations

import pytest
from django.core import mail

from contacts import jobs, policy
from contacts.models import AccessRequest, Contact
from tests.factories_contacts import share

from .team import Team, make_team

pytestmark = pytest.mark.django_db
ASK = "/access-requests/"


@pytest.fixture
def team() -> Team:
    return make_team()


def ask(team: Team, contact: Contact, who: str = "outsider", access: str = "read"):
    return team.client(who).post(ASK, {"path": f"/contacts/{contact.pk}/", "access": access})


def reply(team: Team, who: str, answer: str):
    return team.client(who).post(f"{ASK}{AccessRequest.objects.latest('pk').pk}/", {"answer": answer})


def level(team: Team, contact: Contact) -> str | None:
    holder = policy.explain(team.outsider, contact)
    return holder.level if holder else None


def answering(team: Team) -> set[str]:
    people = ("lead", "operator", "helper_lead", "helper", "owner", "admin", "outsider")
    return {who for who in people if team.client(who).get(ASK).context["requests"]}


def test_the_admin_operators_of_linked_departments_answer(team: Team) -> None:
    ask(team, team.contact, access="write")
    assert answering(team) == {"lead", "helper_lead"}
    assert reply(team, "operator", "read").status_code == 404
    assert reply(team, "helper_lead", "write").status_code == 303
    assert level(team, team.contact) == "Write"


def test_the_original_owner_answers_with_read_only(team: Team) -> None:
    ask(team, team.shared, access="write")
    assert answering(team) == {"owner"}
    page = team.client("owner").get(ASK).text
    assert 'value="read"' in page
    assert 'value="write"' not in page
    refused = reply(team, "owner", "write")
    assert refused.status_code == 422
    assert "Give Read, or decline." in refused.text
    assert level(team, team.shared) is None
    assert reply(team, "owner", "read").status_code == 303
    assert level(team, team.shared) == "Read"


@pytest.mark.parametrize("answer", ["accept", "admin", "block"])
def test_an_answer_to_something_else_is_refused(team: Team, answer: str) -> None:
    ask(team, team.contact)
    assert reply(team, "lead", answer).status_code == 422
    assert level(team, team.contact) is None


def test_who_sees_a_shared_contact_has_all_that_can_be_asked_for(team: Team) -> None:
    share(team.shared, team.outsider, "read")
    ask(team, team.shared, access="write")
    assert AccessRequest.objects.get().contact is None
    assert answering(team) == set()


def test_an_operator_has_what_a_department_contact_gives(team: Team) -> None:
    ask(team, team.contact, "helper", access="write")
    assert AccessRequest.objects.get().contact is None


def test_mails_go_to_those_who_answer(team: Team) -> None:
    ask(team, team.contact)
    jobs.send_access_request(AccessRequest.objects.get().pk, "https://kithline.example/")
    assert {message.to[0] for message in mail.outbox} == {team.lead.email, team.helper_lead.email}


def test_a_request_leaves_with_the_role(team: Team) -> None:
    ask(team, team.contact)
    team.sales.operators.filter(user=team.lead).update(is_admin=False)
    assert answering(team) == {"helper_lead"}
    assert reply(team, "lead", "read").status_code == 404
