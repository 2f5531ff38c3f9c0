"""The simulator's page: the outside world, played by hand (product.md §7; contract.md)."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from contacts.models import Block
from conversations.models import Attachment, Channel, Conversation, Interaction, Unread
from conversations.services import samples
from tests.factories import UserFactory
from tests.factories_conversations import ChannelFactory, arrive, department_line, line
from tests.factories_departments import DepartmentFactory, operate

pytestmark = pytest.mark.django_db
EVENTS, PAGE = "/simulator/events/", "/simulator/"
CALLER = "+12025550166"


@pytest.fixture
def office(db):
    """A department's line, with an operator who plays."""
    department = DepartmentFactory(name="Sales")
    office = department_line(department, label="Sales line")
    office.operator = UserFactory(account=department.account, name="Olga Operator")
    operate(department, office.operator)
    return office


@pytest.fixture
def player(client, office):
    client.force_login(office.operator)
    return client


def event(player, office, type="sms", **more):
    data = {"channel": office.pk, "from": CALLER, "type": type, "body": "Is anybody there?", **more}
    return player.post(EVENTS, data)


def test_a_text_arrives_and_one_sees_their_phone(player, office):
    answer = event(player, office, **{"from": "(202) 555-0166"})
    assert answer.status_code == 303
    row = Interaction.objects.get()
    assert (row.type, row.direction, row.outside_address, row.channel) == ("sms", "in", CALLER, office)
    assert row.contacts.get().kind == "department"
    assert Unread.objects.filter(user=office.operator).exists()
    page = player.get(answer["Location"])
    assert f'data-interaction-id="{row.pk}"' in page.content.decode()
    assert "Their phone: <bdi>+1 202-555-0166" in page.content.decode()


def test_the_line_may_be_named_by_its_address(player, office):
    assert event(player, office, channel=office.address).status_code == 303
    assert Interaction.objects.get().channel == office


@pytest.mark.parametrize(
    ("outcome", "type", "status", "answered"),
    [
        ("", "call", "ringing", None),
        ("ring", "call", "ringing", None),
        ("answered", "call", "done", True),
        ("missed", "call", "done", False),
        ("busy", "call", "done", False),
        ("voicemail", "voicemail", "done", False),
    ],
)
def test_calls_end_as_chosen(player, office, outcome, type, status, answered):
    assert event(player, office, "call", body="", outcome=outcome).status_code == 303
    row = Interaction.objects.get()
    assert (row.type, row.status, row.is_answered) == (type, status, answered)
    assert Attachment.objects.filter(interaction=row, kind="audio").exists() is (type == "voicemail")


def test_a_number_may_be_withheld_by_calls_only(player, office):
    assert event(player, office, "call", **{"from": "withheld"}).status_code == 303
    row = Interaction.objects.get()
    assert (row.outside_address, row.contacts.count()) == ("unknown", 0)
    assert f'data-interaction-id="{row.pk}"' in player.get(PAGE, {"from": "withheld"}).content.decode()
    assert event(player, office, "sms", **{"from": "withheld"}).status_code == 422


def test_pictures_and_faxes_have_files_drawn_or_uploaded(player, office):
    event(player, office, "mms", body="The new oven")
    event(player, office, "fax", body="")
    picture = SimpleUploadedFile("oven.jpg", samples.picture("oven").content, "image/jpeg")
    event(player, office, "mms", body="", files=[picture])
    kinds = Attachment.objects.order_by("interaction", "position").values_list("interaction__type", "kind")
    assert [kind for type, kind in kinds if type == "mms"] == ["image", "image"]
    assert [kind for type, kind in kinds if type == "fax"].count("page") == 2


def test_mail_answers_the_last_mail(player, office):
    box = ChannelFactory(account=office.account, department=office.department, kind="email", address="sales@a.example")
    for subject in ("Offer", "Re: Offer"):
        sent = event(player, box, "email", subject=subject, **{"from": "Ann Ash <Ann@ash.example>"})
        assert sent.status_code == 303
    first, second = (row.mail for row in Interaction.objects.order_by("pk"))
    assert (first.from_name, first.interaction.outside_address) == ("Ann Ash", "ann@ash.example")
    assert second.in_reply_to == first.message_id


def test_a_chat_is_played_on_a_public_one(player, office):
    chat = ChannelFactory(
        account=office.account, department=office.department, kind="chat", address="Website", provider="webchat"
    )
    assert event(player, chat, "chat", **{"from": "Visitor 7"}).status_code == 303
    assert Conversation.objects.get().outside_address == "Visitor 7"


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "smoke"},
        {"type": ""},
        {"from": ""},
        {"from": "12"},
        {"from": "\x00"},
        {"body": ""},
        {"type": "email"},
        {"type": "chat"},
        {"type": "call", "outcome": "eaten"},
        {"channel": ""},
    ],
)
def test_nonsense_gets_the_form_back(player, office, wrong):
    answer = event(player, office, **wrong)
    assert answer.status_code == 422
    assert 'data-action="simulate"' in answer.content.decode()
    assert not Interaction.objects.exists()


def test_a_line_takes_what_it_can(player, office):
    Channel.objects.filter(pk=office.pk).update(has_fax=False)
    answer = event(player, office, "fax")
    assert answer.status_code == 422
    assert "This line takes no faxes." in answer.content.decode()


def test_lines_of_others_and_of_other_providers_are_not_there(player, office):
    carrier = ChannelFactory(account=office.account, department=office.department, provider="twilio")
    hidden = line(office.account, admin=UserFactory(account=office.account))
    other = line(UserFactory().account)
    for channel in (carrier.pk, carrier.address, hidden.pk, other.pk, other.address, "9" * 30, "nowhere"):
        assert event(player, office, channel=channel).status_code == 404
    assert event(player, office, channel=hidden.address).status_code == 303  # as anybody outside reaches it
    page = player.get(PAGE).content.decode()
    assert hidden.address not in page
    assert "Sales line" in page


def test_one_sees_what_one_may_see(player, office, client):
    private = line(office.account, admin=UserFactory(account=office.account))
    mine, theirs = arrive(office, CALLER), arrive(private, CALLER)
    page = player.get(PAGE, {"from": CALLER}).content.decode()
    assert f'data-interaction-id="{mine.pk}"' in page
    assert f'data-interaction-id="{theirs.pk}"' not in page
    client.force_login(UserFactory(account=office.account))
    assert "data-interaction-id" not in client.get(PAGE, {"from": CALLER}).content.decode()


def test_whoever_is_blocked_learns_nothing(player, office):

    Block.objects.create(account=office.account, department=office.department, address=CALLER, scope="department")
    answer = event(player, office, "call", body="", outcome="ring")
    assert Interaction.objects.get().status == "blocked"
    assert "Ringing Sales line" in player.get(answer["Location"]).content.decode()


def play(player, call, result):
    return player.post(f"/simulator/calls/{call.pk}/", {"result": result})


def outgoing(office) -> Interaction:
    return arrive(office, CALLER, "call", direction="out", status="ringing", author=office.operator)


def test_a_call_of_ours_is_answered_and_hung_up(player, office):
    call = outgoing(office)
    assert 'value="answer"' in player.get(PAGE).content.decode()
    assert play(player, call, "answer").status_code == 303
    call.refresh_from_db()
    assert (call.status, call.is_answered, call.author) == ("active", True, office.operator)
    play(player, call, "answer")  # a second click changes nothing
    play(player, call, "hang up")
    call.refresh_from_db()
    assert (call.status, call.is_answered) == ("done", True)
    assert call.duration is not None


@pytest.mark.parametrize(
    ("result", "outcome"), [("busy", "no answer"), ("no answer", "no answer"), ("voicemail", "left message")]
)
def test_a_call_of_ours_is_not_answered(player, office, result, outcome):
    call = outgoing(office)
    assert play(player, call, result).status_code == 303
    call.refresh_from_db()
    assert (call.status, call.is_answered, call.outcome) == ("done", False, outcome)


def test_a_caller_hangs_up_and_leaves_a_voicemail(player, office):
    call = arrive(office, CALLER, "call", status="ringing")
    assert play(player, call, "busy").status_code == 303  # not possible: it is theirs
    assert play(player, call, "voicemail").status_code == 303
    call.refresh_from_db()
    assert (call.status, call.is_answered) == ("done", False)
    assert Interaction.objects.filter(type="voicemail", outside_address=CALLER).exists()
    assert play(player, call, "sing").status_code == 422


def test_how_they_behave_is_set_and_shown(player, office):
    saved = player.post("/simulator/phones/", {"address": CALLER, "behaviour": "away", "channel": office.pk})
    assert saved.status_code == 303
    assert '<option value="away" selected>' in player.get(saved["Location"]).content.decode()
    assert player.post("/simulator/phones/", {"address": CALLER, "behaviour": "sings"}).status_code == 422


def test_a_double_post_happens_once(player, office):
    token = "7b0c2c0e-62cf-4e0b-9d2e-0d8d1fb3a3a1"
    answers = [event(player, office, once=token) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert Interaction.objects.count() == 1


def test_the_page_is_refreshed_part_by_part(player, office):
    arrive(office, CALLER)
    for target in ("simulator-thread", "simulator-calls"):
        headers = {"HX-Request": "true", "HX-Target": f"div#{target}"}
        body = player.get(PAGE, {"from": CALLER}, headers=headers).content.decode()
        assert f'<div id="{target}"' in body
        assert "<html" not in body


def test_without_lines_of_the_simulator_there_is_no_page(client):
    client.force_login(UserFactory())
    assert client.get(PAGE).status_code == 404


def test_samples_are_real_files_and_the_same_each_time():
    assert samples.fax("a", 2) == samples.fax("a", 2)
    assert Image.open(io.BytesIO(samples.picture("b").content)).size == samples.PICTURE
    assert samples.voice(1).content[:4] == b"RIFF"
