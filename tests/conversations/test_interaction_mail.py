"""The frame of a mail's body: its own policy, its own pictures, nothing from outside."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from conversations.models import Interaction
from conversations.providers.base import File
from conversations.services.arriving import MailFacts
from conversations.views import mail as view
from tests.factories_conversations import arrive, department_line

from .mails import PNG
from .team import Team

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Client()


def mail(team: Team, html: str, **facts: object) -> Interaction:
    mailbox = department_line(team.sales, kind="email", address="sales@acme.example")
    return arrive(mailbox, "renee@buyer.example", "email", mail=MailFacts(html=html, **facts))


def test_the_frame_has_a_policy_of_its_own(client: Client) -> None:
    team = Team()
    found = mail(team, '<p onclick="alert(1)">Hello</p><script>alert(1)</script><img src="https://t.example/1.gif">')
    client.force_login(team.operator)
    answer = client.get(f"/interactions/{found.pk}/mail/")
    assert answer["Content-Security-Policy"] == (
        "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'"
    )
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    content = answer.content.decode()
    assert "<p>Hello</p><img>" in content
    assert not re.search("script|onclick|t.example", content)


def test_pictures_of_the_mail_stand_in_their_places(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    team = Team()
    files = (File("note.txt", "text/plain", b"x"), File("logo.png", "image/png", PNG))
    html = '<img src="cid:logo@x" alt="Logo"><img src="cid:note@x"><img src="cid:none">'
    mailbox = department_line(team.sales, kind="email", address="sales@acme.example")
    found = arrive(
        mailbox, "renee@buyer.example", "email", files=files,
        mail=MailFacts(html=html, pictures={"logo@x": 1, "note@x": 0}),
    )  # fmt: skip
    client.force_login(team.operator)
    address = f"/interactions/{found.pk}/mail/"
    assert client.get(address).content.decode().count('<img src="data:image/png;base64,') == 1
    monkeypatch.setattr(view, "MOST_BYTES", 10)
    assert b"data:image/png" not in client.get(address).content


def test_a_mail_without_formatting_shows_its_text(client: Client) -> None:
    team = Team()
    found = mail(team, "")
    client.force_login(team.operator)
    assert 'dir="auto">Is anybody there?</div>' in client.get(f"/interactions/{found.pk}/mail/").content.decode()
