"""The queue of a list: who stands on it, in which order, and what one can do there."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from django.utils import timezone

from contacts.models import Block, Contact, ContactPhone, List
from contacts_project.accounts.models import User
from conversations.engagements.calling import queue_of
from conversations.models import CallableHour, Channel, Interaction, InteractionContact
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory, share
from tests.factories_conversations import line
from tests.factories_engagements import ListFactory, put_on_list, share_list

pytestmark = pytest.mark.django_db
NEW_YORK, KOLKATA = "America/New_York", "Asia/Kolkata"
NOW = dt.datetime(2026, 11, 24, 10, 15, tzinfo=zoneinfo.ZoneInfo(NEW_YORK))  # Tuesday; 20:45 in Kolkata
TUE_10 = 34


class Bakers:
    """A list of Owen's, and people on it."""

    def __init__(self) -> None:
        self.owner: User = UserFactory(name="Owen Owner")
        self.list: List = ListFactory(owner=self.owner)
        self.line: Channel = line(self.owner.account, admin=self.owner)
        self.number = 0

    def person(
        self, name: str, *hours: tuple[int, int, int], zone: str = NEW_YORK, owner: User | None = None
    ) -> Contact:
        """On the list, with these good hours: (hour, rank, rate)."""
        self.number += 1
        contact = ContactFactory(
            owner=owner or self.owner, given_name=name, family_name="", phone=f"+120255502{self.number:02}"
        )
        put_on_list(self.list, contact)
        for hour, rank, rate in hours:
            CallableHour.objects.create(
                account=contact.account, contact=contact, zone=zone, hour=hour, rank=rank, rate=rate
            )
        return contact

    def names(self, user: User | None = None, now: dt.datetime = NOW, passed=()) -> list[str]:
        queue = queue_of(user or self.owner, self.list, now, passed)
        names = dict(Contact.objects.values_list("pk", "given_name"))
        return [names[place.contact_id] for place in queue]

    def reach(self, contact: Contact, channel: Channel, at: dt.datetime) -> None:
        one = Interaction.objects.create(
            account=contact.account, channel=channel, type="call", direction="out", is_answered=True, at=at,
            outside_address="+12025550201",
        )  # fmt: skip
        InteractionContact.objects.create(interaction=one, contact=contact)


@pytest.fixture
def bakers() -> Bakers:
    return Bakers()


def test_callable_now_by_rate_then_the_soonest_hour_then_by_name(bakers):
    bakers.person("Zoe")
    bakers.person("Adam")
    bakers.person("Later", (TUE_10 + 1, 1, 900))
    bakers.person("Sooner", (24 + 21, 1, 500), zone=KOLKATA)  # 21:00 there is in 15 minutes
    bakers.person("Fair", (TUE_10, 2, 500), (TUE_10 + 1, 1, 990))
    bakers.person("Good", (TUE_10, 1, 700))
    bakers.person("Asked", (TUE_10, 0, 1000))
    bakers.person("Sunday", (167, 1, 900))
    bakers.person("Monday", (0, 1, 900))
    assert bakers.names() == ["Asked", "Good", "Fair", "Sooner", "Later", "Sunday", "Monday", "Adam", "Zoe"]
    waits = {place.wait: place.when for place in queue_of(bakers.owner, bakers.list, NOW)}
    assert (waits[15], waits[45]) == ("Tue 9 pm there", "Tue 11 am there")
    end = NOW.replace(minute=59, second=59)
    assert bakers.names(now=end)[:4] == ["Asked", "Good", "Fair", "Sooner"]
    assert bakers.names(now=end + dt.timedelta(seconds=1))[:4] == ["Fair", "Later", "Sooner", "Sunday"]


def test_who_cannot_be_called_is_left_out(bakers):
    bakers.person("Fine")
    Contact.objects.filter(pk=bakers.person("Archived").pk).update(archived_at=NOW)
    ContactPhone.objects.filter(contact=bakers.person("Mute")).update(former_at=NOW, is_primary=False)
    blocked = bakers.person("Blocked")
    Block.objects.create(account=blocked.account, contact=blocked, scope="account", author=bakers.owner)
    assert bakers.names() == ["Fine"]


def test_reached_today_counts_as_far_as_one_reads_and_in_ones_own_day(bakers):
    """What a hidden line reached changes nothing for those who do not read it (product.md §2)."""
    person = bakers.person("Fine")
    reader = UserFactory(account=bakers.owner.account)
    share(person, reader, "read")
    share_list(bakers.list, reader, "read")
    bakers.reach(person, bakers.line, NOW - dt.timedelta(days=1))
    assert bakers.names() == ["Fine"]
    bakers.reach(person, bakers.line, NOW.replace(hour=0))
    assert bakers.names() == []
    assert bakers.names(reader) == ["Fine"]
    assert bakers.names(now=NOW + dt.timedelta(hours=14)) == ["Fine"]


@pytest.mark.usefixtures("still_clock")
def test_hidden_people_leave_no_trace(bakers, client):
    """The bytes are the same with and without them."""
    seen = bakers.person("Fine")
    reader = UserFactory(account=bakers.owner.account)
    share(seen, reader, "read")
    share_list(bakers.list, reader, "read")
    client.force_login(reader)
    address = f"/lists/{bakers.list.pk}/call-next/"

    def page() -> str:
        text = client.get(address).content.decode()
        return text[text.index('id="call-next"') : text.index('data-action="call"')]

    before = page()
    hidden = bakers.person("Hidden", (0, 1, 900), owner=UserFactory(account=bakers.owner.account))
    assert page() == before
    assert client.get(f"{address}?contact={hidden.pk}").content.decode().count("Hidden") == 0
    assert client.post(address, {"pass": hidden.pk}).status_code == 303
    assert "calls_passed" not in client.session


def test_the_person_stands_with_all_that_a_call_needs(bakers, client, django_assert_max_num_queries):
    contact = bakers.person("Renee")
    contact.notes.create(body="Likes mornings", author=bakers.owner)
    bakers.person("Zoe")
    bakers.reach(contact, bakers.line, timezone.now() - dt.timedelta(days=3))
    client.force_login(bakers.owner)
    with django_assert_max_num_queries(40):
        page = client.get(f"/lists/{bakers.list.pk}/call-next/").content.decode()
    for text in (
        "Renee",
        "(202) 555-0201",
        "Likes mornings",
        "Not enough calls yet",
        "Last contact",
        "Not now",
        "1 of 2",
    ):
        assert text in page
    assert 'name="type" value="call"' in page
    assert f'name="channel" value="{bakers.line.pk}"' in page
    assert f"/contacts/{contact.pk}/calls/" in page
    assert 'aria-keyshortcuts="j"' in page
    assert 'aria-keyshortcuts="k"' not in page


def test_not_now_puts_somebody_at_the_end_for_today(bakers, client):
    first = bakers.person("Adam")
    bakers.person("Zoe")
    client.force_login(bakers.owner)
    address = f"/lists/{bakers.list.pk}/call-next/"
    assert client.post(address, {"pass": first.pk}).status_code == 303
    page = client.get(address).content.decode()
    assert page.index("Zoe") < page.index("Adam")
    assert "Passed" in page
    for nonsense in ("", "x", "9" * 40, "1\0"):
        assert client.post(address, {"pass": nonsense}).status_code == 303
        assert client.get(address, {"contact": nonsense}).status_code == 200
    session = client.session
    session["calls_passed"] = {str(bakers.list.pk): ["2026-01-01", [first.pk]]}
    session.save()
    page = client.get(address).content.decode()
    assert page.index("Adam") < page.index("Zoe")


def test_an_empty_queue_says_so_and_an_archived_list_has_none(bakers, client):
    client.force_login(bakers.owner)
    address = f"/lists/{bakers.list.pk}/call-next/"
    assert "Nobody to call" in client.get(address).content.decode()
    List.objects.filter(pk=bakers.list.pk).update(archived_at=NOW)
    assert client.get(address).status_code == 403
