"""Mail that comes in: read whatever its sender got wrong, and arriving once on the lines that it was for."""

from __future__ import annotations

import datetime
import io
import time

import pytest
from django.core.management import call_command
from django.utils import timezone

from contacts.models import Contact
from conversations.inbound_mail import CUT, LARGEST, UNREADABLE, MailTooLarge, read_message
from conversations.models import Channel, InboundEvent, Interaction, Mail, Unread
from conversations.services import mail_traffic
from conversations.services.inbound import apply_event
from conversations.services.mail_intake import take_mail, take_report
from tests.factories import AccountFactory, UserFactory
from tests.factories_contacts import ContactFactory
from tests.factories_conversations import ChannelFactory, arrive, share_channel

from .mails import FULL, PNG, bounce, parts, raw
from .team import Team


def test_a_whole_message_is_read() -> None:
    mail = read_message(FULL)
    assert (mail.sender, mail.from_name, mail.subject) == ("renee@buyer.example", "Renee Martinez", "Angebot für März")
    assert (mail.message_id, mail.in_reply_to) == ("<m1@buyer.example>", "<ours@acme.example>")
    assert mail.references == "<first@acme.example> <ours@acme.example>"
    assert mail.recipients == ("sales@acme.example", "boss@buyer.example")
    assert mail.date == datetime.datetime(2026, 11, 21, 10, tzinfo=datetime.UTC)
    assert mail.text == "Grüße, 5 €\n\n> quoted words"
    assert mail.html == '<p>Grüße <img src="cid:logo@x"></p>'
    assert [file.name for file in mail.files] == ["logo.png", "Angebot März.pdf", "Older.eml", "winmail.dat"]
    assert mail.files[0].content == PNG
    assert mail.files[1].content == b"%PDF-1.4 x"
    assert b"Inside" in mail.files[2].content
    assert mail.pictures == {"logo@x": 0}
    assert not mail.is_automatic


def test_formatted_mail_without_text_gets_one() -> None:
    html = "<style>p{}</style><p>Dear all,</p><p>see <a href='https://a.example/x'>this</a></p>"
    assert read_message(raw(html, content_type="text/html")).text == "Dear all,\n\nsee this <https://a.example/x>"
    empty = parts("Content-Type: text/plain\n\n \n", "Content-Type: text/html\n\n<p>Words</p>")
    assert read_message(raw(empty, content_type="multipart/alternative; boundary=b")).text == "Words"


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("Grüße".encode("latin-1"), "text/plain; charset=iso-8859-1", "Grüße"),
        (b"\x80 5", "text/plain; charset=iso-8859-1", "€ 5"),
        ("Grüße".encode("latin-1"), "text/plain; charset=utf-8", "Grüße"),
        ("Grüße".encode(), "text/plain; charset=unknown-8bit", "Grüße"),
        ("Grüße".encode(), 'text/plain; charset="x\'y\\"', "Grüße"),
        ("Привет".encode("koi8-r"), "text/plain; charset=koi8-r", "Привет"),
        ("日本".encode("iso-2022-jp"), "text/plain; charset=iso-2022-jp", "日本"),
        (b"Plain", "text/plain; charset=punycode", "Plain"),
        (b"Plain", "text/plain; charset=unicode_escape", "Plain"),
        (b"Plain", "text/plain; charset=rot13", "Plain"),
        (b"Plain", "nonsense", "Plain"),
        (b"A\x00B", "text/plain", "AB"),
        (b"", "text/plain", ""),
    ],
)
def test_texts_of_any_charset_are_read(body: bytes, content_type: str, text: str) -> None:
    assert read_message(raw(body, content_type=content_type)).text == text


@pytest.mark.parametrize(
    ("header", "name", "address"),
    [
        ('"Martinez, Renee" <renee@buyer.example>', "Martinez, Renee", "renee@buyer.example"),
        ("=?utf-8?q?M=C3=BCller=2C_Ann?= <ann@buyer.example>", "Müller, Ann", "ann@buyer.example"),
        ("=?utf-8?b?TcO8bGxlcg?= <ann@buyer.example>", "Müller", "ann@buyer.example"),
        ("=?utf-8?b?TcO?= =?utf-8?b?vGxsZXI=?= <ann@buyer.example>", "", "ann@buyer.example"),
        ("Grüße <ann@buyer.example>", "Grüße", "ann@buyer.example"),
        ("=?nonsense?q?A=FFb?= <ann@buyer.example>", "Aÿb", "ann@buyer.example"),
        ("ann@buyer.example (Ann)", "Ann", "ann@buyer.example"),
        ("(" * 15_000 + "<ann@buyer.example>", "", "ann@buyer.example"),
        ("a@buyer.example, b@buyer.example", "", "a@buyer.example"),
        ("nobody", "", ""),
        ("<>", "", ""),
    ],
)
def test_senders_are_read_leniently(header: str, name: str, address: str) -> None:
    mail = read_message(raw(**{"from": header}))
    assert mail.sender == address
    if name:
        assert mail.from_name == name


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff" * 5000,
        b"no headers at all",
        b"Subject: only",
        raw("x", content_type="multipart/mixed"),
        raw("x", content_type="multipart/mixed; boundary=missing"),
        raw(parts("Content-Type: multipart/mixed; boundary=b\n\nx"), content_type="multipart/mixed; boundary=b"),
        raw("=ZZ=", content_transfer_encoding="quoted-printable"),
        raw("%%%", content_transfer_encoding="base64"),
        raw("begin 644 x\nnonsense", content_transfer_encoding="x-uuencode"),
        raw("x", content_transfer_encoding="nonsense", date="yesterday", message_id="", to="undisclosed-recipients:;"),
        raw("x", date="Sat, 99 Nov 99999 10:00:00 +9999"),
        raw("x", content_type="message/rfc822"),
        raw("x", content_type="message/delivery-status"),
        raw("x", content_type="multipart/report; boundary=b"),
        raw("x", content_type="text/plain; charset*=utf-8''%ff; name*0*=x; name*1=y"),
        raw("x", content_disposition="attachment; filename*=bad''%zz"),
        raw("x", subject="=?utf-8?q?" + "=" * 30_000 + "?=", references="<" * 50_000),
    ],
)
def test_no_nonsense_raises(content: bytes) -> None:
    mail = read_message(content)
    assert "\x00" not in mail.text + mail.subject


def test_what_takes_long_or_deep_ends_soon() -> None:
    deep = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(2000))
    started = time.process_time()
    mail = read_message(f"From: a@buyer.example\n{deep}\nx".encode())
    many = read_message(
        raw(parts(*["Content-Type: image/png\n\nx"] * 3000), content_type="multipart/mixed; boundary=b")
    )
    wide = read_message(raw(**{"from": "<" * 100_000, "to": "a@b.example, " * 50_000, "subject": "=?" * 50_000}))
    assert time.process_time() - started < 15
    assert mail.sender == "a@buyer.example"
    assert mail.text in ("", UNREADABLE)
    assert len(many.files) == 20
    assert "more attached files were left out" in many.text
    assert wide.sender == ""


def test_sizes_are_limited() -> None:
    long = read_message(raw("word " * 300_000))
    assert long.text.endswith(CUT)
    assert len(long.text) < 1_000_100
    with pytest.raises(MailTooLarge):
        read_message(b"x" * (LARGEST + 1))


@pytest.mark.parametrize(
    "headers",
    [
        {"auto_submitted": "auto-replied"},
        {"auto_submitted": "auto-generated (rejected)"},
        {"precedence": "bulk"},
        {"precedence": "List"},
        {"list_id": "<news.buyer.example>"},
        {"list_unsubscribe": "<https://buyer.example/u>"},
        {"x_auto_response_suppress": "All"},
        {"return_path": "<>"},
        {"from": "MAILER-DAEMON@mx.example"},
        {"from": "no-reply@shop.example"},
        {"from": "Shop <donotreply+7@shop.example>"},
    ],
)
def test_mail_of_machines_is_known(headers: dict[str, str]) -> None:
    assert read_message(raw(**headers)).is_automatic


@pytest.mark.parametrize(
    "headers", [{}, {"auto_submitted": "no"}, {"return_path": "<renee@buyer.example>"}, {"from": "norbert@x.example"}]
)
def test_mail_of_people_is_no_machines(headers: dict[str, str]) -> None:
    assert not read_message(raw(**headers)).is_automatic


def test_a_bounce_names_the_message_and_the_reason() -> None:
    report = read_message(bounce("<7@acme.example>")).report
    assert report
    assert (report.message_id, report.action, report.status) == ("<7@acme.example>", "failed", "5.1.1")
    assert report.words == "There is no such mailbox (5.1.1)"


# Arriving


@pytest.fixture
def team(db: None) -> Team:
    return Team()


@pytest.fixture
def mailbox(team: Team) -> Channel:
    return email_id(department=team.sales, account=team.account)


def email_id(**fields: object) -> Channel:
    facts = {"kind": "email", "address": "sales@acme.example", "provider": "email", "verified_at": timezone.now()}
    return ChannelFactory(**{**facts, **fields})


def receive(content: bytes, *recipients: str) -> Interaction | None:
    event = take_mail(content, recipients=recipients)
    assert event
    return apply_event(event)


def test_a_mail_arrives_whole_and_unread(team: Team, mailbox: Channel) -> None:
    found = receive(FULL)
    assert found
    assert (found.type, found.subject, found.outside_address) == ("email", "Angebot für März", "renee@buyer.example")
    assert found.conversation == mailbox.conversations.get()
    mail = Mail.objects.get(interaction=found)
    assert mail.pictures == {"logo@x": 0}
    assert [one.name for one in found.attachments.order_by("position")][:2] == ["logo.png", "Angebot März.pdf"]
    assert set(Unread.objects.values_list("user", flat=True)) == {team.leader.pk, team.operator.pk}
    assert not Contact.objects.exists()
    assert "raw" not in InboundEvent.objects.get().payload


def test_a_mail_that_comes_twice_is_one(mailbox: Channel) -> None:
    assert take_mail(FULL)
    assert take_mail(FULL) is None
    apply_event(InboundEvent.objects.get().pk)
    receive(b"Received: by another way\r\n" + FULL)
    assert Interaction.objects.count() == 1
    receive(raw("Other words", subject="Another subject"))  # a sender that uses one id for all
    assert Interaction.objects.count() == 2
    assert mailbox.conversations.count() == 1


def test_a_mail_without_an_id_is_known_by_its_content(mailbox: Channel) -> None:
    receive(raw("One", message_id=None))
    receive(b"Received: x\r\n" + raw("One", message_id=None))
    receive(raw("Two", message_id=None))
    assert Interaction.objects.count() == 2


def test_it_arrives_on_each_line_that_it_was_for_and_no_other(team: Team, mailbox: Channel) -> None:
    support = email_id(department=team.support, account=team.account, address="support@acme.example")
    both = raw("To both", to="sales@acme.example, Support <SUPPORT@acme.example>")
    assert receive(both)
    assert set(Interaction.objects.values_list("channel", flat=True)) == {mailbox.pk, support.pk}
    one = receive(raw("To one by its envelope", message_id="<2@b>"), "support@acme.example")
    assert one
    assert one.channel == support
    assert Interaction.objects.count() == 3


def test_nobody_reads_mail_by_claiming_an_address(mailbox: Channel) -> None:
    other = AccountFactory()
    email_id(account=other, verified_at=None)
    email_id(account=other, address="old@acme.example", archived_at=timezone.now())
    receive(FULL)
    assert Interaction.objects.get().channel == mailbox
    with pytest.raises(mail_traffic.NotForUs):
        receive(raw(to="old@acme.example"))


def test_our_own_addresses_make_no_loop(team: Team, mailbox: Channel) -> None:
    email_id(department=team.support, account=team.account, address="support@acme.example")
    with pytest.raises(mail_traffic.FromOurselves):
        receive(raw(**{"from": "Support <Support@acme.example>"}))
    assert not Interaction.objects.exists()


def test_known_people_take_part_and_nobody_is_made(team: Team) -> None:
    owner = UserFactory(account=team.account)
    mailbox = share_channel(email_id(account=team.account, department=None), owner, "admin")
    contact = ContactFactory(owner=owner, email="Renee@Buyer.example")
    found = receive(FULL)
    assert found
    assert list(found.contacts.all()) == [contact]
    assert found.channel == mailbox
    automatic = receive(raw(message_id="<3@x>", auto_submitted="auto-replied"))
    assert automatic
    assert automatic.is_automatic
    assert Contact.objects.count() == 1


def test_a_bounce_fails_the_message_that_it_is_about_and_is_no_entry(mailbox: Channel) -> None:
    sent = ours(mailbox)
    assert receive(bounce("<ours@acme.example>")) is None
    sent.refresh_from_db()
    assert (sent.status, sent.error) == ("failed", "There is no such mailbox (5.1.1)")
    delayed = bounce("<ours@acme.example>", "delayed", "4.4.1").replace(b"<bounce@", b"<delay@")
    assert receive(delayed) is None
    unknown = receive(bounce("<somebody@else.example>").replace(b"<bounce@", b"<other@"))
    assert unknown
    assert unknown.is_automatic
    assert Interaction.objects.count() == 2


def test_a_bounce_to_another_line_changes_nothing_here(team: Team, mailbox: Channel) -> None:
    sent = ours(mailbox)
    email_id(account=AccountFactory(), address="evil@other.example")
    receive(bounce("<ours@acme.example>"), "evil@other.example")
    sent.refresh_from_db()
    assert sent.status == "sent"


@pytest.mark.parametrize(("event", "status"), [("delivered", "delivered"), ("bounced", "failed"), ("opened", "sent")])
def test_reports_of_a_mail_service_are_heeded(mailbox: Channel, event: str, status: str) -> None:
    sent = ours(mailbox)
    made = take_report(message_id="<ours@acme.example>", event_type=event, event_id="1")
    assert made
    assert take_report(message_id="<ours@acme.example>", event_type=event, event_id="1") is None
    apply_event(made)
    sent.refresh_from_db()
    assert sent.status == status


def ours(mailbox: Channel) -> Interaction:
    sent = arrive(mailbox, "renee@buyer.example", "email", direction="out", status="sent")
    Mail.objects.create(interaction=sent, message_id="<ours@acme.example>")
    return sent


def test_an_old_date_is_not_believed(mailbox: Channel) -> None:
    old, today = receive(raw(date="Mon, 1 Jan 2001 10:00:00 +0000")), timezone.now()
    assert old
    assert today - old.at < datetime.timedelta(minutes=5)


@pytest.mark.parametrize(("arguments", "code"), [([], None), (["sales@acme.example"], None), (["x@acme.example"], 67)])
def test_a_mail_server_pipes_a_message_in(
    mailbox: Channel, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int | None
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(FULL)))
    if code:
        with pytest.raises(SystemExit) as ended:
            call_command("receive_mail", *arguments)
        assert ended.value.code == code
    else:
        call_command("receive_mail", *arguments)
        event = InboundEvent.objects.get()
        assert apply_event(event.pk)


@pytest.mark.parametrize("content", [b"", b"x" * (LARGEST + 1)])
def test_a_pipe_with_nothing_or_too_much_is_refused(db: None, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    with pytest.raises(SystemExit) as ended:
        call_command("receive_mail")
    assert ended.value.code == 65
    assert not InboundEvent.objects.exists()
