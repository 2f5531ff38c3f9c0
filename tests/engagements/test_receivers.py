"""What comes back of what an engagement has sent, as its ledger keeps it: reports, replies, opt-outs, tracking."""

import datetime
import itertools

import pytest
from django.utils import timezone

from contacts.signals import contact_joined, contact_parted
from conversations.engagements.models import EarlierTry, Recipient
from conversations.models import OptOut
from conversations.providers.base import Receipt
from conversations.services.announcing import end_announcement
from conversations.services.delivering import record_status, settle
from conversations.services.inbound import apply_event
from conversations.services.mail_intake import take_mail, take_report
from conversations.services.mail_traffic import NotKnownYet
from conversations.services.opting import is_opted_out
from tests.conversations.mails import bounce
from tests.factories_contacts import ContactFactory

from .sent import EMAIL, NUMBER, Sent, again

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent() -> Sent:
    return Sent()


def ago(**span: float) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(**span)


def report(recipient: Recipient, event: str, event_id: str = "", at: datetime.datetime | None = None) -> None:
    """A mail service posts it, and the job applies it."""
    message_id = f"<{recipient.interaction_id}@acme.example>"
    made = take_report(message_id=message_id, event_type=event, event_id=event_id, at=at)
    if made:
        apply_event(made)


def test_reports_in_any_order_and_twice_come_to_the_same(sent):
    texts = sent.engagement()
    for number, order in enumerate(itertools.permutations(["unknown", "sent", "delivered"])):
        contact = ContactFactory(owner=sent.author, phone=f"+1202555020{number}")
        recipient = sent.recipient(texts, contact=contact, address=f"+1202555020{number}")
        for status in (*order, order[0]):
            record_status(recipient.interaction_id, status)
        assert (again(recipient).status, again(recipient).error) == ("delivered", "")
        assert again(recipient).final_at


def test_a_failure_says_why_and_a_late_report_does_not_undo_it(sent):
    recipient = sent.recipient()
    record_status(recipient.interaction_id, "unknown", error="Nobody knows")
    assert (again(recipient).status, again(recipient).error, again(recipient).final_at) == (
        "unknown", "Nobody knows", None,
    )  # fmt: skip
    record_status(recipient.interaction_id, "failed", error="This number does not exist")
    record_status(recipient.interaction_id, "sent")
    found = again(recipient)
    assert (found.status, found.error) == ("failed", "This number does not exist")
    assert found.final_at


def test_a_report_of_an_ordinary_message_changes_no_ledger(sent):
    recipient = sent.recipient()
    other = sent.message("text", timezone.now(), "sending", sent.renee)
    record_status(other, "delivered")
    assert again(recipient).status == "handed"


def test_a_call_ends_once_and_gets_the_seconds_that_it_lacked(sent):
    recipient = sent.recipient(kind="voice")
    end_announcement(recipient.interaction_id, "machine")
    assert (again(recipient).status, again(recipient).seconds) == ("machine", None)
    end_announcement(recipient.interaction_id, "answered", seconds=31)  # its end, without who had picked up
    end_announcement(recipient.interaction_id, "answered", seconds=99)
    found = again(recipient)
    assert (found.status, found.seconds) == ("machine", 31)
    assert found.interaction.outcome == "left message"


def test_an_earlier_try_counts_only_where_it_arrived_after_all(sent):
    recipient = sent.recipient(status="failed")
    first = recipient.interaction
    EarlierTry.objects.create(interaction=first, recipient=recipient)
    second = sent.message("text", timezone.now(), "sending", sent.renee)
    Recipient.objects.filter(pk=recipient.pk).update(interaction=second)
    first.status = "sending"
    first.save()
    record_status(first, "failed")
    assert again(recipient).status == "handed"
    first.save()
    record_status(first, "delivered")
    assert again(recipient).status == "delivered"
    assert again(recipient).interaction == second


def test_a_reply_counts_for_the_newest_message_in_the_conversation_and_the_first_time(sent):
    old = sent.recipient(at=ago(days=9), status="delivered")
    new = sent.recipient(at=ago(days=2), status="delivered")
    first = sent.answer(at=ago(hours=5))
    sent.answer("And Wednesday")
    assert again(new).replied_at == first.at
    assert again(old).replied_at is None


def test_what_is_no_reply(sent):
    late = sent.recipient(at=ago(days=31), status="delivered")
    mailed = sent.recipient(kind="email", at=ago(days=1), status="sent")
    sent.answer()  # after 30 days
    sent.answer(kind="email", is_automatic=True)
    failed = sent.recipient(at=ago(days=1), status="failed")
    sent.answer()
    assert [again(one).replied_at for one in (late, mailed, failed)] == [None, None, None]
    call_back = sent.recipient(kind="voice", at=ago(minutes=5), status="done")
    sent.answer("", type="call", status="ringing")
    assert again(call_back).replied_at


def test_a_word_that_opts_out_is_no_reply(sent):
    recipient = sent.recipient(at=ago(days=1), status="delivered")
    sent.answer(" Stop. ")
    found = again(recipient)
    assert found.unsubscribed_at
    assert found.replied_at is None
    first = found.unsubscribed_at
    sent.answer("START")
    sent.answer("STOP")
    assert again(recipient).unsubscribed_at == first
    assert again(recipient).replied_at  # START is an answer, too


def test_a_blocked_reply_and_another_accounts_stop_change_nothing(sent):
    recipient = sent.recipient(status="delivered")
    other = Sent()
    other.answer("STOP")
    other.answer("Hello")
    found = again(recipient)
    assert (found.replied_at, found.unsubscribed_at) == (None, None)
    assert is_opted_out(other.account.pk, "text", NUMBER)


def test_what_mail_services_report_of_a_mail(sent):
    recipient = sent.recipient(kind="email", status="sent")
    early, late = ago(hours=3), ago(hours=2)
    report(recipient, "clicked", "c", at=late)
    report(recipient, "opened", "o2", at=late)
    report(recipient, "opened", "o1", at=early)  # reported later, happened first
    report(recipient, "opened", "o1", at=early)
    report(recipient, "subscribed", "s")
    found = again(recipient)
    assert (found.opened_at, found.clicked_at, found.complained_at) == (early, late, None)
    report(recipient, "delivered", "d")
    report(recipient, "bounced", "b")
    report(recipient, "delivered", "d2")
    found = again(recipient)
    assert (found.status, found.error) == ("bounced", "It came back")


def test_a_complaint_and_a_services_own_link_opt_out(sent):
    complained = sent.recipient(kind="email", status="delivered")
    report(complained, "complained")
    found = again(complained)
    assert found.complained_at
    assert (found.status, found.unsubscribed_at) == ("handed", None)
    assert is_opted_out(sent.account.pk, "email", EMAIL)
    left = sent.recipient(kind="email", status="delivered")
    report(left, "unsubscribed")
    report(left, "unsubscribed", "again")
    assert again(left).unsubscribed_at
    assert again(complained).unsubscribed_at is None  # told of one mail, kept for one
    sent.item.refresh_from_db()
    assert sent.item.is_subscribed is False
    assert OptOut.objects.filter(account=sent.account).count() == 1


def test_a_mail_that_comes_back_bounced(sent):
    recipient = sent.recipient(kind="email", status="sent")
    raw = bounce(f"<{recipient.interaction_id}@acme.example>")
    made = take_mail(raw, recipients=[sent.mailbox.address])
    assert made
    apply_event(made)
    assert (again(recipient).status, again(recipient).error) == ("bounced", "There is no such mailbox (5.1.1)")


def test_a_report_that_is_quicker_than_our_note_waits_and_one_of_strangers_is_let_go(sent, monkeypatch):
    made = take_report(message_id="nobody's", event_type="opened")
    with pytest.raises(NotKnownYet):
        apply_event(made)
    monkeypatch.setattr("conversations.services.mail_traffic.SOON", datetime.timedelta(0))
    assert apply_event(made) is None


def test_an_id_of_the_provider_is_noted_with_the_outcome(sent):
    recipient = sent.recipient(kind="voice")
    settle(recipient.interaction, Receipt("CA7", "done", outcome="busy"))
    assert (again(recipient).status, again(recipient).interaction.external_id) == ("busy", "CA7")
    assert again(recipient).interaction.is_answered is False


def test_joining_records_takes_what_they_were_sent_along_and_back(sent):
    twin = ContactFactory(owner=sent.author, phone="+12025550177")
    both, alone = sent.engagement(), sent.engagement()
    sent.recipient(both)
    double = sent.recipient(both, contact=twin, address="+12025550177")
    single = sent.recipient(alone, contact=twin, address="+12025550177")
    ids = {"contact_id": twin.pk, "kept_id": sent.renee.pk}
    moved = dict(pair for _, found in contact_joined.send(None, **ids) for pair in (found or {}).items())
    assert (again(single).contact, again(double).contact) == (sent.renee, twin)
    contact_parted.send(None, **ids, moved=moved)
    assert again(single).contact == twin
