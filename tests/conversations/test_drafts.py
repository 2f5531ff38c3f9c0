"""Drafts: kept while one types, there again later, gone once sent; nobody else's business."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from conversations.composing import composer_for
from conversations.models import Attachment, Channel, Draft
from tests.factories_conversations import arrive, line

from .team import NUMBER, Team

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
ONCE = "b5a1b2c4-0000-4000-8000-000000000002"


@pytest.fixture
def team() -> Team:
    return Team()


@pytest.fixture
def own(team: Team) -> Channel:
    return line(team.account, admin=team.owner, write=team.stranger)


def client(person: Any) -> Client:
    found = Client()
    found.force_login(person)
    return found


def test_what_is_typed_is_there_again_and_only_for_its_author(team: Team, own: Channel) -> None:
    thread = arrive(own, NUMBER).conversation
    url = f"/conversations/{thread.pk}/draft/"
    assert client(team.owner).post(url, {"type": "sms", "body": "Half a"}, headers=HTMX).status_code == 204
    assert client(team.owner).post(url, {"type": "sms", "body": "Half a thought"}).status_code == 303
    assert composer_for(team.owner, conversation=thread).body == "Half a thought"
    assert composer_for(team.stranger, conversation=thread).body == ""
    client(team.owner).post(url, {"type": "sms", "body": " "})
    assert not Draft.objects.exists()


def test_a_draft_to_a_contact_keeps_its_line_and_way(team: Team, own: Channel) -> None:
    contact = team.mine(phone=NUMBER)
    facts = {"from": f"{own.pk}.fax.{NUMBER}", "body": "Signed order"}
    client(team.owner).post(f"/contacts/{contact.pk}/draft/", facts)
    composer = composer_for(team.owner, contact=contact)
    assert (composer.body, composer.chosen.type) == ("Signed order", "fax")


def test_a_late_save_does_not_bring_back_what_was_sent(team: Team, own: Channel) -> None:
    thread = arrive(own, NUMBER).conversation
    facts = {"type": "sms", "body": "Hello", "once": ONCE}
    client(team.owner).post(f"/conversations/{thread.pk}/draft/", facts)
    client(team.owner).post(f"/conversations/{thread.pk}/messages/", facts)
    client(team.owner).post(f"/conversations/{thread.pk}/draft/", facts)
    assert not Draft.objects.exists()


def test_files_wait_with_the_draft_and_travel_with_the_message(team: Team, own: Channel) -> None:
    thread = arrive(own, NUMBER).conversation
    upload = SimpleUploadedFile("plan.txt", b"Bay 2")
    shown = client(team.owner).post(f"/conversations/{thread.pk}/draft/", {"files": upload}, headers=HTMX)
    assert "plan.txt" in shown.content.decode()
    client(team.owner).post(f"/conversations/{thread.pk}/messages/", {"type": "sms", "body": "Here"})
    file = Attachment.objects.get()
    assert (file.draft, file.interaction.body) == (None, "Here")


def test_a_file_that_is_refused_says_why_and_keeps_the_text(team: Team, own: Channel) -> None:
    thread = arrive(own, NUMBER).conversation
    facts = {"body": "Look", "files": SimpleUploadedFile("empty.txt", b"")}
    for headers in ({}, HTMX):
        response = client(team.owner).post(f"/conversations/{thread.pk}/draft/", facts, headers=headers)
        assert response.status_code == 422
        assert "empty.txt is empty" in response.content.decode()
        assert ">Look</textarea>" in response.content.decode()


@pytest.mark.parametrize("facts", [{"body": "\x00x", "type": "nonsense", "to": "\x00", "from": "9" * 40 + ".a.b"}, {}])
def test_nonsense_is_kept_harmlessly(team: Team, own: Channel, facts: dict[str, str]) -> None:
    contact = team.mine(phone=NUMBER)
    assert client(team.owner).post(f"/contacts/{contact.pk}/draft/", facts).status_code == 303
    assert client(team.owner).get(f"/conversations/start/?contact={contact.pk}").status_code == 200
