"""The preview shows no more of a person than the list does; a test goes to oneself through the line's conversation."""

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from conversations import policy as channel_policy
from conversations.engagements.services import calling_oneself
from conversations.models import CallbackPhone, Channel, Interaction

from .desk import NEW, Desk, edit

pytestmark = pytest.mark.django_db
OWN = "+12025550177"


@pytest.fixture
def desk() -> Desk:
    return Desk()


def preview(desk: Desk, draft, contact: object = "", who: str = "ann") -> str:
    url, headers = f"/engagements/{draft.pk}/preview/?contact={contact}", {"HX-Request": "true"}
    return desk.client(who).get(url, headers=headers).content.decode()


def test_people_of_the_list_are_offered_by_name_and_written_to(desk: Desk) -> None:
    draft = desk.draft(body="Hi {{first-name}} of {{company}}")
    page = preview(desk, draft, desk.renee.pk)
    assert "Hi Renee of Luma" in page
    assert all(name in page for name in ("Renee Martinez", "Hanna", "Someone without a name"))
    hidden = preview(desk, draft, desk.hanna.pk)
    assert "Hi Hanna of [company]" in hidden
    assert "Secret Ltd" not in hidden
    assert "Hi there of" in preview(desk, draft, "nobody")
    assert "Company is empty for this person, who gets nothing" in preview(desk, draft, "nobody")
    assert "Secret Ltd" in preview(desk, desk.draft(author=desk.kit, body="{{company}}", lists=[desk.kits_list]),
                                   desk.hanna.pk, "kit")  # fmt: skip


def test_a_person_of_a_list_that_one_does_not_see_is_not_shown(desk: Desk) -> None:
    draft = desk.draft(lists=[desk.kits_list], body="Hi {{first-name}}")
    page = preview(desk, draft, desk.hanna.pk)
    assert "Hanna" not in page
    assert "Hi there" in page
    assert preview(desk, draft, "9" * 30) == preview(desk, draft, "nonsense")


def test_how_many_have_no_name_stands_beside_the_text(desk: Desk) -> None:
    draft = desk.draft(body="Hi {{first-name}}")
    assert "no first name" not in desk.client().get(edit(draft)).content.decode()
    desk.renee.given_name = ""
    desk.renee.save()
    assert "1 person has no first name and reads “Hi there”" in desk.client().get(edit(draft)).content.decode()


def test_a_text_goes_to_ones_own_phone_and_says_where(desk: Desk) -> None:
    draft = desk.draft(body="Hi {{first-name}}, {{company}}")
    without = desk.client().post(f"/engagements/{draft.pk}/test/")
    assert without.status_code == 422
    assert b"/me/phone/" in without.content
    CallbackPhone.objects.create(user=desk.ann, number=OWN)
    response = desk.client().post(f"/engagements/{draft.pk}/test/", {"contact": desk.renee.pk}, follow=True)
    assert "Test sent to (202) 555-0177" in response.content.decode()
    sent = Interaction.objects.get()
    assert (sent.outside_address, sent.body, sent.channel, sent.author) == (OWN, "Hi Renee, Luma", desk.line, desk.ann)
    desk.client().post(f"/engagements/{draft.pk}/test/", {"to": "(202) 555-0188"})
    assert Interaction.objects.latest("pk").outside_address == "+12025550188"
    assert Interaction.objects.latest("pk").body.startswith("Hi Ann, Account")
    assert desk.client().post(f"/engagements/{draft.pk}/test/", {"to": "12"}).status_code == 422
    assert draft.recipients.count() == 0


def test_the_forms_button_saves_first_and_then_tests(desk: Desk) -> None:
    mail = desk.email()
    response = desk.post(NEW, kind="email", subject="News", body="Dear {{first-name}}", channel=mail.pk, then="test")
    assert response.status_code == 303
    sent = Interaction.objects.get()
    assert (sent.outside_address, sent.subject, sent.body) == (desk.ann.email, "News", "Dear Ann")


def test_a_test_needs_a_line_that_one_may_send_from(desk: Desk) -> None:
    draft = desk.draft()
    url = f"/engagements/{draft.pk}/test/"
    assert desk.client("rea").post(url, {"to": OWN}).status_code == 403
    refused = desk.client("wim").post(url, {"to": OWN})  # edits the draft, but the line is Ann's
    assert refused.status_code == 422
    assert "may not send from it" in refused.content.decode()
    Channel.objects.filter(pk=desk.line.pk).update(archived_at=timezone.now())
    assert "This line is archived" in desk.client().post(url, {"to": OWN}).content.decode()
    assert not Interaction.objects.exists()


def test_a_voice_test_calls_once(desk: Desk) -> None:
    draft = desk.draft(kind="voice", channel=desk.caller(), body="Hello {{first-name}}")
    desk.client().post(f"/engagements/{draft.pk}/test/", {"to": OWN})
    call = Interaction.objects.get()
    assert (call.type, call.status, call.body) == ("call", "sending", "Hello Ann")
    job = ProcrastinateJob.objects.get(task_name__endswith="place_test_call")
    assert job.args == {"interaction_id": call.pk, "engagement_id": draft.pk}
    calling_oneself.place(call.pk, draft.pk)
    call.refresh_from_db()
    assert (call.status, call.is_answered) == ("done", True)
    calling_oneself.place(call.pk, draft.pk)  # a second run of the job rings nobody
    assert call.attempts == 1
    assert channel_policy.can(desk.ann, "send", draft.channel)
