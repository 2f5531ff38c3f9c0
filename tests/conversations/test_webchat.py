"""The public page of a web chat: anybody writes, and reads nothing but his or her own thread."""

from __future__ import annotations

import uuid

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from contacts.models import Contact
from conversations.models import Channel, ChatVisitor, Interaction
from conversations.providers.base import DeliveryError, File, Outgoing, OutgoingCall
from conversations.providers.registry import get_provider, providers_for
from conversations.services.chatting import LONGEST
from conversations.services.delivering import carry
from conversations.services.sending import send_message
from conversations.visibility import conversations_visible_to
from tests.factories_conversations import ChannelFactory, department_line, share_channel

from .team import Team

pytestmark = pytest.mark.django_db
PAGE, MESSAGES = "/chat/website-chat/", "/chat/website-chat/messages/"


@pytest.fixture
def team() -> Team:
    cache.clear()
    return Team()


@pytest.fixture
def chat(team: Team) -> Channel:
    return department_line(
        team.sales, kind="chat", address="Website", label="Chat of the shop team", provider="webchat",
        public_key="website-chat",
    )  # fmt: skip


def visitor() -> Client:
    """Somebody who has opened the page."""
    client = Client(enforce_csrf_checks=True)
    assert client.get(PAGE).status_code == 200
    return client


def write(client: Client, body: str, **fields: str):
    token = client.cookies["csrftoken"].value
    return client.post(MESSAGES, {"body": body, "csrfmiddlewaretoken": token, **fields})


def words(client: Client) -> str:
    return client.get(MESSAGES, headers={"HX-Request": "true"}).content.decode()


def reply(team: Team, chat: Channel, body: str, **fields: object) -> Interaction:
    conversation = chat.conversations.latest("pk")
    return send_message(
        team.operator, channel=chat, to="", type="chat", body=body, conversation=conversation, **fields
    )  # fmt: skip


def test_a_visitor_writes_and_reads_the_answer(team: Team, chat: Channel) -> None:
    client = visitor()
    assert write(client, "Are you open <b>today</b>?")["Location"] == PAGE
    assert "Are you open &lt;b&gt;today&lt;/b&gt;?" in words(client)
    thread = chat.conversations.get()
    assert thread.outside_address == f"visitor-{ChatVisitor.objects.get().pk}"
    assert conversations_visible_to(team.operator).get() == thread
    answer = reply(team, chat, "Until six")
    assert "Until six" not in words(client)  # not before it has left
    carry(answer.pk)
    assert "Until six" in words(client)
    page = client.get(PAGE).content.decode()
    assert "Website" in page
    assert "Chat of the shop team" not in page
    assert team.operator.name not in page


def test_a_visitor_sees_no_other_thread_whatever_is_claimed(team: Team, chat: Channel) -> None:
    first, second = visitor(), visitor()
    write(first, "My secret", email="renee@buyer.example", name="Renee")
    write(second, "It is me, Renee", email="renee@buyer.example", name="Renee")
    assert "My secret" in words(first)
    assert "My secret" not in words(second)
    assert chat.conversations.count() == 2
    forged = Client()
    forged.cookies["chat"] = first.cookies["chat"].value[:-3] + "abc"
    assert "My secret" not in words(forged)
    elsewhere = ChannelFactory(account=team.account, kind="chat", address="Other", public_key="other-chat-1")
    other = Client()
    other.cookies["chat"] = first.cookies["chat"].value
    assert "My secret" not in other.get(f"/chat/{elsewhere.public_key}/messages/").content.decode()


def test_notes_and_what_was_taken_out_stay_inside(team: Team, chat: Channel) -> None:
    client = visitor()
    write(client, "Hello")
    first = Interaction.objects.get()
    common = {"account": chat.account, "channel": chat, "conversation": first.conversation, "at": timezone.now()}
    Interaction.objects.create(**common, type="note", direction="out", body="Odd person")
    Interaction.objects.create(**common, type="chat", direction="out", status="failed", body="Never left")
    Interaction.objects.create(
        **common, type="chat", direction="out", status="sent", body="Taken out", removed_at=timezone.now()
    )
    shown = words(client)
    assert "Hello" in shown
    assert not any(word in shown for word in ("Odd person", "Never left", "Taken out"))


def test_a_visitor_with_an_email_becomes_a_department_contact(team: Team, chat: Channel) -> None:
    client = visitor()
    write(client, "Hello", email="Renee@Buyer.example", name="Renee Martinez")
    contact = Contact.objects.get()
    assert (contact.kind, contact.given_name, contact.family_name) == ("department", "Renee", "Martinez")
    assert contact.emails.get().address == "renee@buyer.example"
    answer = reply(team, chat, "Hello Renee")
    assert list(answer.contacts.all()) == [contact]
    assert answer.outside_address == chat.conversations.get().outside_address


def test_a_visitor_without_an_email_stays_unknown(chat: Channel) -> None:
    write(visitor(), "Hello", name="Somebody")
    assert not Contact.objects.exists()
    assert ChatVisitor.objects.get().name == "Somebody"


def test_a_form_sent_twice_is_one_message(chat: Channel) -> None:
    client = visitor()
    for _ in range(2):
        assert write(client, "Hello", once="6f1c1d5e-3f0b-4a52-9d39-0d6d2b8f0c11").status_code == 303
    assert Interaction.objects.count() == 1
    write(client, "Hello", once=str(uuid.uuid4()))
    assert Interaction.objects.count() == 2
    assert ChatVisitor.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"body": ""},
        {"body": "x" * (LONGEST + 1)},
        {"body": "a\x00b"},
        {"body": "x", "email": "no email"},
        {"body": "x", "name": "n" * 101},
    ],
)
def test_what_does_not_fit_comes_back_with_the_form(chat: Channel, fields: dict[str, str]) -> None:
    client = visitor()
    answer = write(client, **fields)
    assert answer.status_code == 422
    assert "invalid" in answer.content.decode()
    assert not ChatVisitor.objects.exists()


def test_the_form_needs_its_token_and_htmx_gets_the_fragment(chat: Channel) -> None:
    client = visitor()
    assert client.post(MESSAGES, {"body": "Hello"}).status_code == 403
    token = client.cookies["csrftoken"].value
    answer = client.post(
        MESSAGES,
        {"body": "Hello", "csrfmiddlewaretoken": token},
        headers={"HX-Request": "true", "HX-Target": "div#chat"},
    )
    content = answer.content.decode()
    assert answer.status_code == 200
    assert content.startswith('<div id="chat"')
    assert "Hello" in content
    assert "<html" not in content


def test_there_is_no_chat_without_its_key(chat: Channel) -> None:
    Channel.objects.filter(pk=chat.pk).update(archived_at=timezone.now())
    for path in (PAGE, MESSAGES, "/chat/x/", "/chat/%00/", f"/chat/{'x' * 500}/", "/chat/website%20chat/"):
        assert Client().get(path).status_code == 404, path
    assert Client().post(MESSAGES, {"body": "Hello"}).status_code == 404


def test_the_cookie_is_for_this_page_and_no_script(chat: Channel) -> None:
    cookie = visitor().cookies["chat"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", PAGE)
    assert Client().get(PAGE)["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


def test_a_visitor_who_writes_too_much_waits(chat: Channel) -> None:
    client = visitor()
    answers = [write(client, f"Message {number}").status_code for number in range(22)]
    assert answers == [303] * 20 + [429] * 2
    assert Interaction.objects.count() == 20
    assert write(visitor(), "Somebody else").status_code == 303


def test_a_chat_of_people_links_whom_they_can_read(team: Team) -> None:
    own = ChannelFactory(
        account=team.account, kind="chat", address="Own", provider="webchat", public_key="website-chat"
    )
    share_channel(own, team.owner, "admin")
    contact = team.mine(email="renee@buyer.example")
    write(visitor(), "Hello", email="renee@buyer.example")
    assert list(Interaction.objects.get().contacts.all()) == [contact]


def test_the_provider_delivers_by_being_there() -> None:
    provider = get_provider("webchat")
    message = Outgoing(key="1", type="chat", sender="Website", to="visitor-1", body="Hello")
    assert provider.send(message).status == "delivered"
    assert provider.look_up(message, "").status == "delivered"  # type: ignore[union-attr]
    assert "webchat" in [one.name for one in providers_for("chat")]
    with pytest.raises(DeliveryError):
        provider.send(Outgoing(key="1", type="chat", sender="W", to="v", files=(File("a", "text/plain", b"x"),)))
    with pytest.raises(DeliveryError):
        provider.call(OutgoingCall(key="1", sender="W", to="v"))
