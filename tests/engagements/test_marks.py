"""The mark of an engagement on its messages: in threads, on the record, in a department's activity."""

import pytest
from django.test import Client
from django.utils import timezone

from conversations.engagements.marking import marks_on
from conversations.engagements.models import EarlierTry
from conversations.marks import marks_of
from tests.factories_conversations import department_line
from tests.factories_departments import DepartmentFactory, operate
from tests.factories_engagements import share_engagement

from .sent import Sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent() -> Sent:
    return Sent()


def page(user, url: str) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_thread_names_the_engagement_and_links_for_those_who_may_view_it(sent):
    recipient = sent.recipient(sent.engagement(name="Oven <service>"), status="delivered")
    thread = f"/conversations/{recipient.interaction.conversation_id}/"
    link = f'href="/engagements/{recipient.engagement_id}/"'
    assert "Engagement: Oven &lt;service&gt;" in page(sent.author, thread)
    assert link in page(sent.author, thread)
    reader = page(sent.reader, thread)  # of the line, not of the engagement
    assert "Engagement: Oven" in reader
    assert link not in reader
    share_engagement(recipient.engagement, sent.reader, "read")
    assert link in page(sent.reader, thread)


def test_the_record_marks_calls_and_mails_too_and_nothing_else(sent):
    sent.recipient(sent.engagement("voice", name="Spoken"), "voice", status="done")
    sent.recipient(sent.engagement("email", name="Mailed"), "email", status="sent")
    sent.message("text", timezone.now(), "sent", sent.renee)
    sent.answer()
    text = page(sent.author, f"/contacts/{sent.renee.pk}/conversations/")
    assert text.count("Engagement: ") == 2
    assert "Engagement: Spoken" in text
    assert "Engagement: Mailed" in text


def test_a_departments_activity_says_it(sent):
    sales = DepartmentFactory(account=sent.account)
    operate(sales, sent.author, admin=True)
    sent.line = department_line(sales)
    recipient = sent.recipient(sent.engagement(name="Autumn"), status="sent")
    type(recipient.interaction).objects.filter(pk=recipient.interaction_id).update(
        department=sales, arrived_without_contact=True
    )
    assert "Engagement: Autumn" in page(sent.author, f"/departments/{sales.pk}/activity/")


def test_marks_are_one_query_however_many_and_none_where_nothing_went_out(sent, django_assert_num_queries):
    rows = [sent.recipient(status="sent").interaction for _ in range(3)]
    earlier = sent.message("text", timezone.now(), "failed", sent.renee)
    EarlierTry.objects.create(interaction=earlier, recipient=rows[0].recipient)
    came = sent.answer()
    with django_assert_num_queries(1):
        found = marks_of(sent.author, [*rows, earlier, came])
    assert found.keys() == {row.pk for row in (*rows, earlier)}
    with django_assert_num_queries(0):
        assert marks_of(sent.author, [came]) == {}
    assert marks_on(Sent().author, [rows[0].pk])[rows[0].pk].url == ""


def test_what_has_failed_is_sent_again_from_the_engagement_only(sent):
    recipient = sent.recipient(status="failed")
    thread = f"/conversations/{recipient.interaction.conversation_id}/"
    retry = f"/interactions/{recipient.interaction_id}/retry/"
    assert retry not in page(sent.author, thread)
    client = Client()
    client.force_login(sent.author)
    answer = client.post(retry)
    assert answer.status_code == 422
    assert "belongs to an engagement" in answer.content.decode()
    ordinary = sent.message("text", timezone.now(), "failed", sent.renee)
    assert f"/interactions/{ordinary.pk}/retry/" in page(sent.author, thread)
