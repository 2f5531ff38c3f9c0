"""What mail services post: refused without the secret, kept once, whatever its size or shape."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from conversations.models import InboundEvent, Interaction, Mail
from conversations.services.inbound import apply_event
from tests.factories import AccountFactory
from tests.factories_conversations import ChannelFactory, arrive

from .mails import FULL, PNG

pytestmark = pytest.mark.django_db
SECRET = "mail:s3cret"
KEY = "signing-key"
POSTMARK = "/webhooks/email/postmark/inbound/"
MAILGUN = "/webhooks/email/mailgun/inbound_mime/"
MESSAGE = {
    "From": "Åsa Ek <asa@buyer.example>",
    "FromFull": {"Email": "asa@buyer.example", "Name": "Åsa Ek"},
    "To": "sales@acme.example",
    "OriginalRecipient": "sales@acme.example",
    "Subject": "Grüße",
    "Date": "Sat, 21 Nov 2026 10:00:00 +0000",
    "MessageID": "b7bc-1",
    "TextBody": "Hällo",
    "HtmlBody": "<p>Hällo</p>",
    "Headers": [{"Name": "Message-ID", "Value": "<p1@buyer.example>"}, {"Name": "X-Name", "Value": "Größe"}],
    "Attachments": [
        {"Name": "logo.png", "ContentType": "image/png", "Content": base64.b64encode(PNG).decode(), "ContentLength": 70}
    ],
}


@pytest.fixture(autouse=True)
def secrets(settings: Settings) -> None:
    settings.ANYMAIL = {"WEBHOOK_SECRET": [SECRET, "mail:older"], "MAILGUN_WEBHOOK_SIGNING_KEY": KEY}


def known(secret: str = SECRET) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(secret.encode()).decode()}


def post(content: object, path: str = POSTMARK, **headers: str):
    body = content if isinstance(content, bytes) else json.dumps(content)
    return Client().post(path, body, content_type="application/json", **(headers or known()))


def mailbox() -> object:
    return ChannelFactory(
        account=AccountFactory(), kind="email", address="sales@acme.example", verified_at=timezone.now()
    )


def signed() -> dict[str, str]:
    stamp = str(int(time.time()))
    signature = hmac.new(KEY.encode(), f"{stamp}token".encode(), hashlib.sha256).hexdigest()
    return {
        "timestamp": stamp,
        "token": "token",
        "signature": signature,
        "recipient": "sales@acme.example",
        "sender": "x@y.example",
    }


def test_nobody_posts_mail_without_the_secret(settings: Settings) -> None:
    for headers in ({"HTTP_X": "1"}, known("mail:wrong"), known(""), {"HTTP_AUTHORIZATION": "Basic %%%"}):
        answer = post(MESSAGE, **headers)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"]
    settings.ANYMAIL = {"WEBHOOK_SECRET": []}
    assert post(MESSAGE, **known("")).status_code == 401
    assert post(MESSAGE).status_code == 401
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize("secret", [SECRET, "mail:older"])
def test_a_message_is_kept_and_arrives(secret: str) -> None:
    mailbox()
    assert post(MESSAGE, **known(secret)).status_code == 200
    found = apply_event(InboundEvent.objects.get().pk)
    assert found
    assert (found.outside_address, found.subject, found.body) == ("asa@buyer.example", "Grüße", "Hällo")
    assert Mail.objects.get().from_name == "Åsa Ek"
    assert [(one.name, one.kind) for one in found.attachments.all()] == [("logo.png", "image")]


def test_a_raw_message_is_kept_as_it_came() -> None:
    mailbox()
    fields = {**signed(), "body-mime": FULL.decode("utf-8", "surrogateescape")}
    assert Client().post(MAILGUN, fields, **known()).status_code == 200
    found = apply_event(InboundEvent.objects.get().pk)
    assert found
    assert found.subject == "Angebot für März"
    assert found.attachments.count() == 4


def test_a_form_with_files_is_read_byte_by_byte() -> None:
    """SendGrid and Mailgun post parsed messages as forms with files; lines and zeros in them are kept."""
    mailbox()
    content = bytes(range(256)) * 40 + b"\r\n--x\r\n\n\r"
    headers = json.dumps([["From", "renee@buyer.example"], ["To", "sales@acme.example"], ["Message-Id", "<f@b>"]])
    fields = {
        **signed(), "message-headers": headers, "body-plain": "Wörds", "attachment-count": "1",
        "attachment-1": SimpleUploadedFile("a.bin", content, "application/octet-stream"),
    }  # fmt: skip
    assert Client().post("/webhooks/email/mailgun/inbound/", fields, **known()).status_code == 200
    found = apply_event(InboundEvent.objects.get().pk)
    assert found
    assert found.body == "Wörds"
    assert found.attachments.get().file.open("rb").read() == content


def test_a_large_message_passes_and_a_larger_one_is_refused() -> None:
    mailbox()
    body = FULL + b"\r\n" + b"x" * (8 * 1024 * 1024)  # above what a page's form may have
    assert Client().post(MAILGUN, {**signed(), "body-mime": body.decode()}, **known()).status_code == 200
    large = b'{"a": "' + b"x" * (36 * 1024 * 1024)
    assert post(large).status_code == 413
    assert Client().post(MAILGUN, {**signed(), "body-mime": "x" * (26 * 1024 * 1024)}, **known()).status_code == 413
    assert InboundEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [
        (POSTMARK, b"{", 400),
        (POSTMARK, b"[]", 400),
        (POSTMARK, b"\xff", 400),
        (POSTMARK, {"RecordType": "Bounce"}, 503),
        ("/webhooks/email/postmark/tracking/", {}, 200),
        ("/webhooks/email/mailgun/inbound/", {}, 400),
        ("/webhooks/email/sparkpost/inbound/", {"a": 1}, 400),
        ("/webhooks/email/resend/inbound/", {}, 503),
        ("/webhooks/email/nobody/inbound/", {}, 404),
        ("/webhooks/email/", {}, 404),
    ],
)
def test_no_nonsense_raises(path: str, content: object, status: int) -> None:
    assert post(content, path).status_code == status
    assert not InboundEvent.objects.exists()


def test_a_report_ends_a_message_of_ours() -> None:
    sent = arrive(mailbox(), "renee@buyer.example", "email", direction="out", status="sent", external_id="b7bc-2")
    report = {
        "RecordType": "Bounce",
        "ID": 42,
        "Type": "HardBounce",
        "MessageID": "b7bc-2",
        "Email": "renee@buyer.example",
    }
    for _ in range(2):
        assert post(report, "/webhooks/email/postmark/tracking/").status_code == 200
    apply_event(InboundEvent.objects.get().pk)
    sent = Interaction.objects.get(pk=sent.pk)
    assert sent.status == "failed"
    assert "buyer.example" not in sent.error


def test_a_service_may_ask_before_it_posts() -> None:
    assert Client().head("/webhooks/email/mandrill/", **known()).status_code == 200
    assert Client().head("/webhooks/email/mandrill/").status_code == 401
    assert Client().get("/webhooks/email/mandrill/", **known()).status_code == 405
