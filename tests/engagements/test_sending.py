"""Sending, pausing, going on, ending; and that a worker that dies loses nobody and doubles nothing."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from contacts.models import Contact
from contacts.services import archiving
from conversations.engagements import jobs
from conversations.engagements.models import Engagement, Recipient, Review
from conversations.engagements.services import carrying, handing_over, lanes, ledger, sending, sweeping
from conversations.engagements.services.errors import EngagementError, TooLate
from conversations.models import Interaction, InteractionContact, OptOut, Unread
from conversations.providers.base import DeliveryError, OutcomeUnknown
from conversations.services import delivering, opting
from conversations.services.simulating import set_behaviour
from tests.factories import UserFactory
from tests.factories_contacts import PhoneFactory
from tests.factories_conversations import share_channel
from tests.factories_engagements import ListFactory, share_engagement

from .mailing import Mailing, left, over, row, states

pytestmark = pytest.mark.django_db
Status = Engagement.Status


@pytest.fixture
def mailing() -> Mailing:
    return Mailing()


def act(mailing, engagement, what: str, **data):
    client = Client()
    client.force_login(mailing.ann)
    return client.post(f"/engagements/{engagement.pk}/{what}/", data)


def test_it_leaves_once_and_stands_in_each_conversation(mailing):
    set_behaviour(mailing.ann, mailing.number(1), "fails")
    engagement = mailing.run(mailing.begun())
    assert (engagement.status, states(engagement)) == (Status.DONE, {"delivered": 2, "failed": 1})
    sent = row(engagement, mailing.people[0])
    message = sent.interaction
    assert (message.body, message.status, message.author) == (
        "Hi P0, the oven service is due.", "delivered", mailing.ann,
    )  # fmt: skip
    assert (sent.address, message.conversation.outside_address) == (mailing.number(0), mailing.number(0))
    assert InteractionContact.objects.get(interaction=message).contact == mailing.people[0]
    assert not Unread.objects.exists()
    assert row(engagement, mailing.people[1]).error == "The number does not exist"
    assert all(one.final_at for one in engagement.recipients.all())
    mailing.run(engagement)
    assert left() == 3


def test_it_is_judged_at_each_turn(mailing):
    engagement = mailing.begun()
    archived, _, moved = mailing.people
    archiving.archive(mailing.ann, [archived.pk])
    opting.opt_out(mailing.account.pk, OptOut.Medium.TEXT, mailing.number(1))
    moved.phones.update(former_at=timezone.now())
    PhoneFactory(contact=moved, number="+12025550999")
    mailing.run(engagement)
    assert states(engagement) == {"archived": 1, "opted_out": 1, "delivered": 1}
    assert row(engagement, moved).address == "+12025550999"


def test_an_address_of_two_gets_it_once_and_is_not_missed(mailing):
    first, twin = mailing.people[0], mailing.person(9)
    twin.phones.update(number=mailing.number(0))
    engagement = mailing.begun()
    assert row(engagement, twin).status == "pending"
    mailing.run(engagement)
    assert (row(engagement, first).status, row(engagement, twin).reason) == ("delivered", "duplicate")
    # The one before is archived meanwhile: then the other one gets it.
    again = mailing.begun()
    Contact.objects.filter(pk=first.pk).update(archived_at=timezone.now())
    mailing.run(again)
    Recipient.objects.filter(engagement=again).update(not_before=None)
    mailing.run(again)
    assert (row(again, first).reason, row(again, twin).status, again.status) == ("archived", "delivered", "done")


def test_a_worker_that_dies_before_its_provider_sends_nothing_again(mailing, monkeypatch):
    engagement = mailing.begun()

    def die(batch):
        raise KeyboardInterrupt

    monkeypatch.setattr(carrying, "carry", die)
    with pytest.raises(KeyboardInterrupt):
        lanes.run(engagement.pk)
    monkeypatch.undo()
    assert states(mailing.run(engagement)) == {"handed": 3}
    assert (engagement.status, left()) == (Status.SENDING, 3)
    Interaction.objects.update(claimed_at=timezone.now() - delivering.LEASE * 2)
    delivering.give_up_hung()
    assert states(mailing.run(engagement)) == {"unknown": 3}
    assert (engagement.status, left()) == (Status.DONE, 3)
    delivering.ask_about_unknown()
    assert left() == 3


def test_a_worker_that_dies_with_a_claim_loses_nobody(mailing):
    engagement = mailing.begun()
    claim = ledger.claim(engagement.pk, 2)
    assert len(claim.rows) == 2
    over(engagement)
    assert ledger.free_old() == 2
    mailing.run(engagement)
    assert states(engagement) == {"delivered": 3}
    # It was only slow: what it had claimed is not its own any more.
    assert handing_over.hand_over(engagement.pk, claim) is None
    assert left() == 3


@pytest.mark.parametrize(("error", "state"), [(OutcomeUnknown(), "unknown"), (ValueError("bug"), "unknown")])
def test_what_may_have_been_taken_is_unknown(mailing, monkeypatch, error, state):
    class Broken:
        def send(self, message):
            raise error

    monkeypatch.setattr(carrying, "get_provider", lambda name: Broken())
    engagement = mailing.run(mailing.begun())
    assert (states(engagement), engagement.status) == ({state: 3}, Status.DONE)


def test_a_provider_that_is_away_is_tried_later_with_a_new_message(mailing, monkeypatch):
    class Away:
        def send(self, message):
            raise DeliveryError("The provider does not answer", permanent=False)

    mailing.person(4), mailing.person(5)
    monkeypatch.setattr(carrying, "get_provider", lambda name: Away())
    engagement = mailing.run(mailing.begun())
    assert (states(engagement), left(), engagement.status) == ({"pending": 5}, 0, Status.SENDING)
    assert engagement.next_slot_at > timezone.now()
    tried = engagement.recipients.filter(attempts=1, not_before__gt=timezone.now()).count()
    assert tried == carrying.MOST_IN_A_ROW  # the others were not tried
    monkeypatch.undo()
    engagement.recipients.update(not_before=None)
    Engagement.objects.update(next_slot_at=None)
    assert states(mailing.run(engagement)) == {"delivered": 5}
    engagement = mailing.begun()
    engagement.recipients.update(attempts=carrying.MOST_TRIES)
    monkeypatch.setattr(carrying, "get_provider", lambda name: Away())
    mailing.run(engagement)
    assert states(engagement)["failed"] == carrying.MOST_IN_A_ROW


def test_pause_and_resume_and_cancel(mailing):
    engagement = mailing.begun()
    claim = ledger.claim(engagement.pk, 1)
    assert act(mailing, engagement, "pause").status_code == 303
    assert act(mailing, engagement, "pause").status_code == 303
    assert handing_over.hand_over(engagement.pk, claim) is None  # it gives back what it had
    assert (states(mailing.run(engagement)), left()) == ({"pending": 3}, 0)
    assert act(mailing, engagement, "resume").status_code == 303
    ledger.claim(engagement.pk, 1)
    assert act(mailing, engagement, "cancel").status_code == 303
    mailing.run(engagement)
    assert (engagement.status, states(engagement)) == (Status.CANCELLED, {"cancelled": 3})
    assert (left(), bool(engagement.finished_at)) == (0, True)
    assert [act(mailing, engagement, what).status_code for what in ("pause", "resume", "cancel", "retry")] == [409] * 4


def test_it_pauses_by_itself_when_its_line_or_author_may_not(mailing):
    engagement = mailing.begun()
    share_channel(mailing.line, mailing.ann, "read")
    mailing.run(engagement)
    assert (engagement.status, states(engagement), left()) == (Status.PAUSED, {"pending": 3}, 0)
    assert engagement.problem.startswith("Ann Lee may not send from this line any more")
    assert act(mailing, engagement, "resume").status_code == 403
    share_channel(mailing.line, mailing.ann, "write")
    mailing.line.archived_at = timezone.now()
    mailing.line.save()
    answer = act(mailing, engagement, "resume")
    assert (answer.status_code, "The line was archived" in answer.content.decode()) == (409, True)
    mailing.line.archived_at = None
    mailing.line.save()
    act(mailing, engagement, "resume")
    assert (mailing.run(engagement).problem, states(engagement)) == ("", {"delivered": 3})


def test_at_its_time_it_begins_by_itself(mailing):
    later = timezone.now() + datetime.timedelta(hours=1)
    engagement = sending.send(mailing.ann, mailing.draft(when="at", at=later))
    assert (engagement.status, sweeping.start_due()) == (Status.SCHEDULED, [])
    Engagement.objects.update(at=timezone.now())
    jobs.sweep_engagements(timestamp=0)
    engagement.refresh_from_db()
    assert (engagement.status, sweeping.without_ledger()) == (Status.SENDING, [engagement.pk])
    assert sweeping.start_due() == []
    jobs.fan_out(engagement_id=engagement.pk)
    jobs.fan_out(engagement_id=engagement.pk)  # its job came twice
    assert sweeping.with_work() == [engagement.pk]
    jobs.run_lane(engagement_id=engagement.pk, lane=0)
    engagement.refresh_from_db()
    assert (engagement.status, states(engagement)) == (Status.DONE, {"delivered": 3})


def test_before_anything_has_left_it_is_taken_back(mailing):
    mailing.account.compliance_required = True
    mailing.account.save()
    engagement = sending.send(mailing.ann, mailing.draft())
    assert (engagement.status, Review.objects.get().answer) == (Status.REVIEW, "")
    with pytest.raises(TooLate):
        sending.send(mailing.ann, engagement)
    assert sending.cancel(mailing.ann, engagement).status == Status.DRAFT
    assert (Review.objects.get().answer, Recipient.objects.count()) == ("withdrawn", 0)


def test_what_does_not_fit_is_refused_before_anything_is_sent(mailing):
    def problem(**fields) -> str:
        with pytest.raises(EngagementError) as refused:
            sending.send(mailing.ann, mailing.draft(**fields))
        return refused.value.field

    past = timezone.now() - datetime.timedelta(hours=1)
    other = UserFactory(account=mailing.account)
    assert problem(body="Hi {{shoe-size}}") == "body"
    assert problem(lists=[ListFactory(owner=mailing.ann)]) == "lists"
    assert problem(lists=[]) == "lists"
    assert problem(channel=None) == "channel"
    assert problem(when="at", at=past) == "at"
    assert problem(lists=[mailing.list, ListFactory(owner=other, people=mailing.people[:1])]) == "lists"
    assert problem(body="{{job-title}}") == "lists"  # nobody would get it
    assert not Recipient.objects.exists()
    assert not Engagement.objects.exclude(status="draft").exists()


def test_the_page_before_sending_says_what_will_happen_and_sends_once(mailing):
    draft = mailing.draft(body="Hi {{first-name}}")
    client = Client()
    client.force_login(mailing.ann)
    page = client.get(f"/engagements/{draft.pk}/send/").content.decode()
    assert "Send to 3" in page
    assert "does not say how to opt out" in page
    once = page.split('name="once" value="')[1].split('"')[0]
    first = act(mailing, draft, "send", once=once)
    assert (first.status_code, first["Location"]) == (303, f"/engagements/{draft.pk}/")
    assert act(mailing, draft, "send", once=once).status_code == 303
    assert act(mailing, draft, "send").status_code == 409
    wim = UserFactory(account=mailing.account)
    share_engagement(draft, wim, "write")
    blank = mailing.draft(body=" ")
    answer = act(mailing, blank, "send")
    assert (answer.status_code, "Write what is sent." in answer.content.decode()) == (422, True)


def test_a_batch_costs_a_handful_of_queries(mailing, django_assert_max_num_queries):
    for place in range(10, 40):
        mailing.person(place)
    engagement = mailing.begun(from_hour=0, to_hour=24)
    with django_assert_max_num_queries(60):  # two transactions, savepoints and all
        mailing.run(engagement)
    assert states(engagement) == {"delivered": 33}
