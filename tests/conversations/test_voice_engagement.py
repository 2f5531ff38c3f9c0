"""Calls that a machine makes: what they say, who picks up, and how they end, with the simulator and with Twilio."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.base import ContentFile
from django.core.signing import TimestampSigner
from django.test import Client

from conversations.engagements import recordings
from conversations.models import InboundEvent, Interaction
from conversations.providers.base import DeliveryError, OutgoingCall, Receipt
from conversations.providers.registry import get_provider
from conversations.providers.twilio import announcement
from conversations.ringing import to_wrap_up
from conversations.services import delivering
from conversations.services.announcing import end_announcement
from conversations.services.delivering import key_of
from conversations.services.inbound import apply_event
from conversations.services.ringing import end_forgotten
from conversations.services.simulating import set_behaviour
from tests.engagements.sent import NUMBER, Sent, again

from .team import ago
from .twilio_stand_in import SID, SITE, TOKEN, StandIn, post, stand_in

OURS = "+12025556001"
SAY = OutgoingCall("kithline-7", OURS, NUMBER, say="The oven service is due this month.", callback=SITE)
STATUS, WORDS = "/webhooks/twilio/calls/status/", "/webhooks/twilio/calls/announcement/"
SIMULATOR, TWILIO = get_provider("simulator"), get_provider("twilio")


@pytest.fixture(scope="module")
def server() -> Iterator[StandIn]:
    with stand_in() as running:
        yield running


@pytest.fixture
def carrier(server, settings) -> StandIn:
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, settings.TWILIO_BASE_URL = SID, TOKEN, server.url
    settings.PUBLIC_ADDRESS = SITE
    server.answers.clear()
    return server


@pytest.fixture
def sent(db) -> Sent:
    """Its line is one at Twilio."""
    found = Sent()
    type(found.line).objects.filter(pk=found.line.pk).update(provider="twilio", address=OURS)
    found.line.refresh_from_db()
    return found


def call_of(sent: Sent, status: str = "sent") -> Interaction:
    return sent.recipient(kind="voice", status=status).interaction


def told(call: Interaction, path: str, leg: str = "", **params: str) -> None:
    """Twilio posts to an address that we gave it; what was kept is applied by `apply`."""
    query = f"?key={key_of(call.pk)}" + (f"&leg={leg}" if leg else "")
    answer = post(path + query, CallSid=f"CA{call.pk}", From=OURS, To=NUMBER, **params)
    assert answer.status_code == 200


def apply(kind: str) -> None:
    """Apply the reports of this kind that wait."""
    for event in InboundEvent.objects.filter(status="waiting", payload__kind=kind):
        apply_event(event.pk)


def ended(call: Interaction) -> tuple:
    call.refresh_from_db()
    recipient = again(call.recipient)
    return call.status, call.is_answered, call.duration, recipient.status, recipient.seconds


def test_the_simulator_ends_an_announcement_at_once():
    def outcome(behaviour: str, **change: str) -> tuple:
        receipt = SIMULATOR.call(replace(SAY, options={"behaviour": behaviour}, **change))
        return receipt.status, receipt.outcome, receipt.seconds

    assert outcome("delivers") == ("done", "answered", 3)
    assert outcome("delivers", say="", recording="/a.mp3") == ("done", "answered", 20)
    assert outcome("machine") == ("done", "machine", 3)
    assert outcome("busy") == ("done", "busy", None)
    assert outcome("silent") == ("done", "unanswered", None)
    for behaviour, is_final in (("away", False), ("fails", True)):
        with pytest.raises(DeliveryError) as refused:
            outcome(behaviour)
        assert refused.value.permanent is is_final
    assert SIMULATOR.call(OutgoingCall("c", OURS, NUMBER)).status == "ringing"  # a person's call, as ever


def test_twilio_listens_who_picks_up_and_comes_back_for_the_words(carrier):
    assert TWILIO.call(SAY) == Receipt("CA" + "3" * 32, "sent")
    form = carrier.last()
    assert (form["To"], form["From"], form["MachineDetection"]) == (NUMBER, OURS, "DetectMessageEnd")
    assert form["Url"] == f"{SITE}{WORDS}?key=kithline-7"
    assert form["StatusCallback"] == f"{SITE}{STATUS}?key=kithline-7&leg=announcement"
    assert "Twiml" not in form
    TWILIO.call(replace(SAY, say="", recording=f"{SITE}/engagements/recordings/1:a:b/"))
    assert parse_qs(urlsplit(carrier.last()["Url"]).query)["play"] == [f"{SITE}/engagements/recordings/1:a:b/"]


def test_without_a_public_address_the_words_go_along_and_a_recording_cannot(carrier):
    TWILIO.call(replace(SAY, say="5 < 6 & 7", callback="http://127.0.0.1:8000"))
    form = carrier.last()
    assert "<Say>5 &lt; 6 &amp; 7</Say><Hangup" in form["Twiml"]
    assert "StatusCallback" not in form
    asked = len(carrier.asked)
    for change in ({"say": "", "recording": "http://127.0.0.1/a.mp3"}, {"say": "word " * 900, "callback": ""}):
        with pytest.raises(DeliveryError, match="PUBLIC_ADDRESS") as refused:
            TWILIO.call(replace(SAY, **change))
        assert refused.value.permanent
    assert len(carrier.asked) == asked


def test_long_words_are_said_in_parts():
    said = [part.text for part in ElementTree.fromstring(announcement("word " * 2000)).iter("Say")]
    assert len(said) > 1
    assert max(map(len, said)) <= 4000
    assert " ".join(said) == ("word " * 2000).strip()


def test_it_reads_what_the_interaction_says_and_only_to_twilio(carrier, sent):
    call = call_of(sent)
    path = f"{WORDS}?key={key_of(call.pk)}"
    params = {"CallSid": "CA1", "From": OURS, "To": NUMBER, "AnsweredBy": "human"}
    assert "<Say>The oven service is due.</Say>" in post(path, **params).content.decode()
    play = post(f"{path}&play=https%3A%2F%2Fcrm.example%2Fr.mp3", **params).content.decode()
    assert "<Play>https://crm.example/r.mp3</Play>" in play
    assert post(path, signature="forged", **params).status_code == 403
    assert Client().get(path).status_code == 405
    answer = sent.answer("The secret of somebody else")
    for key in ("", "kithline-0", f"kithline-{answer.pk}", "kithline-" + "9" * 18, "x", "kithline-1%00"):
        found = post(f"{WORDS}?key={key}", **params)
        assert found.status_code == 200
        assert "secret" not in found.content.decode()


@pytest.mark.parametrize("by", ["human", "machine_end_beep"])
def test_who_picked_up_counts_in_whatever_order_it_is_told(carrier, sent, by):
    outcome = "answered" if by == "human" else "machine"
    for order in (["pick-up", "call-status"], ["call-status", "pick-up"]):
        call = call_of(sent)
        told(call, WORDS, AnsweredBy=by)
        for _ in range(2):
            told(call, STATUS, "announcement", CallStatus="completed", CallDuration="31")
        for kind in order:
            apply(kind)
        assert ended(call) == ("done", by == "human", 31, outcome, 31)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("busy", ("done", False, None, "busy", None)),
        ("no-answer", ("done", False, None, "unanswered", None)),
        ("failed", ("failed", None, None, "failed", None)),
        ("ringing", ("sent", None, None, "handed", None)),
    ],
)
def test_a_call_that_nobody_heard(carrier, sent, state, expected):
    call = call_of(sent)
    told(call, STATUS, "announcement", CallStatus=state)
    apply("call-status")
    assert ended(call) == expected


def test_an_announcement_rings_for_nobody_and_is_wrapped_up_by_nobody(sent):
    call = call_of(sent)
    Interaction.objects.filter(pk=call.pk).update(at=ago(hours=3), wrapped_at=None)
    end_forgotten(ago(hours=0))
    assert ended(call)[0] == "sent"
    end_announcement(call, "answered", seconds=4)
    assert to_wrap_up(sent.author) == []
    assert end_announcement(sent.answer(), "answered") is None  # no call of ours
    assert end_announcement(0, "answered") is None


def test_providers_are_asked_about_calls_of_which_nobody_knows(carrier, sent):
    lost, simulated = call_of(sent, "unknown"), call_of(Sent(), "unknown")
    unheard, going_on = call_of(sent), call_of(sent)  # the end of the first was lost on the way
    for call in (lost, unheard, going_on):
        Interaction.objects.filter(pk=call.pk).update(external_id=f"CA{call.pk}")
    Interaction.objects.filter(pk__in=[lost.pk, simulated.pk, unheard.pk]).update(claimed_at=ago(minutes=20))
    assert delivering.ask_about_unknown() == 3
    for call in (lost, unheard):
        assert ended(call) == ("done", False, 21, "machine", 21)
    assert ended(simulated)[3:] == ("answered", 3)
    assert ended(going_on)[0] == "sent"
    assert delivering.ask_about_unknown() == 0


def test_the_outside_world_has_machines_and_busy_phones(sent):
    for behaviour in ("machine", "busy"):
        set_behaviour(sent.author, NUMBER, behaviour)


def test_a_recording_is_served_under_a_name_that_we_signed(sent, settings):
    settings.PUBLIC_ADDRESS = SITE
    voice = sent.engagement("voice")
    assert recordings.recording_address(voice) == ""
    voice.recording.save("hello.mp3", ContentFile(b"ID3 sound"))
    address = recordings.recording_address(voice)
    assert address.startswith(f"{SITE}/engagements/recordings/{voice.pk}:")
    path = address.removeprefix(SITE)
    answer = Client().get(path)
    assert (b"".join(answer.streaming_content), answer["Content-Type"]) == (b"ID3 sound", "audio/mpeg")
    assert "no-store" in answer["Cache-Control"]
    silent = sent.engagement("voice")
    name = path.split("/")[3]
    for wrong in (
        name.replace(str(voice.pk), str(silent.pk), 1), name + "x", str(voice.pk), "x" * 3000,
        TimestampSigner(salt=recordings.SALT).sign(str(silent.pk)), TimestampSigner().sign(str(voice.pk)),
    ):  # fmt: skip
        assert Client().get(f"/engagements/recordings/{wrong}/").status_code == 404, wrong
    voice.recording.delete()
    assert Client().get(path).status_code == 404
