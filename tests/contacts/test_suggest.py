"""Suggesting a change of a shared contact to its original owner, who accepts with one click (product.md §2d)."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.utils import timezone

from contacts import jobs
from contacts.models import AccessRequest, Contact
from contacts_project.accounts.models import User
from tests.factories import UserFactory
from tests.factories_contacts import EmailFactory, share
from tests.factories_departments import operate

from .team import SHARED_NUMBER, Team, make_team

pytestmark = pytest.mark.django_db
ANSWER = "/access-requests/"
NEW = "+12025550199"


@pytest.fixture
def team() -> Team:
    return make_team()


def suggest(team: Team, who: str = "operator", **data: str):
    return team.client(who).post(f"/contacts/{team.shared.pk}/suggest/", data or {"company": "Bright Dental"})


def rows(kind: str, **fields: object) -> dict[str, object]:
    """One row of a formset as a browser posts it."""
    return {f"{kind}-TOTAL_FORMS": 1, f"{kind}-INITIAL_FORMS": 0} | {f"{kind}-0-{k}": v for k, v in fields.items()}


def reply(team: Team, who: str = "owner", answer: str = "accept", **data: str):
    asked = AccessRequest.objects.latest("pk")
    return team.client(who).post(f"{ANSWER}{asked.pk}/", {"answer": answer, **data})


def mark(team: Team) -> str:
    found = re.search(r'name="seen" value="(\w+)"', team.client("owner").get(ANSWER).text)
    assert found
    return found[1]


def changed(team: Team) -> Contact:
    return Contact.objects.get(pk=team.shared.pk)


def test_a_suggestion_waits_for_the_original_owner(team: Team) -> None:
    answer = suggest(team, company="Bright Dental", message="They moved")
    assert (answer.status_code, answer["Location"]) == (303, f"/contacts/{team.shared.pk}/")
    asked = AccessRequest.objects.get()
    assert (asked.purpose, asked.contact, asked.message) == ("suggestion", team.shared, "They moved")
    assert asked.proposal["attributes"] == {"company": "Bright Dental"}
    assert changed(team).company == ""
    page = team.client("owner").get(ANSWER).text
    for words in ("suggests a change to", "of which you are the original owner", '<ins dir="auto">Bright Dental</ins>'):
        assert words in page
    for who in ("operator", "lead", "helper_lead", "admin"):
        assert not team.client(who).get(ANSWER).context["requests"], who


def test_accepting_edits_as_the_owner_and_names_both(team: Team) -> None:
    suggest(team)
    assert reply(team, seen=mark(team)).status_code == 303
    assert changed(team).company == "Bright Dental"
    assert changed(team).version == team.shared.version + 1
    event = Contact.pgh_event_model.objects.filter(pgh_obj_id=team.shared.pk, version=2).get()
    assert event.pgh_context.metadata["user"] == team.owner.pk
    assert event.pgh_context.metadata["suggested_by"] == team.operator.pk
    assert "Accepted by" in team.client("operator").get(f"{ANSWER}?v=mine").text
    assert reply(team).status_code == 303  # twice changes nothing
    assert changed(team).version == team.shared.version + 1


def test_accepting_needs_no_page(team: Team) -> None:
    """contract.md: POST {answer=accept}; what still stands as it stood is written."""
    suggest(team)
    assert reply(team).status_code == 303
    assert changed(team).company == "Bright Dental"


def test_a_number_is_changed_and_the_rest_of_it_stays(team: Team) -> None:
    phone = team.shared.phones.get()
    posted = rows("phones", id=phone.pk, number="(202) 555-0199")
    assert suggest(team, **posted).status_code == 303
    page = team.client("owner").get(ANSWER).text
    assert "(202) 555-0143</del>" in page
    assert "(202) 555-0199</ins>" in page
    reply(team, seen=mark(team))
    phone.refresh_from_db()
    assert (phone.number, phone.label) == (NEW, "Mobile")


def test_a_number_and_an_email_are_added(team: Team) -> None:
    posted = rows("phones", number=NEW, label="Work") | rows("emails", address="Priya@Site.example")
    assert suggest(team, **posted).status_code == 303
    reply(team)
    assert set(team.shared.phones.values_list("number", flat=True)) == {SHARED_NUMBER, NEW}
    assert team.shared.emails.get().address == "Priya@site.example"


@pytest.mark.parametrize(
    "value",
    [
        ("birthday", "1984-03-30"), ("given_name", "Prya"), ("time_zone", "Europe/Paris"), ("language", "Français"),
        ("job_title", "Dentist"), ("family_name", ""),
    ],
)  # fmt: skip
def test_every_attribute_can_be_suggested(team: Team, value: tuple[str, str]) -> None:
    assert suggest(team, **dict([value])).status_code == 303
    assert reply(team, seen=mark(team)).status_code == 303
    assert str(getattr(changed(team), value[0])) == value[1]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"birthday": "someday"}, "Write the date as year, month, day"),
        ({"given_name": "Priya"}, "Nothing is changed here yet"),
        ({"message": "Hello"}, "Nothing is changed here yet"),
        (rows("phones", number="555 016"), "digits short"),
        (rows("phones", number=SHARED_NUMBER), "This number stands on the contact already."),
        (rows("emails", address="a@b"), "domain ending"),
        (rows("phones", id=999_999, number=NEW), "removed meanwhile"),
        ({"outside_id": "7"}, "Say which system the outside id comes from."),
    ],
)
def test_what_the_edit_form_refuses_is_refused_here(team: Team, data: dict, words: str) -> None:
    answer = suggest(team, **data)
    assert answer.status_code == 422
    assert words in answer.text
    assert not AccessRequest.objects.exists()


def test_nothing_else_can_be_suggested(team: Team) -> None:
    """No removing, no mark of the primary one, no tags."""
    phone = team.shared.phones.get()
    posted = rows("phones", id=phone.pk, DELETE="on", is_primary="on") | {"tags": "VIP", "kind": "personal"}
    assert suggest(team, **posted).status_code == 422
    assert not AccessRequest.objects.exists()


def test_a_change_since_then_is_shown_and_asks_again(team: Team) -> None:
    suggest(team)
    seen = mark(team)
    Contact.objects.filter(pk=team.shared.pk).update(company="Dental Arts")
    for data in ({"seen": seen}, {}):
        answer = reply(team, **data)
        assert answer.status_code == 409
        assert "Dental Arts</del>" in answer.text
        assert "Changed since it was suggested" in answer.text
    assert changed(team).company == "Dental Arts"
    assert reply(team, seen=mark(team)).status_code == 303
    assert changed(team).company == "Bright Dental"


def test_another_suggestion_in_its_place_asks_again(team: Team) -> None:
    """What was not looked at is not accepted."""
    suggest(team)
    seen = mark(team)
    suggest(team, company="Something Else")
    assert AccessRequest.objects.count() == 1
    assert reply(team, seen=seen).status_code == 409
    assert changed(team).company == ""


def test_a_number_that_is_gone_is_not_changed(team: Team) -> None:
    phone = team.shared.phones.get()
    suggest(team, **rows("phones", id=phone.pk, number=NEW))
    team.shared.phones.update(former_at=timezone.now())
    assert reply(team).status_code == 409
    answer = reply(team, seen=mark(team))
    assert answer.status_code == 422
    assert "removed meanwhile" in answer.text
    assert team.shared.phones.get().number == SHARED_NUMBER


def test_what_breaks_a_rule_by_now_is_told(team: Team) -> None:
    suggest(team, **rows("emails", address="priya@site.example"))
    EmailFactory(contact=team.shared, address="priya@site.example")
    answer = reply(team, seen=mark(team))
    assert answer.status_code == 422
    assert "This email stands on the contact already." in answer.text
    assert AccessRequest.objects.get().status == "open"


@pytest.mark.parametrize("who", ["lead", "operator", "helper_lead", "admin", "outsider"])
def test_nobody_else_answers(team: Team, who: str) -> None:
    suggest(team)
    assert reply(team, who).status_code == 404
    assert changed(team).company == ""


def test_declining_changes_nothing(team: Team) -> None:
    suggest(team)
    assert reply(team, answer="decline", message="She did not").status_code == 303
    assert changed(team).company == ""
    assert "She did not" in team.client("operator").get(f"{ANSWER}?v=mine").text


@pytest.mark.parametrize(
    ("who", "status"), [("operator", 303), ("lead", 303), ("reader", 303), ("helper", 404), ("outsider", 404)]
)
def test_who_may_suggest(team: Team, who: str, status: int) -> None:
    team.reader = UserFactory(account=team.sales.account)  # type: ignore[attr-defined]
    share(team.shared, team.reader, "read")
    assert suggest(team, who).status_code == status


def test_the_owner_edits_instead(team: Team) -> None:
    operate(team.sales, team.owner)  # who is also an operator
    answer = suggest(team, "owner")
    assert answer.status_code == 403
    assert f"/contacts/{team.shared.pk}/edit/" in answer.text


def test_other_kinds_take_no_suggestion(team: Team) -> None:
    answer = team.client("operator").post(f"/contacts/{team.contact.pk}/suggest/", {"company": "Bright Dental"})
    assert answer.status_code == 403
    assert "original owner of a shared contact" in answer.text


def test_an_owner_who_has_left_leaves_a_way_out(team: Team) -> None:
    User.objects.filter(pk=team.owner.pk).update(is_active=False)
    for who in ("operator", "lead"):
        answer = suggest(team, who)
        assert answer.status_code == 403
        assert "has left" in answer.text
        assert "Lead Person" in answer.text
        assert (f"/contacts/{team.shared.pk}/convert/" in answer.text) is (who == "lead")
    assert not AccessRequest.objects.exists()


def test_archived_takes_none_and_accepts_none(team: Team) -> None:
    suggest(team)
    Contact.objects.filter(pk=team.shared.pk).update(archived_at=timezone.now())
    for answer in (suggest(team), reply(team)):
        assert answer.status_code == 403
        assert "Archived: unarchive it first" in answer.text
    assert changed(team).company == ""


def test_mails_go_to_the_owner_and_to_the_one_who_asked(team: Team) -> None:
    suggest(team, company="Bright Dental", message="They moved")
    asked = AccessRequest.objects.get()
    jobs.send_access_request(asked.pk, "https://kithline.example/")
    (message,) = mail.outbox
    assert message.to == [team.owner.email]
    assert "suggests a change to Priya Raman" in message.subject
    assert "They moved" in message.body
    reply(team)
    mail.outbox.clear()
    jobs.send_access_answer(asked.pk, "https://kithline.example/")
    assert "accepted your change to Priya Raman" in mail.outbox[0].body


def test_the_form_holds_what_stands_and_no_former_number(team: Team) -> None:
    EmailFactory(contact=team.shared, address="old@site.example", former_at=timezone.now())
    page = team.client("operator").get(f"/contacts/{team.shared.pk}/suggest/").text
    assert "Suggest a change to Owner Person" in page
    assert "+1 202-555-0143" in page
    assert 'value="Priya"' in page
    assert "old@site.example" not in page


def test_posting_the_whole_form_sends_only_what_differs(team: Team) -> None:
    page = team.client("operator").get(f"/contacts/{team.shared.pk}/suggest/").text
    fields = dict(re.findall(r'<input[^>]*?name="([^"]+)"(?:[^>]*?value="([^"]*)")?', page))
    fields.pop("csrfmiddlewaretoken", None)
    fields |= {"language": "", "time_zone": "", "job_title": "Dentist"}
    assert suggest(team, **fields).status_code == 303
    proposal = AccessRequest.objects.get().proposal
    assert proposal["attributes"] == {"job_title": "Dentist"}
    assert proposal["rows"] == {"phones": [], "emails": []}


def test_the_page_of_requests_takes_a_constant_number_of_queries(team: Team, django_assert_max_num_queries) -> None:
    for n in range(8):
        team.operator = UserFactory(account=team.sales.account)
        operate(team.sales, team.operator)
        suggest(team, company=f"Bright {n}")
    client = team.client("owner")
    client.get(ANSWER)
    with django_assert_max_num_queries(20):
        assert len(client.get(ANSWER).context["requests"]) == 8
