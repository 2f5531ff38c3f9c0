"""Message templates: a vocabulary of the account, with fields that are known."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from conversations.merging import MergeProblem, check_fields, fill, merge, values_for
from conversations.models import MessageTemplate

from .team import Team

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return Team()


def client(person: Any) -> Client:
    found = Client()
    found.force_login(person)
    return found


def test_it_is_added_shown_changed_and_removed(team: Team) -> None:
    person = client(team.stranger)
    posted = {"name": "Late", "body": "Sorry, {{given-name}}", "once": "b5a1b2c4-0000-4000-8000-000000000003"}
    assert [person.post("/message-templates/new/", posted).status_code for _ in range(2)] == [303, 303]
    template = MessageTemplate.objects.get()
    assert (template.created_by, template.account) == (team.stranger, team.account)
    assert "Late" in client(team.owner).get("/message-templates/").content.decode()
    client(team.owner).post(f"/message-templates/{template.pk}/", {"name": "Very late", "body": "Sorry"})
    template.refresh_from_db()
    assert (template.name, template.created_by) == ("Very late", team.stranger)
    assert client(team.owner).post(f"/message-templates/{template.pk}/remove/").status_code == 303
    assert not MessageTemplate.objects.exists()


@pytest.mark.parametrize(
    "posted",
    [
        {"name": "", "body": "x"},
        {"name": "x", "body": ""},
        {"name": "x", "body": "{{wrong}}"},
        {"name": "Late", "body": "x"},
        {"name": "x", "subject": "{{wrong}}", "body": "x"},
        {"name": "\x00", "body": "x"},
        {"name": "x" * 61, "body": "x"},
    ],
)
def test_what_does_not_fit_is_422(team: Team, posted: dict[str, str]) -> None:
    MessageTemplate.objects.create(account=team.account, name="Late", body="x")
    assert client(team.owner).post("/message-templates/new/", posted).status_code == 422
    assert MessageTemplate.objects.count() == 1


def test_another_account_has_none_of_it(team: Team) -> None:
    template = MessageTemplate.objects.create(account=team.account, name="Late", body="x")
    stranger = client(Team().owner)
    assert "Late" not in stranger.get("/message-templates/").content.decode()
    for url in (f"/message-templates/{template.pk}/", f"/message-templates/{template.pk}/remove/"):
        assert stranger.post(url, {"name": "x", "body": "x"}).status_code == 404


def test_fields_are_replaced_by_plain_text(team: Team) -> None:
    contact = team.mine(given_name="{{my-name}}", family_name="<b>", company="")
    values = values_for(contact, team.owner)
    assert merge("{{ Given_Name }} {{last-name}} {% now %}", values) == "{{my-name}} <b> {% now %}"
    assert fill("{{company}}, {{wrong}}", values) == "{{company}}, {{wrong}}"
    for text in ("{{company}}", "{{wrong}}"):
        with pytest.raises(MergeProblem):
            merge(text, values)
    check_fields("{{company}} { {x} }")
