"""An engagement from its beginning to what people answer, through the workers' own steps."""

import pytest
from django.test import Client

from conversations.engagements.models import Recipient
from conversations.engagements.services import carrying, lanes, ledger, sending
from conversations.models import Interaction
from conversations.services.simulating import set_behaviour
from tests.conversations.wire import Wire
from tests.factories_contacts import ContactFactory
from tests.factories_engagements import put_on_list

from .sent import EMAIL, Sent, again

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent() -> Sent:
    return Sent()


def send(sent: Sent, kind: str, **fields) -> list[Recipient]:
    """All of it leaves; its ledger in the order of the people."""
    engagement = sent.engagement(kind, status="draft", started_at=None, **fields)
    sending.begin(engagement, by=sent.author)
    ledger.fan_out(engagement.pk)
    lanes.run(engagement.pk)
    engagement.refresh_from_db()
    assert engagement.status == "done"
    return list(engagement.recipients.select_related("interaction").order_by("contact"))


def test_each_phone_takes_a_call_in_its_way(sent):
    behaviours = ("machine", "busy", "silent", "fails")
    for number, behaviour in enumerate(behaviours):
        phone = f"+1202555030{number}"
        put_on_list(sent.list, ContactFactory(owner=sent.author, phone=phone))
        set_behaviour(sent.author, phone, behaviour)
    found = send(sent, "voice", body="The oven service is due.")
    assert [one.status for one in found] == ["answered", "machine", "busy", "unanswered", "failed"]
    assert [one.seconds for one in found] == [3, 3, None, None, None]
    calls = [one.interaction for one in found]
    assert [call.is_answered for call in calls] == [True, False, False, False, None]
    assert {call.status for call in calls} == {"done", "failed"}
    assert all(call.wrapped_at for call in calls)


def test_a_mail_names_the_way_out_and_its_answers_come_back(sent, monkeypatch, settings):
    settings.PUBLIC_ADDRESS = "https://crm.example"
    wire = Wire()
    monkeypatch.setattr(carrying, "get_provider", lambda name: wire)
    (recipient,) = send(sent, "email", subject="News", body="The oven service is due.")
    mail = wire.sent[0]
    link = mail.mail.others["List-Unsubscribe"].strip("<>")
    assert mail.mail.others["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (mail.to, link in mail.body) == (EMAIL, True)
    assert recipient.status == "sent"
    sent.answer("Thanks", kind="email")
    Client(enforce_csrf_checks=True).post(link.removeprefix("https://crm.example"), {"List-Unsubscribe": "One-Click"})
    found = again(recipient)
    assert found.replied_at
    assert found.unsubscribed_at
    (left,) = send(sent, "email", subject="News", body="Once more")
    assert (left.status, left.reason) == ("skipped", "unsubscribed")
    assert Interaction.objects.filter(direction="out").count() == 1
