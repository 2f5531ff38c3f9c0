"""The lists and engagements of the demo, and when people answer (contract.md, Demo)."""

import datetime
from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Count, F, Q

from contacts import list_policy, policy
from contacts.models import List, ListItem
from conversations import call_times, call_windows, merging
from conversations.engagements import policy as engagement_policy
from conversations.engagements import preflight, reasons, results, statuses
from conversations.engagements.demo.callers import DANA, OF_DEPARTMENT
from conversations.engagements.demo.campaigns import CATALOGUE, DOCK, REVIEWED, SPRING, WINTER
from conversations.engagements.demo.lists import FAIR, KEY_ACCOUNTS, PARTNERS, READERS, SERVICE
from conversations.engagements.demo.named import ARCHIE, RENEE
from conversations.engagements.demo.world import GLOBEX
from conversations.engagements.models import Engagement, Recipient, Review
from conversations.models import CallableHour, CallPreference, CallTimes, Interaction, OptOut, Unread

pytestmark = pytest.mark.django_db
FINISHED = (CATALOGUE, DOCK, WINTER)


def lists_of(world, mailbox):
    return list_policy.visible_to(world.acme(mailbox)).order_by("pk")


def test_lists_are_shared_with_different_people(world):
    levels = {
        mailbox: {one.name: list_policy.level_on(world.acme(mailbox), one).value for one in lists_of(world, mailbox)}
        for mailbox in ("owner", "manager", "writer", "reader", "seller", "outsider", "admin")
    }
    assert levels == {
        "owner": {READERS: "admin", SERVICE: "read", KEY_ACCOUNTS: "write", FAIR: "admin"},
        "manager": {READERS: "admin", KEY_ACCOUNTS: "admin"},
        "writer": {READERS: "write", KEY_ACCOUNTS: "read"},
        "reader": {READERS: "read", SERVICE: "read"},
        "seller": {SERVICE: "write"},
        "outsider": {},
        "admin": {},
    }
    archived = List.objects.exclude(archived_at=None).values_list("name", flat=True)
    assert list(archived) == [FAIR]


def test_people_stand_on_lists_some_have_left_and_some_are_archived(world):
    numbers = dict(List.objects.order_by("pk").annotate(n=Count("items")).values_list("name", "n"))
    assert numbers[READERS] >= 45
    assert numbers[SERVICE] >= 35
    assert numbers[KEY_ACCOUNTS] >= 20
    for name in (READERS, SERVICE, PARTNERS):
        assert 2 <= ListItem.objects.filter(list=world.lists[name], is_subscribed=False).count() <= 6
    readers = ListItem.objects.filter(list=world.lists[READERS])
    assert set(readers.filter(archived=True).values_list("contact", flat=True)) == {world.contacts[ARCHIE].pk}
    assert readers.filter(contact=world.contacts[RENEE]).exists()
    assert not ListItem.objects.filter(added_at__lt=F("contact__created_at")).exists()
    # A reader of the list sees names of people whom he may not open.
    on_service = set(ListItem.objects.filter(list=world.lists[SERVICE]).values_list("contact", flat=True))
    assert on_service - set(policy.visible_to(world.acme("reader")).values_list("pk", flat=True))


def test_three_are_finished_one_is_a_draft_and_one_waits_for_review(world):
    rows = Engagement.objects.order_by("name").values_list("name", "kind", "status")
    assert sorted(rows) == [
        (CATALOGUE, "email", "done"), (DOCK, "voice", "done"), (REVIEWED, "text", "review"), (SPRING, "text", "draft"),
        (WINTER, "text", "done"),
    ]  # fmt: skip
    for engagement in Engagement.objects.exclude(status="draft"):
        merging.check_fields(engagement.subject + engagement.body)
        assert engagement.at is None
    draft, reviewed = world.engagements[SPRING], world.engagements[REVIEWED]
    assert draft.started_at is None
    for one in (draft, reviewed):
        assert preflight.summary(one).to_send >= 15
    assert not Recipient.objects.filter(engagement__in=[draft, reviewed]).exists()


@pytest.mark.parametrize("name", FINISHED)
def test_everybody_on_the_lists_is_in_the_ledger_and_the_numbers_add_up(world, name):
    engagement = world.engagements[name]
    lists = engagement.with_lists.filter(is_left_out=False).values("list")
    people = set(ListItem.objects.filter(list__in=lists).values_list("contact", flat=True))
    rows = Recipient.objects.filter(engagement=engagement)
    assert set(rows.values_list("contact", flat=True)) == people
    numbers = results.numbers_of(engagement)
    assert numbers.total == len(people) == sum(part.count for part in numbers.parts)
    assert engagement.started_at < engagement.finished_at < world.moment(0, 0)
    assert not numbers.waiting
    handed = rows.exclude(status="skipped")
    assert not handed.filter(Q(address="") | Q(handed_over_at=None) | Q(interaction=None) | Q(final_at=None)).exists()
    assert not rows.filter(status="skipped").exclude(handed_over_at=None).exists()


def test_most_reasons_and_responses_can_be_seen(world):
    rows = Recipient.objects.all()
    assert set(rows.exclude(reason="").values_list("reason", flat=True)) >= {
        reasons.ARCHIVED, reasons.REMOVED, reasons.UNSUBSCRIBED, reasons.NO_ADDRESS,
        reasons.OPTED_OUT, reasons.NO_VALUE, reasons.DUPLICATE,
    }  # fmt: skip
    assert set(rows.values_list("status", flat=True)) == {
        "skipped", "sent", "delivered", "bounced", "failed", "answered", "machine", "unanswered", "busy",
    }  # fmt: skip
    seen = rows.aggregate(**{column: Count(column) for column, _ in statuses.RESPONSES})
    assert min(seen.values()) >= 1
    assert seen["replied_at"] >= 10
    assert not rows.filter(clicked_at__lt=F("opened_at")).exists()
    later = Interaction.objects.filter(direction="in", at__lt=F("conversation__created_at"))
    assert not later.exists()


def test_who_left_has_opted_out_and_is_unsubscribed_where_it_was_an_email(world):
    for row in Recipient.objects.exclude(unsubscribed_at=None).select_related("engagement"):
        medium = "email" if row.engagement.kind == "email" else "text"
        assert OptOut.objects.filter(address=row.address, medium=medium, created_at=row.unsubscribed_at).exists()
        if medium == "email":
            item = ListItem.objects.get(list=world.lists[READERS], contact=row.contact_id)
            assert (item.is_subscribed, item.changed_by, item.changed_at) == (False, None, row.unsubscribed_at)


def test_each_message_stands_in_the_persons_conversation_and_is_not_unread(world):
    sent = Recipient.objects.exclude(interaction=None).select_related("interaction__conversation", "engagement")
    for row in sent:
        message = row.interaction
        assert (message.outside_address, message.channel_id) == (row.address, row.engagement.channel_id)
        assert message.conversation.outside_address == row.address
        assert "{{" not in message.body + message.subject
        assert (message.at, message.author_id) == (row.handed_over_at, row.engagement.author_id)
    kinds = Counter(row.interaction.type for row in sent)
    assert set(kinds) == {"sms", "email", "call"}
    contacts = dict(sent.values_list("interaction", "contact"))
    on = Interaction.objects.filter(pk__in=contacts).values_list("pk", "with_contacts__contact")
    assert dict(on) == contacts
    assert not Unread.objects.filter(party__last_interaction__in=contacts).exists()


def test_whatever_came_in_since_counts_as_a_reply(world):
    rows = Recipient.objects.exclude(interaction=None).exclude(interaction__status="failed")
    for row in rows.filter(replied_at=None).select_related("interaction"):
        came = Interaction.objects.filter(conversation=row.interaction.conversation_id, direction="in")
        came = came.filter(at__gt=row.handed_over_at).exclude(status="blocked")
        assert set(came.values_list("body", flat=True)) <= {"STOP"}


def test_who_sees_which_engagement(world):
    seen = {
        mailbox: set(engagement_policy.visible_to(world.acme(mailbox)).values_list("name", flat=True))
        for mailbox in ("seller", "sales.operator", "owner", "manager", "reader", "compliance", "outsider")
    }
    assert seen == {
        "seller": {WINTER, SPRING}, "sales.operator": {WINTER, SPRING}, "owner": {CATALOGUE, DOCK},
        "manager": {CATALOGUE, DOCK}, "reader": {CATALOGUE}, "compliance": set(), "outsider": set(),
    }  # fmt: skip
    greta = world.users[f"admin@{GLOBEX}"]
    (review,) = Review.objects.filter(answer="")
    assert engagement_policy.can(greta, "review", review.engagement)
    assert review.asked_by != greta


def test_renee_has_three_best_windows_on_both_records(world):
    for contact in (world.contacts[RENEE], world.contacts[OF_DEPARTMENT.format(RENEE, "Sales")]):
        week = call_times.week_of(contact)
        assert week.total >= 40
        assert len(week.windows) == 3
        assert week.windows[0].answered < week.windows[0].attempts
        assert sum(1 for attempts in week.attempts if attempts) >= 12


def test_somebody_is_callable_at_every_working_hour(world):
    assert not CallTimes.objects.filter(stale=True).exists()
    monday = world.today + datetime.timedelta(days=7 - world.today.weekday())
    zone = ZoneInfo("America/New_York")
    moments = [
        datetime.datetime.combine(monday + datetime.timedelta(days=day), datetime.time(hour, 30), zone)
        for day in range(5)
        for hour in range(9, 17)
    ]
    hours = [call_windows.hours_now(at) for at in moments]
    dark = []
    for mailbox in ("owner", "sales.operator", "seller"):
        seen = policy.visible_to(world.acme(mailbox)).filter(archived=False).order_by().values("pk")
        rows = set(CallableHour.objects.filter(contact__in=seen).values_list("hour", "zone"))
        dark += [
            (mailbox, at)
            for at, zones in zip(moments, hours, strict=True)
            if not any(zone in zones.get(hour, ()) for hour, zone in rows)
        ]
    assert len(dark) <= 6, dark


def test_dana_has_a_window_set_by_hand(world):
    week = call_times.week_of(world.contacts[OF_DEPARTMENT.format(DANA, "Sales")])
    assert [window.is_preferred for window in week.preferred] == [True, True]
    preference = CallPreference.objects.get(contact=world.contacts[OF_DEPARTMENT.format(DANA, "Sales")])
    assert preference.set_by == world.acme("sales.operator")


def test_globex_names_itself_everywhere(world):
    account = world.accounts[GLOBEX]
    names = [*List.objects.filter(account=account), *Engagement.objects.filter(account=account)]
    assert [("Globex" in str(one)) for one in names] == [True, True]
    for item in ListItem.objects.filter(list__account=account).select_related("contact"):
        assert "Globex" in item.contact.name
