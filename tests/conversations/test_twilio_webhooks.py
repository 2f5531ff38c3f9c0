"""What Twilio posts: signed or refused, kept once, and shown as it should be."""

from collections.abc import Iterator

import pytest
from django.core.signing import TimestampSigner
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from contacts.models import Block
from conversations import jobs_inbound
from conversations.models import CallbackPhone, InboundEvent, Interaction
from conversations.providers.base import File
from conversations.services import connecting
from conversations.services.arriving import Arrival, record_arrival
from conversations.services.attaching import attach
from conversations.services.ringing import answer_call, hang_up
from conversations.services.twilio_traffic import NotYet
from tests.factories_conversations import department_line

from .phones import CALLER, apply_all
from .team import Team, ago
from .twilio_stand_in import PICTURE, ROOT, SID, SITE, TOKEN, StandIn, post, stand_in

pytestmark = pytest.mark.django_db
MESSAGES, CALLS = "/webhooks/twilio/messages/", "/webhooks/twilio/calls/"
OURS = "+12025556001"
CALL = {"CallSid": "CA1", "From": CALLER, "To": OURS, "CallStatus": "ringing", "Direction": "inbound"}


@pytest.fixture(scope="module")
def server() -> Iterator[StandIn]:
    with stand_in() as running:
        yield running


@pytest.fixture(autouse=True)
def carrier(server, settings) -> StandIn:
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, settings.TWILIO_BASE_URL = SID, TOKEN, server.url
    settings.PUBLIC_ADDRESS = SITE
    server.moves = ""
    return server


@pytest.fixture
def team() -> Team:
    return Team()


@pytest.fixture
def line(team):
    return department_line(team.sales, address=OURS, provider="twilio")


def ours(line, type="sms", **more) -> Interaction:
    """What we have sent or dialled on the line."""
    facts = {"direction": "out", "status": "sent", "at": ago(minutes=1), **more}
    return record_arrival(Arrival(line, type, CALLER, **facts)).interaction


def jobs(name: str) -> list[dict]:
    return list(ProcrastinateJob.objects.filter(task_name__endswith=name).values_list("args", flat=True))


def test_a_text_comes_in_once(line):
    for _ in range(2):
        answer = post(MESSAGES, MessageSid="SM1", From=CALLER, To=OURS, Body="Hello ☎", NumMedia="0")
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/xml")
    apply_all()
    text = Interaction.objects.get()
    assert (text.type, text.body, text.external_id, text.outside_address) == ("sms", "Hello ☎", "SM1", CALLER)


FORGED = [{"signature": ""}, {"signature": "bm9uc2Vuc2U="}, {"signature": "é"}, {"token": "another token"}]


@pytest.mark.parametrize("how", FORGED)
@pytest.mark.parametrize(
    "path", [MESSAGES, CALLS, f"{MESSAGES}status/", f"{CALLS}voicemail/", "/webhooks/twilio/recordings/"]
)
def test_what_twilio_did_not_sign_is_refused(line, path, how):
    assert post(path, **how, **CALL, MessageSid="SM1").status_code == 403
    assert not InboundEvent.objects.exists()


def test_without_a_token_everything_is_refused(line, settings):
    settings.TWILIO_AUTH_TOKEN = ""
    assert post(MESSAGES, token="", MessageSid="SM1", From=CALLER, To=OURS).status_code == 403


def test_a_query_that_was_not_signed_is_refused(line):
    assert post(f"{CALLS}status/?key=interaction-1", **CALL).status_code == 200
    signed = post(f"{CALLS}status/", **CALL).wsgi_request.headers["X-Twilio-Signature"]
    assert post(f"{CALLS}status/?key=interaction-2", signature=signed, **CALL).status_code == 403


def test_a_number_that_is_no_line_here_is_not_found(line):
    assert post(MESSAGES, MessageSid="SM1", From=CALLER, To="+12025559999").status_code == 404
    assert post(CALLS, **{**CALL, "To": "+12025559999"}).status_code == 404


def test_hostile_fields_do_no_harm(line):
    values = {"From": "\x00" * 300, "Body": "a\x00b\ud83d".encode("utf-8", "replace").decode(), "NumMedia": "-1e9"}
    assert post(MESSAGES, MessageSid="SM\x001" + "9" * 500, To=OURS, **values).status_code == 200
    assert post(CALLS, CallSid="CA2", From="<script>", To=OURS, CallerName="x" * 5000).status_code == 200
    assert (
        post(f"{CALLS}status/?key=interaction-{'9' * 18}", CallSid="CA2", To=OURS, CallStatus="completed").status_code
        == 200
    )
    InboundEvent.objects.exclude(payload__kind="call-status").values_list("pk", flat=True)
    for pk in InboundEvent.objects.filter(status="waiting", payload__kind="message").values_list("pk", flat=True):
        jobs_inbound.apply_inbound_event(event_id=pk)
    assert Interaction.objects.filter(type="sms").get().body.startswith("ab")


def test_a_picture_message_gets_its_picture(line, carrier):
    media = f"{carrier.url}{ROOT}/Messages/MM1/Media/ME1"
    post(MESSAGES, MessageSid="MM1", From=CALLER, To=OURS, NumMedia="1", MediaUrl0=media, MediaContentType0="image/png")
    apply_all()
    (job,) = jobs("fetch_inbound_file")
    for _ in range(2):
        jobs_inbound.fetch_inbound_file(**job)
    picture = Interaction.objects.get(type="mms").attachments.get()
    assert (picture.kind, picture.name.partition(".")[0]) == ("image", "picture-1")


def test_a_picture_elsewhere_is_left_out(line, carrier):
    before = len(carrier.asked)
    post(MESSAGES, MessageSid="MM1", From=CALLER, To=OURS, NumMedia="1", MediaUrl0="https://evil.example/x")
    apply_all()
    jobs_inbound.fetch_inbound_file(**jobs("fetch_inbound_file")[0])
    assert not Interaction.objects.get().attachments.exists()
    assert len(carrier.asked) == before


@pytest.mark.parametrize("order", [("sent", "delivered"), ("delivered", "sent")])
def test_reports_on_a_message_of_ours_move_it_up_only(line, order):
    text = ours(line)
    for state in order:
        report = {"MessageSid": "SM5", "MessageStatus": state, "From": OURS, "To": CALLER}
        post(f"{MESSAGES}status/?key=kithline-{text.pk}", **report)
    apply_all()
    text.refresh_from_db()
    assert (text.status, text.external_id) == ("delivered", "SM5")


def test_a_message_that_failed_says_why(line):
    text = ours(line)
    report = {"MessageSid": "SM5", "MessageStatus": "undelivered", "ErrorCode": "30007", "From": OURS, "To": CALLER}
    post(f"{MESSAGES}status/?key=kithline-{text.pk}", **report)
    apply_all()
    text.refresh_from_db()
    assert (text.status, text.error) == ("failed", "The carrier filtered it as unwanted")


def test_a_report_on_nothing_of_ours_waits_and_is_parked(line):
    post(f"{MESSAGES}status/", MessageSid="SM77", MessageStatus="sent", From=OURS, To=CALLER)
    event = InboundEvent.objects.get()
    for _ in range(4):
        with pytest.raises(NotYet):
            jobs_inbound.apply_inbound_event(event_id=event.pk)
    jobs_inbound.apply_inbound_event(event_id=event.pk)
    event.refresh_from_db()
    assert event.status == "parked"


def test_a_call_rings_at_once_and_goes_to_the_voicemail(line):
    answer = post(CALLS, **CALL)
    assert Interaction.objects.get().status == "ringing"  # before any worker
    assert b"<Pause" in answer.content
    assert f"{SITE}{CALLS}voicemail/".encode() in answer.content
    answer = post(f"{CALLS}voicemail/", **{**CALL, "CallStatus": "in-progress"})
    assert b"<Record" in answer.content
    apply_all()
    call = Interaction.objects.get()
    assert (call.status, call.is_answered) == ("done", False)


def test_the_voicemail_comes_with_its_sound(line, carrier):
    post(CALLS, **CALL)
    sound = {"RecordingSid": "RE1", "RecordingUrl": f"{carrier.url}{ROOT}/Recordings/RE1", "RecordingDuration": "9"}
    for _ in range(2):
        post("/webhooks/twilio/recordings/?kind=voicemail", CallSid="CA1", RecordingStatus="completed", **sound)
    apply_all()
    jobs_inbound.fetch_inbound_file(**jobs("fetch_inbound_file")[0])
    message = Interaction.objects.get(type="voicemail")
    assert (message.duration, message.outside_address) == (9, CALLER)
    assert message.attachments.get().kind == "audio"
    assert Interaction.objects.get(type="call").status == "done"


def test_a_blocked_caller_hears_that_it_is_busy(line, team):
    Block.objects.create(account=team.account, scope="account", address=CALLER, author=team.leader)
    for _ in range(2):
        assert b"<Reject" in post(CALLS, **CALL).content
    assert Interaction.objects.get().status == "blocked"


def test_a_caller_who_withholds_the_number_is_unknown(line):
    post(CALLS, **{**CALL, "From": "+266696687"})
    assert Interaction.objects.get().outside_address == "unknown"


def test_whoever_answers_is_rung_and_the_talk_is_noted(line, team, carrier):
    post(CALLS, **CALL)
    call = Interaction.objects.select_related("channel").get()
    CallbackPhone.objects.create(user=team.operator, number="+12025550199")
    answer_call(team.operator, call)
    (job,) = jobs("connect_call")
    jobs_inbound.connect_call(**job)
    assert carrier.asked[-1][1] == f"{ROOT}/Calls/CA1.json"
    assert ">+12025550199</Dial>" in carrier.last()["Twiml"]
    done = post(f"{CALLS}voicemail/", **CALL, DialCallStatus="completed", DialCallDuration="33")
    assert b"<Hangup" in done.content
    apply_all()
    call.refresh_from_db()
    assert (call.status, call.is_answered, call.duration, call.author) == ("done", True, 33, team.operator)


def test_whoever_has_named_no_phone_is_told(line, team):
    post(CALLS, **CALL)
    call = Interaction.objects.select_related("channel").get()
    answer_call(team.operator, call)
    connecting.connect(call.pk)
    call.refresh_from_db()
    assert call.error == connecting.NO_PHONE


def test_hanging_up_ends_the_call_at_the_carrier(line, team, carrier):
    post(CALLS, **CALL)
    call = Interaction.objects.select_related("channel").get()
    answer_call(team.operator, call)
    hang_up(team.operator, call)
    jobs_inbound.hang_up_call(**jobs("hang_up_call")[0])
    assert carrier.last() == {"Status": "completed"}
    post(f"{CALLS}status/", **{**CALL, "CallStatus": "completed"}, CallDuration="50")
    apply_all()
    call.refresh_from_db()
    assert (call.status, call.is_answered) == ("done", True)


def test_a_call_of_ours_is_answered_only_when_the_other_side_is(line):
    call = ours(line, "call", status="ringing", external_id="CA9", at=ago(seconds=1))
    status = f"{CALLS}status/?key=interaction-{call.pk}"
    leg = {"CallSid": "CA10", "ParentCallSid": "CA9", "From": OURS, "To": CALLER}
    post(f"{status}&leg=contact", **leg, CallStatus="in-progress")
    apply_all()
    call.refresh_from_db()
    assert call.status == "active"
    post(status, CallSid="CA9", From=OURS, To="+12025550199", CallStatus="completed", CallDuration="70")
    post(f"{status}&leg=contact", **leg, CallStatus="completed", CallDuration="61")
    apply_all()
    call.refresh_from_db()
    assert (call.status, call.is_answered) == ("done", True)


def test_a_call_of_ours_that_nobody_takes_is_not_answered(line):
    call = ours(line, "call", status="ringing", external_id="CA9")
    status = f"{CALLS}status/?key=interaction-{call.pk}"
    post(status, CallSid="CA9", From=OURS, To="+12025550199", CallStatus="completed", CallDuration="20")
    apply_all()
    call.refresh_from_db()
    assert (call.status, call.is_answered, call.duration) == ("done", False, None)


def test_a_recording_of_a_call_of_ours_hangs_on_it(line, carrier):
    call = ours(line, "call", status="done", external_id="CA9")
    sound = {"RecordingSid": "RE2", "RecordingUrl": f"{carrier.url}{ROOT}/Recordings/RE2", "RecordingDuration": "9"}
    post(f"/webhooks/twilio/recordings/?key=interaction-{call.pk}", CallSid="CA9", **sound)
    apply_all()
    jobs_inbound.fetch_inbound_file(**jobs("fetch_inbound_file")[0])
    assert call.attachments.get().kind == "audio"


def test_twilio_fetches_a_picture_of_ours_by_its_signed_name_only(line):
    (picture,) = attach(ours(line, "mms"), [File("a.png", "image/png", PICTURE)])
    name = TimestampSigner(salt="twilio-media").sign(str(picture.pk))
    answer = Client().get(f"/webhooks/twilio/media/{name}/")
    assert answer.status_code == 200
    assert "sandbox" in answer["Content-Security-Policy"]
    assert b"".join(answer.streaming_content)
    for wrong in (str(picture.pk), name[:-1], TimestampSigner(salt="other").sign(str(picture.pk)), "9:a:b"):
        assert Client().get(f"/webhooks/twilio/media/{wrong}/").status_code == 404


def test_nothing_that_came_in_is_fetched_from_us(line):
    came = record_arrival(Arrival(line, "mms", CALLER, ago(minutes=1))).interaction
    (picture,) = attach(came, [File("a.png", "image/png", PICTURE)])
    name = TimestampSigner(salt="twilio-media").sign(str(picture.pk))
    assert Client().get(f"/webhooks/twilio/media/{name}/").status_code == 404
