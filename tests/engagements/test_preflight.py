"""Who gets an engagement, who does not and why: the same function before sending and while sending."""

import datetime
import zoneinfo

import pytest
from django.test import Client
from django.utils import timezone

from contacts.models import Contact, DepartmentLink, ListItem
from contacts.services import archiving, blocks
from conversations.engagements import preflight, reasons
from conversations.engagements.services import ledger
from conversations.models import CallableHour
from conversations.services import opting
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory, EmailFactory, PhoneFactory
from tests.factories_conversations import department_line
from tests.factories_departments import DepartmentFactory, department_contact, operate
from tests.factories_engagements import ListFactory, put_on_list, share_engagement, share_list

from .mailing import Mailing

pytestmark = pytest.mark.django_db
NEW_YORK = zoneinfo.ZoneInfo("America/New_York")


@pytest.fixture
def mailing() -> Mailing:
    return Mailing()


def decided(engagement, among=None, **facts) -> dict[int, str]:
    rows = preflight.decide(ledger.load(engagement.pk), among, **facts)
    return {one.contact: one.reason for one in rows}


def test_each_reason_and_the_numbers_add_up(mailing):
    people = [mailing.person(place) for place in range(10, 18)]
    archived, left, opted, blocked, by_other, nameless, twin, out = people
    archiving.archive(mailing.ann, [archived.pk])
    ListItem.objects.filter(contact=left).update(is_subscribed=False)
    opting.opt_out(mailing.account.pk, "text", mailing.number(12))
    blocks.block_contact(mailing.ann, blocked)
    # The block of a contact covers its addresses, also on another record.
    other = ContactFactory(owner=mailing.ann, phone=mailing.number(14))
    blocks.block_contact(mailing.ann, other, scopes=["lines"])
    Contact.objects.filter(pk=nameless.pk).update(family_name="")
    twin.phones.update(number=mailing.number(0))
    no_number = mailing.person(20, phone=None)
    gone = ListFactory(owner=mailing.ann, people=[out])
    draft = mailing.draft(body="Dear {{first-name}} {{last-name}}")
    draft.with_lists.create(list=gone, is_left_out=True)
    found = decided(draft)
    assert found == {
        **{one.pk: "" for one in mailing.people}, archived.pk: reasons.ARCHIVED, left.pk: reasons.UNSUBSCRIBED,
        opted.pk: reasons.OPTED_OUT, blocked.pk: reasons.BLOCKED, by_other.pk: reasons.BLOCKED,
        nameless.pk: reasons.NO_VALUE, twin.pk: reasons.DUPLICATE, out.pk: reasons.LEFT_OUT,
        no_number.pk: reasons.NO_ADDRESS,
    }  # fmt: skip
    numbers = preflight.summary(ledger.load(draft.pk))
    assert (numbers.people, numbers.to_send, sum(numbers.reasons.values())) == (12, 3, 9)


def test_on_two_lists_one_counts_once_and_must_be_subscribed_on_both(mailing):
    first, second = mailing.people[:2]
    again = ListFactory(owner=mailing.ann, people=[first])
    put_on_list(again, second, is_subscribed=False)
    draft = mailing.draft(lists=[mailing.list, again])
    assert list(decided(draft).values()) == ["", reasons.UNSUBSCRIBED, ""]


def test_the_primary_address_counts_and_a_former_one_does_not(mailing):
    contact = mailing.people[0]
    contact.phones.update(former_at=timezone.now())
    draft = mailing.draft()
    assert decided(draft)[contact.pk] == reasons.NO_ADDRESS
    PhoneFactory(contact=contact, number="+12025550990")
    PhoneFactory(contact=contact, number="+12025550991", is_primary=True)
    assert preflight.decide(ledger.load(draft.pk))[0].address == "+12025550991"
    EmailFactory(contact=contact, address="Renee@One.example")
    assert preflight.decide(ledger.load(mailing.draft(kind="email", channel=None).pk))[0].address == "renee@one.example"


def test_of_a_department_line_those_it_removed_are_left_out_and_its_blocks_count(mailing):
    sales = DepartmentFactory(account=mailing.account)
    operate(sales, mailing.ann, admin=True)
    removed, blocked, other = (department_contact(sales, phone=mailing.number(place)) for place in (30, 31, 32))
    for one in (removed, blocked, other):
        put_on_list(mailing.list, one)
    DepartmentLink.objects.filter(contact=removed).update(ended_at=timezone.now())
    blocks.block_contact(mailing.ann, blocked)
    found = decided(mailing.draft(channel=department_line(sales)))
    assert [found[one.pk] for one in (removed, blocked, other)] == [reasons.REMOVED, reasons.BLOCKED, ""]
    # On a line of her own the department's word does not count.
    found = decided(mailing.draft())
    assert [found[one.pk] for one in (removed, blocked, other)] == ["", "", ""]


def test_who_is_off_the_list_gets_nothing_more(mailing):
    draft = mailing.draft()
    ListItem.objects.filter(contact=mailing.people[0]).delete()
    assert len(decided(draft)) == 2
    found = decided(draft, [one.pk for one in mailing.people])
    assert list(found.values()) == [reasons.OFF_LIST, "", ""]


def test_hours_count_where_the_person_is(mailing):
    here, west, far = mailing.people
    Contact.objects.filter(pk=here.pk).update(time_zone="America/New_York")
    Contact.objects.filter(pk=west.pk).update(time_zone="America/Los_Angeles")
    Contact.objects.filter(pk=far.pk).update(time_zone="Asia/Tokyo")
    engagement = ledger.load(mailing.draft(from_hour=9, to_hour=20).pk)
    now = datetime.datetime(2026, 11, 23, 10, tzinfo=NEW_YORK)
    until = {one.contact: one.not_before for one in preflight.decide(engagement, at=now)}
    assert until[here.pk] is None
    assert until[west.pk] == datetime.datetime(2026, 11, 23, 12, tzinfo=NEW_YORK)
    assert until[far.pk] == datetime.datetime(2026, 11, 23, 19, tzinfo=NEW_YORK)  # Tuesday 9:00 in Tokyo


def test_each_at_the_best_hour_within_calling_hours(mailing):
    best, late, none = mailing.people
    hours = [(best, 24 + 10), (best, 24 + 15), (late, 22)]  # Tuesday 10 and 15; Monday 22 is no calling hour
    CallableHour.objects.bulk_create(
        CallableHour(account=mailing.account, contact=who, zone="America/New_York", hour=hour) for who, hour in hours
    )
    Contact.objects.update(time_zone="America/New_York")
    engagement = ledger.load(mailing.draft(when="best", from_hour=9, to_hour=20).pk)
    monday = datetime.datetime(2026, 11, 23, 11, 30, tzinfo=NEW_YORK)
    until = {one.contact: one.not_before for one in preflight.decide(engagement, at=monday)}
    assert until[best.pk] == datetime.datetime(2026, 11, 24, 10, tzinfo=NEW_YORK)
    assert (until[late.pk], until[none.pk]) == (None, None)
    at_ten = datetime.datetime(2026, 11, 24, 10, 59, tzinfo=NEW_YORK)
    assert preflight.decide(engagement, at=at_ten)[0].not_before is None
    # A worker who comes an hour late need not wait for next week.
    late_worker = preflight.decide(engagement, at=at_ten.replace(hour=11), waited=frozenset({best.pk}))
    assert late_worker[0].not_before is None


def test_queries_do_not_grow_with_people(mailing, django_assert_max_num_queries):
    engagement = ledger.load(mailing.draft(from_hour=9, to_hour=20).pk)
    for place in range(40, 60):
        mailing.person(place)
    with django_assert_max_num_queries(4):
        preflight.decide(engagement)


NAMED = 'dir="auto">P0'  # with what stands before it: a page has random tokens, too


def test_a_number_opens_into_names_for_those_who_may_see_them(mailing):
    draft = mailing.draft()
    rea = UserFactory(account=mailing.account, name="Rea")
    share_engagement(draft, rea, "read")
    client = Client()
    client.force_login(rea)
    path = f"/engagements/{draft.pk}/preflight/"
    page = client.get(path, {"reason": "sent"}).content.decode()
    assert NAMED not in page
    assert "You see none of these people by name" in page
    share_list(mailing.list, rea, "read")
    page = client.get(path, {"reason": "sent"}).content.decode()
    assert NAMED in page
    assert f'href="/contacts/{mailing.people[0].pk}/' not in page  # by the list: a name, and no way in
    assert 'data-to-send="3"' in client.get(path).content.decode()
    assert NAMED not in client.get(path, {"reason": "archived"}).content.decode()
    for nonsense in ("page=0&reason=sent", "page=99999999999&reason=sent", "reason=%00", "page=x&reason=held"):
        assert client.get(f"{path}?{nonsense}").status_code == 200
