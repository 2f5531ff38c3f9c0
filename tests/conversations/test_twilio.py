"""The provider Twilio, through its own library, against a stand-in that speaks its wire format."""

import base64
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from conversations.providers import twilio
from conversations.providers.base import DeliveryError, File, OutcomeUnknown, Outgoing, OutgoingCall, Switchboard
from conversations.providers.registry import get_provider
from conversations.providers.twilio_media import NotFetched

from .twilio_stand_in import PICTURE, ROOT, SID, SITE, SOUND, TOKEN, StandIn, stand_in

OURS, THEIRS, MINE = "+12025556001", "+12025550142", "+12025550199"
TEXT = Outgoing(key="kithline-7", type="sms", sender=OURS, to=THEIRS, body="Hello", callback=SITE)
CALL = OutgoingCall(key="interaction-9", sender=OURS, to=THEIRS, bridge=MINE, callback=SITE)
TWILIO = twilio.Twilio()


@pytest.fixture(scope="module")
def server() -> Iterator[StandIn]:
    with stand_in() as running:
        yield running


@pytest.fixture(autouse=True)
def carrier(server, settings) -> StandIn:
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, settings.TWILIO_BASE_URL = SID, TOKEN, server.url
    settings.TWILIO_RECORD_CALLS = False
    server.slow, server.moves = 0, ""
    server.answers.clear()
    return server


def test_a_text_is_handed_over_with_our_key_in_its_reports(carrier):
    receipt = TWILIO.send(TEXT)
    assert (receipt.external_id, receipt.status) == ("SM" + "2" * 32, "sent")
    method, path, _, authorization = carrier.asked[-1]
    assert (method, path) == ("POST", f"{ROOT}/Messages.json")
    assert base64.b64decode(authorization.removeprefix("Basic ")).decode() == f"{SID}:{TOKEN}"
    report = f"{SITE}/webhooks/twilio/messages/status/?key=kithline-7"
    assert carrier.last() == {"To": THEIRS, "From": OURS, "Body": "Hello", "StatusCallback": report}


@pytest.mark.parametrize("site", ["", "http://127.0.0.1:8000", "http://localhost:8000"])
def test_without_a_public_address_no_reports_are_asked_for(carrier, site):
    TWILIO.send(replace(TEXT, callback=site))
    assert "StatusCallback" not in carrier.last()


def test_pictures_are_named_by_signed_addresses_of_ours(carrier):
    TWILIO.send(replace(TEXT, type="mms", files=(File("a.png", "image/png", PICTURE, attachment_id=5),)))
    assert carrier.last()["MediaUrl"].startswith(f"{SITE}/webhooks/twilio/media/5:")


@pytest.mark.parametrize("change", [{"callback": ""}, {"files": (File("a.png", "image/png", b"a"),)}])
def test_pictures_that_twilio_could_not_fetch_are_refused_here(carrier, change):
    before = len(carrier.asked)
    message = replace(TEXT, **{"type": "mms", "files": (File("a.png", "image/png", b"a", attachment_id=5),), **change})
    with pytest.raises(DeliveryError) as caught:
        TWILIO.send(message)
    assert caught.value.permanent
    assert len(carrier.asked) == before


def test_a_fax_is_not_its_trade():
    with pytest.raises(DeliveryError) as caught:
        TWILIO.send(replace(TEXT, type="fax"))
    assert caught.value.permanent


def test_a_call_rings_the_colleague_first_and_then_dials_with_our_line(carrier):
    receipt = TWILIO.call(CALL)
    assert (receipt.external_id, receipt.status) == ("CA" + "3" * 32, "ringing")
    form = carrier.last()
    assert (form["To"], form["From"], form["StatusCallback"]) == (
        MINE, OURS, f"{SITE}/webhooks/twilio/calls/status/?key=interaction-9",
    )  # fmt: skip
    assert f'<Dial callerId="{OURS}" timeout="30"><Number' in form["Twiml"]
    assert "key=interaction-9&amp;leg=contact" in form["Twiml"]
    assert f">{THEIRS}</Number></Dial>" in form["Twiml"]
    assert "record" not in form["Twiml"]


def test_calls_are_recorded_only_where_the_server_says_so(carrier, settings):
    settings.TWILIO_RECORD_CALLS = True
    TWILIO.call(CALL)
    assert 'record="record-from-answer-dual"' in carrier.last()["Twiml"]
    assert f"{SITE}/webhooks/twilio/recordings/?key=interaction-9" in carrier.last()["Twiml"]


def test_a_call_without_an_own_phone_says_what_is_missing():
    with pytest.raises(DeliveryError, match="where you are rung") as caught:
        TWILIO.call(replace(CALL, bridge=""))
    assert caught.value.permanent


def test_a_code_is_read_out_and_cannot_break_the_markup(carrier):
    TWILIO.call(replace(CALL, bridge="", options={"say": "12<6"}))
    assert carrier.last()["To"] == THEIRS
    assert "1. 2. &lt;. 6" in carrier.last()["Twiml"]


def test_a_caller_who_waits_is_led_to_a_phone_and_a_call_is_ended(carrier):
    assert isinstance(TWILIO, Switchboard)
    TWILIO.connect("CA9", to=MINE, caller_id=OURS, callback=SITE)
    assert carrier.asked[-1][1] == f"{ROOT}/Calls/CA9.json"
    assert f">{MINE}</Dial>" in carrier.last()["Twiml"]
    TWILIO.hang_up("CA9")
    assert carrier.last() == {"Status": "completed"}


REFUSALS = {
    "opted out": (400, 21610, "answering STOP"),
    "no such number": (400, 21211, "does not exist"),
    "filtered": (400, 30007, "filtered"),
    "anything else": (400, 99999, "99999"),
    "forbidden": (403, None, "could not deliver"),
}


@pytest.mark.parametrize(("status", "code", "words"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_is_for_good_and_says_why(carrier, status, code, words):
    carrier.refuse(status, code)
    with pytest.raises(DeliveryError, match=words) as caught:
        TWILIO.send(TEXT)
    assert caught.value.permanent
    assert THEIRS not in str(caught.value)


@pytest.mark.parametrize(("status", "code"), [(429, 20429), (500, None), (503, None), (401, 20003)])
def test_a_passing_trouble_is_tried_again(carrier, status, code):
    carrier.refuse(status, code)
    with pytest.raises(DeliveryError) as caught:
        TWILIO.send(TEXT)
    assert not caught.value.permanent


def test_nobody_listening_is_a_passing_trouble(settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.TWILIO_BASE_URL = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(DeliveryError) as caught:
        TWILIO.send(TEXT)
    assert not caught.value.permanent


def test_no_answer_after_the_request_left_is_unknown(carrier, monkeypatch):
    carrier.slow = 0.5
    monkeypatch.setattr(twilio, "TIMEOUT", 0.1)
    twilio._client_of.cache_clear()
    with pytest.raises(OutcomeUnknown):
        TWILIO.send(TEXT)
    twilio._client_of.cache_clear()


def test_a_gateway_that_gave_up_is_unknown(carrier):
    carrier.refuse(504)
    with pytest.raises(OutcomeUnknown):
        TWILIO.send(TEXT)


def test_what_became_of_a_message_is_asked_by_its_id(carrier):
    receipt = TWILIO.look_up(TEXT, "SM5")
    assert (receipt.external_id, receipt.status) == ("SM5", "delivered")
    assert TWILIO.look_up(TEXT, "") is None


def test_without_credentials_it_is_off(settings):
    settings.TWILIO_AUTH_TOKEN = ""
    assert not TWILIO.is_on()
    assert not twilio.is_signed(SITE, {}, "anything")
    with pytest.raises(DeliveryError) as caught:
        TWILIO.send(TEXT)
    assert not caught.value.permanent


def test_a_recording_is_fetched_with_our_credentials(carrier):
    file = TWILIO.fetch_media(f"{carrier.url}{ROOT}/Recordings/RE1.mp3")
    assert (file.content, file.content_type, file.name) == (SOUND, "audio/mpeg", "file.mp3")
    assert carrier.asked[-1][3].startswith("Basic ")


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "file:///etc/passwd",
        "http://127.0.0.1:1/x",
        "http://169.254.169.254/",
        "",
        "http://[",
        "//x",
    ],
)
def test_credentials_go_nowhere_else(url):
    with pytest.raises(NotFetched) as caught:
        TWILIO.fetch_media(url)
    assert caught.value.permanent


def test_a_host_that_only_looks_like_it_is_refused(carrier):
    for url in (
        carrier.url.replace("http://", "http://a@"),
        f"{carrier.url}.evil.example/x",
        f"{carrier.url}@evil.example/x",
    ):
        with pytest.raises(NotFetched):
            TWILIO.fetch_media(url)


def test_a_file_that_moved_to_another_host_is_left_and_on_its_own_fetched_without_credentials(carrier):
    media = f"{carrier.url}{ROOT}/Messages/MM1/Media/ME1"
    carrier.moves = "https://evil.example/x"
    with pytest.raises(NotFetched) as caught:
        TWILIO.fetch_media(media)
    assert caught.value.permanent
    carrier.moves = "/moved"
    assert TWILIO.fetch_media(media).content == PICTURE
    assert carrier.asked[-1][3] == ""


def test_a_recording_that_is_not_there_yet_is_tried_again(carrier):
    carrier.refuse(404)
    with pytest.raises(NotFetched) as caught:
        TWILIO.fetch_media(f"{carrier.url}{ROOT}/Recordings/RE1.mp3")
    assert not caught.value.permanent


def test_addresses_carry_their_query_escaped():
    url = twilio.address(SITE + "/", "twilio-recording", key="a&b")
    assert parse_qs(urlsplit(url).query) == {"key": ["a&b"]}


def test_its_library_is_not_loaded_before_it_is_needed():
    """51 MB of it: a server without Twilio never pays for them."""
    program = (
        "import django, sys; django.setup(); from conversations.providers.registry import get_provider;"
        "get_provider('twilio').is_on(); import conversations.urls, conversations.jobs_inbound;"
        "assert not [name for name in sys.modules if name == 'twilio' or name.startswith('twilio.')]"
    )
    environment = {"DJANGO_SETTINGS_MODULE": "contacts_project.settings", "DATABASE_URL": "postgres:///none"}
    subprocess.run([sys.executable, "-c", program], check=True, env={**environment, "SECRET_KEY": "x"})


def test_it_is_in_the_registry():
    assert isinstance(get_provider("twilio"), twilio.Twilio)
