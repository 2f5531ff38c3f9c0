"""Mail that leaves: what a real mail server on this machine receives, and what each of its answers means."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
import requests
from aiosmtpd.controller import Controller
from anymail.exceptions import AnymailRecipientsRefused, AnymailRequestsAPIError
from pytest_django.fixtures import Settings

from conversations.providers import email as provider
from conversations.providers.base import DeliveryError, File, MailHeaders, OutcomeUnknown, Outgoing, OutgoingCall
from conversations.providers.email import SMTP, Email
from conversations.providers.registry import get_provider, providers_for

MESSAGE = Outgoing(
    key="kithline-7", type="email", sender="sales@acme.example", to="renee@buyer.example",
    subject="Ihr Angebot für März", body="Grüße\nAnn",
    files=(File("plan.pdf", "application/pdf", b"%PDF-1.4 \x00\xff"),),
    mail=MailHeaders(
        message_id="<7@acme.example>", in_reply_to="<6@buyer.example>",
        references=("<5@buyer.example>", "<6@buyer.example>"),
        from_name='Ann "Sales" Müller', cc=("boss@buyer.example",), others={"X-Kithline": "7"},
    ),
)  # fmt: skip


class Server:
    """A mail server that answers as it is told: `rcpt` by address, `data`; drops the line where the answer is None."""

    def __init__(self) -> None:
        self.messages: list[tuple[EmailMessage, list[str], str]] = []
        self.rcpt: dict[str, str] = {}
        self.data: str | None = "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        answer = self.rcpt.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        read = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(read, EmailMessage)
        self.messages.append((read, envelope.rcpt_tos, envelope.mail_from))
        if self.data is None:
            server.transport.abort()
            return "250 OK"
        return self.data


def free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return opened.getsockname()[1]


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    handler = Server()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", controller.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_TIMEOUT = 5
    yield handler
    controller.stop()


def test_a_mail_server_receives_the_message_whole(server: Server) -> None:
    receipt = Email().send(MESSAGE)
    assert (receipt.external_id, receipt.status) == ("<7@acme.example>", "sent")
    [(mail, recipients, sender)] = server.messages
    assert sender == "sales@acme.example"
    assert recipients == ["renee@buyer.example", "boss@buyer.example"]
    assert mail["Message-ID"] == "<7@acme.example>"
    assert mail["In-Reply-To"] == "<6@buyer.example>"
    assert mail["References"] == "<5@buyer.example> <6@buyer.example>"
    assert mail["From"].addresses[0].display_name == 'Ann "Sales" Müller'
    assert mail["From"].addresses[0].addr_spec == "sales@acme.example"
    assert (mail["Subject"], mail["To"], mail["Cc"]) == (
        "Ihr Angebot für März", "renee@buyer.example", "boss@buyer.example",
    )  # fmt: skip
    assert mail["X-Kithline"] == "7"
    body, attachment = mail.get_body(), next(iter(mail.iter_attachments()))
    assert body
    assert body.get_content().replace("\r\n", "\n").strip() == "Grüße\nAnn"
    assert (attachment.get_filename(), attachment.get_content()) == ("plan.pdf", b"%PDF-1.4 \x00\xff")


def test_each_message_has_an_id_and_no_header_can_be_smuggled_in(server: Server) -> None:
    plain = Outgoing(
        key="1", type="email", sender="sales@acme.example", to="renee@buyer.example", subject="A\r\nBcc: x@y.example"
    )
    receipt = Email().send(plain)
    mail = server.messages[0][0]
    assert receipt.external_id == mail["Message-ID"]
    assert receipt.external_id.endswith("@acme.example>")
    assert mail["Subject"] == "A Bcc: x@y.example"
    assert mail["Bcc"] is None
    hostile = Outgoing(
        key="2",
        type="email",
        sender="s@acme.example",
        to="r@buyer.example",
        mail=MailHeaders(others={"X-A": "1\r\nBcc: x@y"}),
    )
    with pytest.raises(DeliveryError) as refused:
        Email().send(hostile)
    assert refused.value.permanent
    assert len(server.messages) == 1


@pytest.mark.parametrize(
    ("rcpt", "data", "permanent"),
    [
        ("450 greylisted", "250 OK", False),
        ("550 no such user", "250 OK", True),
        ("250 OK", "451 try later", False),
        ("250 OK", "552 too large", True),
    ],
)
def test_a_refusal_is_for_now_or_for_good(server: Server, rcpt: str, data: str, permanent: bool) -> None:
    server.rcpt = {MESSAGE.to: rcpt, "boss@buyer.example": rcpt}
    server.data = data
    with pytest.raises(DeliveryError) as refused:
        Email().send(MESSAGE)
    assert refused.value.permanent is permanent
    assert "buyer.example" not in str(refused.value)


def test_the_person_refused_while_the_copy_was_taken_is_a_failure(server: Server) -> None:
    server.rcpt = {MESSAGE.to: "550 no such user"}
    assert Email().send(MESSAGE).status == "failed"
    assert server.messages[0][1] == ["boss@buyer.example"]


def test_a_line_that_breaks_after_the_content_leaves_the_outcome_unknown(server: Server) -> None:
    server.data = None
    with pytest.raises(OutcomeUnknown):
        Email().send(MESSAGE)


def test_a_server_that_cannot_be_reached_is_asked_later(server: Server, settings: Settings) -> None:
    settings.EMAIL_PORT = free_port()
    with pytest.raises(DeliveryError) as refused:
        Email().send(MESSAGE)
    assert not refused.value.permanent


@pytest.mark.parametrize(
    ("backend", "on"),
    [
        (SMTP, True),
        ("anymail.backends.postmark.EmailBackend", True),
        ("django.core.mail.backends.console.EmailBackend", False),
        ("django.core.mail.backends.locmem.EmailBackend", False),
    ],
)
def test_it_is_on_when_mail_leaves_by_a_server_or_a_service(settings: Settings, backend: str, on: bool) -> None:
    settings.EMAIL_BACKEND = backend
    assert get_provider("email").is_on() is on
    assert ("email" in [one.name for one in providers_for("email")]) is on


def by_service(raised: Exception | None = None, status: int = 0) -> Callable[..., Any]:
    def post(*args: Any, **options: Any) -> requests.Response:
        if raised:
            raise raised
        response = requests.Response()
        response.status_code = status
        response._content = b'{"ErrorCode": 0, "MessageID": "b7bc-1", "To": "renee@buyer.example", "Message": "OK"}'
        return response

    return post


@pytest.mark.parametrize(
    ("raised", "status", "expected"),
    [
        (None, 200, "sent"),
        (None, 404, "permanent"),
        (None, 429, "later"),
        (None, 401, "later"),
        (None, 503, "later"),
        (None, 500, "unknown"),
        (requests.ReadTimeout("slow"), 0, "unknown"),
        (requests.ConnectTimeout("away"), 0, "later"),
        (requests.ConnectionError("broke off"), 0, "unknown"),
    ],
)
def test_what_a_mail_service_answers(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, raised: Exception | None, status: int, expected: str
) -> None:
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "token"}
    monkeypatch.setattr(requests.Session, "request", by_service(raised, status))
    try:
        receipt = Email().send(MESSAGE)
        found = receipt.status
        assert receipt.external_id == "b7bc-1"
    except DeliveryError as error:
        found = "permanent" if error.permanent else "later"
    except OutcomeUnknown:
        found = "unknown"
    assert found == expected


def test_an_unconfigured_service_is_tried_later_and_refused_people_are_not(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EMAIL_BACKEND, settings.ANYMAIL = "anymail.backends.postmark.EmailBackend", {}
    with pytest.raises(DeliveryError) as refused:
        Email().send(MESSAGE)
    assert not refused.value.permanent
    assert isinstance(provider._of_service(AnymailRequestsAPIError("odd")), OutcomeUnknown)

    class Refusing:
        def send_messages(self, messages: list[Any]) -> int:
            raise AnymailRecipientsRefused

    monkeypatch.setattr(provider, "get_connection", Refusing)
    with pytest.raises(DeliveryError) as refused:
        Email().send(MESSAGE)
    assert refused.value.permanent


def test_a_mail_cannot_be_asked_after_and_calls_nobody() -> None:
    assert Email().look_up(MESSAGE, "<7@acme.example>") is None
    with pytest.raises(DeliveryError):
        Email().call(OutgoingCall(key="1", sender="sales@acme.example", to="+12025550142"))
