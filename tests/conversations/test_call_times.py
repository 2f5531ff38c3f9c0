"""Best call times: what counts, the windows, the hours kept for "callable now", the panel and the preferred window."""

from __future__ import annotations

import datetime as dt
import types
import zoneinfo

import pytest
from django.utils import timezone

from contacts.models import UndoStep
from contacts.services.undoing import CannotUndo, undo
from contacts_project.accounts.models import User
from conversations import call_times, receivers
from conversations.call_times import recount_stale, week_of
from conversations.call_windows import (
    WEEK,
    Window,
    best_windows,
    heat,
    hour_of_week,
    hours_now,
    next_in,
    rounded_down,
    windows_of_days,
)
from conversations.models import CallableHour, CallPreference, CallTimes, Interaction, InteractionContact
from conversations.services.preferring import clear, prefer
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory, PhoneFactory, share
from tests.factories_conversations import line

NEW_YORK = "America/New_York"
TUE_10 = 24 + 10


def moment(text: str, zone: str = NEW_YORK) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=zoneinfo.ZoneInfo(zone))


def apart(later: dt.datetime, earlier: dt.datetime) -> dt.timedelta:
    return later.astimezone(dt.UTC) - earlier.astimezone(dt.UTC)


def week(**hours: tuple[int, int]) -> tuple[list[int], list[int]]:
    """week(h34=(answered, attempts)) -> (attempts, answered)."""
    attempts, answered = [0] * WEEK, [0] * WEEK
    for name, (reached, tried) in hours.items():
        attempts[int(name[1:])], answered[int(name[1:])] = tried, reached
    return attempts, answered


def test_the_best_hours_are_ranked_by_their_smoothed_rate():
    found = best_windows(*week(h34=(6, 7), h81=(5, 6), h64=(4, 6), h12=(1, 5), h100=(0, 4)))
    assert [(one.start, one.answered, one.attempts) for one in found] == [(34, 6, 7), (81, 5, 6), (64, 4, 6)]
    assert found[0].rate == 7 / 11


def test_five_calls_in_all_and_three_in_a_window():
    assert best_windows(*week(h34=(4, 4))) == []
    assert [one.start for one in best_windows(*week(h34=(4, 5)))] == [34]
    assert best_windows(*week(h34=(2, 2), h60=(2, 2), h90=(2, 2))) == []
    assert best_windows(*week(h34=(0, 9))) == []


def test_neighbouring_hours_are_joined_where_that_lowers_nothing():
    assert best_windows(*week(h34=(1, 1), h35=(2, 2), h36=(1, 2), h90=(0, 3))) == [Window(34, 2, 3, 3)]
    assert best_windows(*week(h34=(3, 3), h35=(0, 3))) == [Window(34, 1, 3, 3)]


def test_a_window_goes_over_midnight_and_over_the_end_of_the_week():
    assert best_windows(*week(h167=(3, 3), h0=(3, 3))) == [Window(167, 2, 6, 6)]
    assert Window(167, 2).hours == (167, 0)
    assert best_windows([1] * WEEK, [1] * WEEK)[0].length == WEEK


def test_hours_below_the_average_are_no_good_window():
    assert [one.start for one in best_windows(*week(h34=(8, 9), h90=(1, 6)))] == [34]


def test_totals_are_rounded_down_and_rates_have_five_shades():
    assert [rounded_down(total) for total in (4, 5, 19, 20, 50, 99, 1000)] == [
        "",
        "5+",
        "10+",
        "20+",
        "50+",
        "50+",
        "100+",
    ]
    assert [heat(*pair) for pair in ((0, 9), (1, 3), (2, 3), (3, 4), (6, 7))] == [0, 1, 2, 3, 4]


def test_the_preferred_window_is_one_on_each_of_its_days():
    assert [one.start for one in windows_of_days([4, 1, 1], 9, 11)] == [33, 105]
    assert windows_of_days([6], 22, 24)[0].hours == (166, 167)


def test_hours_of_the_clock_end_where_the_next_begin():
    zone = zoneinfo.ZoneInfo("Asia/Kolkata")
    assert hour_of_week(dt.datetime(2026, 11, 24, 4, 29, 59, tzinfo=dt.UTC).astimezone(zone)) == 24 + 9
    assert hour_of_week(dt.datetime(2026, 11, 24, 4, 30, tzinfo=dt.UTC).astimezone(zone)) == TUE_10
    now = hours_now(dt.datetime(2026, 11, 24, 4, 30, 59, tzinfo=dt.UTC))
    assert "Asia/Kolkata" in now[TUE_10]
    assert NEW_YORK in now[23]  # still Monday there


def test_the_next_window_is_found_through_the_change_of_the_clock():
    sunday = moment("2026-03-08T00:30")  # at 2:00 it is 3:00
    assert next_in({6 * 24 + 3}, NEW_YORK, sunday) == moment("2026-03-08T03:00")
    assert apart(next_in({6 * 24 + 3}, NEW_YORK, sunday), sunday) == dt.timedelta(hours=1.5)
    assert next_in({6 * 24 + 2}, NEW_YORK, sunday) == moment("2026-03-15T02:00")
    autumn = moment("2026-11-01T00:30")  # 1:00 comes twice
    assert apart(next_in({6 * 24 + 2}, NEW_YORK, autumn), autumn) == dt.timedelta(hours=2.5)
    assert next_in({TUE_10}, NEW_YORK, moment("2026-11-24T10:59")) == moment("2026-11-24T10:59")
    assert (
        next_in({TUE_10}, "Asia/Kolkata", moment("2026-11-24T11:00", "Asia/Kolkata"))
        .isoformat()
        .startswith("2026-12-01T10:00")
    )
    assert next_in(set(), NEW_YORK, sunday) is None


class Calls:
    """A contact in New York, and calls with it."""

    def __init__(self, owner: User) -> None:
        self.owner = owner
        self.contact = ContactFactory(owner=owner, phone="+12025550142")
        self.line = line(owner.account, admin=owner)

    def call(self, at: str | dt.datetime, answered: bool | None = True, *, contact=None, **facts) -> Interaction:
        at = moment(at) if isinstance(at, str) else at
        known = {"type": "call", "direction": "out", "channel": self.line, "outside_address": "+12025550142"}
        one = Interaction.objects.create(account=self.owner.account, at=at, is_answered=answered, **{**known, **facts})
        InteractionContact.objects.create(interaction=one, contact=contact or self.contact)
        return one

    def at(self, hour: int, contact=None) -> tuple[int, int]:
        """(answered, attempts)."""
        found = week_of(contact or self.contact)
        return found.answered[hour], found.attempts[hour]


@pytest.fixture
def calls(db) -> Calls:
    return Calls(UserFactory())


@pytest.fixture
def clock(monkeypatch):
    """clock("2026-12-01T10:30"): the time in New York, for whoever asks whether somebody is callable now."""

    def set_to(at: str) -> None:
        now = moment(at)
        monkeypatch.setattr(call_times, "timezone", types.SimpleNamespace(now=lambda: now))

    return set_to


def test_only_attempts_to_reach_the_contact_count(calls):
    calls.call("2026-11-24T10:00")
    calls.call("2026-11-24T10:59:59", answered=False)
    calls.call("2026-11-17T10:30", direction="in")
    calls.call("2026-11-24T11:00")
    for facts in (
        {"answered": None}, {"answered": False, "direction": "in"}, {"answered": False, "status": "blocked"},
        {"answered": False, "status": "failed"}, {"removed_at": timezone.now()}, {"type": "voicemail"}, {"type": "sms"},
    ):  # fmt: skip
        calls.call("2026-11-24T10:10", **facts)
    assert calls.at(TUE_10) == (2, 3)
    assert week_of(calls.contact).total == 4


def test_hours_are_the_contacts_through_summer_time(calls):
    calls.call("2026-03-03T10:30")
    calls.call("2026-07-07T10:30")
    calls.call(dt.datetime(2026, 11, 24, 4, 45, tzinfo=dt.UTC))  # Monday evening in New York, Tuesday in Kolkata
    assert calls.at(TUE_10) == (2, 2)
    assert calls.at(23) == (1, 1)
    calls.contact.time_zone = "Asia/Kolkata"
    calls.contact.save()
    assert calls.at(TUE_10) == (1, 1)


def test_what_changes_a_call_is_counted_anew(calls):
    one = calls.call("2026-11-24T10:00")
    other = ContactFactory(owner=calls.owner, phone="+12025550143")
    assert calls.at(TUE_10) == (1, 1)
    Interaction.objects.filter(pk=one.pk).update(is_answered=False)
    assert calls.at(TUE_10) == (0, 1)
    Interaction.objects.filter(pk=one.pk).update(at=moment("2026-11-24T12:00"))
    assert (calls.at(TUE_10), calls.at(TUE_10 + 2)) == ((0, 0), (0, 1))
    row = InteractionContact.objects.get(interaction=one)
    InteractionContact.objects.filter(pk=row.pk).update(is_current=False)
    moved = InteractionContact.objects.create(interaction=one, contact=other)
    assert (calls.at(TUE_10 + 2), calls.at(TUE_10 + 2, other)) == ((0, 0), (0, 1))
    InteractionContact.objects.filter(pk=moved.pk).delete()
    InteractionContact.objects.filter(pk=row.pk).update(is_current=True, contact=other)
    assert (calls.at(TUE_10 + 2), calls.at(TUE_10 + 2, other)) == ((0, 0), (0, 1))
    Interaction.objects.filter(pk=one.pk).update(removed_at=timezone.now())
    assert calls.at(TUE_10 + 2, other) == (0, 0)
    Interaction.objects.filter(pk=one.pk).update(removed_at=None, status="failed")
    assert calls.at(TUE_10 + 2, other) == (0, 0)


def test_nothing_is_counted_twice_and_reading_again_counts_nothing(calls, django_assert_num_queries):
    for day in ("10", "17", "24"):
        calls.call(f"2026-11-{day}T10:00")
    week_of(calls.contact)
    with django_assert_num_queries(1):
        assert week_of(calls.contact).total == 3
    calls.contact.given_name = "Rae"
    calls.contact.save()
    assert not CallTimes.objects.get(contact=calls.contact).stale


def test_the_job_counts_what_nobody_has_read_and_keeps_the_hours(calls):
    for day in ("03", "10", "17", "24"):
        calls.call(f"2026-11-{day}T10:00")
    calls.call("2026-11-24T15:00", answered=False)
    assert not CallableHour.objects.exists()
    assert (recount_stale(), recount_stale()) == (1, 0)
    kept = CallableHour.objects.get()
    assert (kept.zone, kept.hour, kept.rank, kept.rate) == (NEW_YORK, TUE_10, 1, 625)


def test_the_hours_follow_the_zone_of_the_primary_phone_and_go_without_any(calls):
    for day in ("03", "10", "17", "24"):
        calls.call(f"2026-11-{day}T10:00")
    calls.call("2026-11-24T15:00", answered=False)
    recount_stale()
    west = PhoneFactory(contact=calls.contact, number="+14155550142", is_primary=False)
    recount_stale()
    assert CallableHour.objects.get().zone == NEW_YORK
    calls.contact.phones.exclude(pk=west.pk).update(former_at=timezone.now(), is_primary=False)
    recount_stale()
    assert (CallableHour.objects.get().zone, CallableHour.objects.get().hour) == ("America/Los_Angeles", TUE_10 - 3)
    calls.contact.phones.update(former_at=timezone.now(), is_primary=False)
    recount_stale()
    assert not CallableHour.objects.exists()


def test_an_unknown_zone_is_the_accounts(calls):
    contact = ContactFactory(owner=calls.owner, phone="+18005550142")
    calls.call("2026-11-24T10:00", contact=contact)
    assert calls.at(TUE_10, contact) == (1, 1)
    assert week_of(contact).zone == calls.owner.account.time_zone


def answered_on_tuesdays(calls: Calls) -> None:
    for day in ("03", "10", "17", "24"):
        calls.call(f"2026-11-{day}T10:00")
    calls.call("2026-11-24T15:00", answered=False)


def overview(client, user, contact) -> str:
    client.force_login(user)
    return " ".join(client.get(f"/contacts/{contact.pk}/").content.decode().split())


def test_the_record_shows_windows_with_their_evidence_in_both_times(calls, client):
    answered_on_tuesdays(calls)
    User.objects.filter(pk=calls.owner.pk).update(time_zone="Asia/Kolkata")
    page = overview(client, calls.owner, calls.contact)
    assert "<b>Tuesday, 10 to 11 am</b>" in page
    assert "4 of 4 answered" in page
    assert "8:30 to 9:30 pm for you" in page
    assert "From 5+ calls" in page
    assert page.count("<td data-l=") == WEEK
    assert 'data-top="1" title="Tue 10 am, 4 of 4 answered"' in page
    assert "New York, UTC" in page


def test_below_five_calls_nothing_is_told(calls, client):
    calls.call("2026-11-24T10:00")
    page = overview(client, calls.owner, calls.contact)
    assert "Not enough calls yet" in page
    assert "k-heat" not in page
    assert "1 of 1" not in page


def test_the_panel_counts_hidden_lines_and_tells_nothing_else_of_them(calls, client):
    """product.md §2, non-interference: the named exception, aggregate only."""
    reader = UserFactory(account=calls.owner.account, name="Rhea Reader")
    share(calls.contact, reader, "read")
    for day in ("03", "10", "17", "24"):
        calls.call(f"2026-11-{day}T10:00", body="Secret words", outcome="visit booked", author=calls.owner)
    calls.call("2026-11-24T15:00", answered=False)
    page = overview(client, reader, calls.contact)
    assert "4 of 4 answered" in page
    panel = page[page.index('id="call-times"') : page.index("Recent engagements")]
    for secret in (calls.line.address, calls.line.label, "Secret", "visit", "0142", calls.owner.name):
        assert secret not in panel
    assert "Set a preferred time" not in panel  # reading is not enough
    assert "Set a preferred time" in overview(client, calls.owner, calls.contact)


def test_a_preferred_window_comes_first_and_is_put_back_by_undo(calls, client):
    answered_on_tuesdays(calls)
    client.force_login(calls.owner)
    address = f"/contacts/{calls.contact.pk}/call-times/"
    assert client.post(address, {"days": ["0", "4"], "from_hour": "14", "to_hour": "16"}).status_code == 303
    page = overview(client, calls.owner, calls.contact)
    assert '<span class="k-label">Preferred</span><b>Monday and Friday, 2 to 4 pm</b>' in page
    assert page.index("Monday and Friday") < page.index("Tuesday, 10 to 11 am")
    ranks = dict(CallableHour.objects.values_list("hour", "rank"))
    assert ranks == {14: 0, 15: 0, 110: 0, 111: 0, TUE_10: 1}
    assert client.post(address, {"clear": "1"}).status_code == 303
    assert set(CallableHour.objects.values_list("hour", flat=True)) == {TUE_10}
    step = UndoStep.objects.get(action="call-times")
    assert undo(calls.owner, step.token)[0] == "Preferred time is back"
    assert CallableHour.objects.filter(rank=0).count() == 4


def test_undo_leaves_a_window_that_was_set_since(calls):
    facts = {"days": [1], "from_hour": 9, "to_hour": 10}
    prefer(calls.owner, calls.contact, **facts)
    token = clear(calls.owner, calls.contact)
    assert clear(calls.owner, calls.contact) is None
    prefer(calls.owner, calls.contact, **{**facts, "to_hour": 11})
    with pytest.raises(CannotUndo):
        undo(calls.owner, token)
    assert CallPreference.objects.get().to_hour == 11


@pytest.mark.parametrize(
    "posted",
    [
        {}, {"days": "1", "from_hour": "11", "to_hour": "11"}, {"days": "7", "from_hour": "9", "to_hour": "11"},
        {"days": "1", "from_hour": "-1", "to_hour": "25"}, {"days": "1\0", "from_hour": "x", "to_hour": "9" * 30},
    ],
)  # fmt: skip
def test_nonsense_is_no_window(calls, client, posted):
    client.force_login(calls.owner)
    assert client.post(f"/contacts/{calls.contact.pk}/call-times/", posted).status_code == 422
    assert not CallPreference.objects.exists()


def test_the_collection_knows_whom_to_call_now(calls, client, clock):
    """The chip of a line and of the record, and the filter; half an hour later it is too late."""
    answered_on_tuesdays(calls)
    other = ContactFactory(owner=calls.owner, given_name="Other", phone="+12025550144")
    recount_stale()
    client.force_login(calls.owner)
    clock("2026-12-01T10:59")
    assert client.get("/contacts/").content.decode().count("data-callable") == 1
    assert "data-callable" in overview(client, calls.owner, calls.contact)
    filtered = client.get("/contacts/?callable=1").content.decode()
    assert f'data-contact-id="{calls.contact.pk}"' in filtered
    assert f'data-contact-id="{other.pk}"' not in filtered
    clock("2026-12-01T11:00")
    assert "data-callable" not in client.get("/contacts/").content.decode()
    assert "data-contact-id" not in client.get("/contacts/?callable=1").content.decode()


def test_the_filter_shows_nothing_that_is_hidden(calls, client, clock):
    answered_on_tuesdays(calls)
    recount_stale()
    stranger = UserFactory(account=calls.owner.account)
    client.force_login(stranger)
    clock("2026-12-01T10:30")
    assert "data-contact-id" not in client.get("/contacts/?callable=1").content.decode()


def test_a_joined_record_brings_its_calls_and_takes_them_along(calls):
    """contacts.signals: the receivers move the interactions, the triggers the counts."""
    answered_on_tuesdays(calls)
    kept = ContactFactory(owner=calls.owner, phone="+12025550144")
    week_of(calls.contact)
    moved = receivers.move_interactions(None, contact_id=calls.contact.pk, kept_id=kept.pk)
    assert (week_of(calls.contact).total, week_of(kept).total) == (0, 5)
    receivers.part_interactions(None, contact_id=calls.contact.pk, kept_id=kept.pk, moved=moved)
    assert (week_of(calls.contact).total, week_of(kept).total) == (5, 0)


def test_a_kept_record_takes_over_the_preferred_window_where_it_has_none(calls):
    kept = ContactFactory(owner=calls.owner, phone="+12025550144")
    both = {"contact_id": calls.contact.pk, "kept_id": kept.pk}
    prefer(calls.owner, calls.contact, days=[1], from_hour=9, to_hour=10)
    moved = receivers.move_interactions(None, **both)
    assert set(week_of(kept).hours()) == {33}
    assert "call_preference" not in receivers.move_interactions(None, **both)
    receivers.part_interactions(None, **both, moved=moved)
    assert week_of(kept).hours() == {}
    assert set(week_of(calls.contact).hours()) == {33}


def test_a_zone_that_the_database_does_not_know_is_counted_by_our_own_clock(calls, monkeypatch):
    for day in ("03", "10"):
        calls.call(f"2026-11-{day}T10:00")
    calls.call("2026-11-24T10:59", answered=False)
    monkeypatch.setattr(call_times, "COUNT", "SELECT 1 / 0, %s::bigint[], %s::text[]")
    assert calls.at(TUE_10) == (2, 3)
