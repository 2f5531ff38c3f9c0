"""The page of an engagement: numbers that add up, people by name only for those who may see them, no oracle."""

from __future__ import annotations

import datetime
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import ListItem
from contacts_project.accounts.models import User
from conversations.engagements import recipients, results
from conversations.engagements.models import Engagement, Recipient
from tests.factories import UserFactory
from tests.factories_contacts import share
from tests.factories_conversations import arrive, share_channel
from tests.factories_engagements import share_engagement, share_list

from .outcome import Outcome
from .sent import Sent

pytestmark = pytest.mark.django_db
Status = Recipient.Status
LIVE = 'hx-trigger="every 2s"'


@pytest.fixture
def outcome() -> Outcome:
    return Outcome()


def plain(page: str) -> str:
    """Without what differs in every answer."""
    return re.sub(r"[A-Za-z0-9]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|<time.*?</time>", "-", page)


def named(page: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'data-recipient-id="(\d+)"', page)]


# Numbers -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", Engagement.Kind.values)
def test_every_status_stands_in_one_part(kind: str) -> None:
    possible = set(Status.values) - ({Status.DELIVERED} if kind == "voice" else results.statuses.CALLS)
    for status in possible:
        assert sum(status in group.statuses for group in results.groups_of(kind)) == 1, status


CASES = [
    ({}, {}, "0 on the lists = 0 sent, nobody skipped."),
    ({"delivered": 1}, {}, "1 on the lists = 1 sent, nobody skipped."),
    ({"skipped": 1}, {"duplicate": 1}, "1 on the lists = 0 sent, and 1 skipped: 1 duplicate."),
    (
        {"delivered": 1083, "failed": 30, "bounced": 8, "unknown": 17, "skipped": 43},
        {"archived": 12, "opted_out": 31},
        "1,181 on the lists = 1,083 + 38 + 17 sent, and 43 skipped: 12 archived, 31 opted out.",
    ),
    (
        {"delivered": 2, "pending": 3, "claimed": 1, "handed": 5, "skipped": 2},
        {"cancelled": 2},
        "13 on the lists = 2 + 5 + 4 sent or waiting, and 2 skipped: 2 cancelled before their turn.",
    ),
    ({"pending": 3}, {}, "3 on the lists = 3 waiting, nobody skipped."),
]


@pytest.mark.parametrize(("by_status", "reasons", "sentence"), CASES)
def test_the_parts_add_up_to_the_people(by_status: dict, reasons: dict, sentence: str) -> None:
    numbers = results.Numbers("text", timezone.now(), by_status, reasons, {})
    assert sum(part.count for part in numbers.parts) == numbers.total == sum(by_status.values())
    assert sum(numbers.reasons.values()) == numbers.skipped
    assert results.adding_up(numbers) == sentence


def test_the_ledger_is_counted_in_one_query(outcome: Outcome) -> None:
    later = timezone.now() + datetime.timedelta(hours=3)
    for status in ("delivered", "delivered", "failed", "bounced", "unknown", "handed"):
        outcome.got(status=status)
    outcome.got(status="pending", not_before=later)
    outcome.got(status="pending")
    outcome.got(status="skipped", reason="archived")
    outcome.got(status="skipped", reason="opted_out")
    outcome.got(replied_at=timezone.now(), unsubscribed_at=timezone.now())
    with CaptureQueriesContext(connection) as queries:
        numbers = results.numbers_of(outcome.engagement)
    assert len(queries) == 1
    assert (numbers.total, numbers.skipped, numbers.waiting, numbers.held, numbers.failed) == (11, 2, 2, 1, 1)
    assert numbers.held_until == later
    assert numbers.responses == {"replied_at": 1, "unsubscribed_at": 1}
    assert (numbers.handed_over, numbers.to_send) == (7, 9)


def test_a_share_is_never_all_or_nothing_by_rounding() -> None:
    assert [results.share(*pair) for pair in ((1999, 2000), (1, 100_000), (5, 5), (1, 2))] == [
        "99.9%", "0.1%", "100%", "50%",
    ]  # fmt: skip


def test_the_time_left_goes_by_the_last_minute() -> None:
    now = timezone.now()
    engagement = Engagement(status="sending", started_at=now - datetime.timedelta(hours=1))

    def left(recent: int, waiting: int, held: int = 0) -> str:
        numbers = results.Numbers("text", now, {"pending": waiting}, {}, {}, held=held, recent=recent)
        return results.time_left(engagement, numbers)

    assert left(60, 600) == "About 10 min left"
    assert left(600, 60) == "Less than a minute left"
    assert left(1, 600) == "About 10 h left"
    assert left(0, 600) == left(60, 600, held=600) == ""


def test_responses_fall_into_the_hour_after_their_own_message(outcome: Outcome) -> None:
    sent = timezone.now() - datetime.timedelta(days=3)
    for minutes in (1, 59, 61, 60 * 24 * 2):
        outcome.got(handed_over_at=sent, replied_at=sent + datetime.timedelta(minutes=minutes))
    outcome.got(handed_over_at=sent)
    hours = results.responses_by_hour(outcome.engagement)
    assert (hours[0], hours[1], hours[results.HOURS], sum(hours)) == (2, 1, 1, 4)
    assert results.half_came_by(hours) == 1
    page = outcome.page("author")
    assert "Half of all replies came in the first hour" in page
    assert "Replies per hour: 2 in the first hour, 1 in the second hour, 1 after 24 hours, 4 in all." in page


# Who is named --------------------------------------------------------------------------------------------------------


def test_people_are_named_by_contact_or_list_and_the_others_are_a_number(outcome: Outcome) -> None:
    seen, hidden = outcome.contact(given_name="Visible"), outcome.contact(outcome.keeper, given_name="Zenobia")
    outcome.see(seen, outcome.reader)
    rows = [outcome.got(seen), outcome.got(hidden)]
    mine, listers = outcome.page("reader"), outcome.page("lister")
    assert named(mine) == [rows[0].pk]
    assert "Visible" in mine
    assert "Zenobia" not in mine
    assert "And 1 person whom you do not see by name" in mine
    assert named(listers) == [row.pk for row in rows]
    assert "Zenobia" in listers
    assert f"/contacts/{hidden.pk}/history/" not in listers
    assert "do not see by name" not in listers


def test_a_hidden_person_changes_nothing_but_numbers(outcome: Outcome) -> None:
    outcome.got(outcome.contact(outcome.keeper, given_name="Ada", phone="+12025550177", email="ada@hidden.example"))
    one = plain(outcome.page("reader"))
    Recipient.objects.filter(engagement=outcome.engagement).delete()
    ListItem.objects.all().delete()
    outcome.got(outcome.contact(outcome.keeper, given_name="Bo", company="Bakery"), address="+12025550178")
    assert plain(outcome.page("reader")) == one


def test_a_search_says_nothing_of_hidden_people(outcome: Outcome) -> None:
    hidden = outcome.contact(
        outcome.keeper, given_name="Zenobia", phone="+12025550177", email="zen@hidden.example", company="Ovens Ltd"
    )
    outcome.got(hidden)
    outcome.see(seen := outcome.contact(given_name="Visible"), outcome.reader)
    outcome.got(seen)
    nothing = plain(outcome.page("reader", "q=xyzzy"))
    for q in ("Zenobia", "2025550177", "zen@hidden.example", "Ovens"):
        assert plain(outcome.page("reader", f"q={q}")) == nothing.replace("xyzzy", q)


def test_a_list_tells_name_number_and_email_and_a_search_finds_by_no_more(outcome: Outcome) -> None:
    hidden = outcome.contact(
        outcome.keeper, given_name="Zenobia", phone="+12025550177", email="zen@hidden.example", company="Ovens Ltd"
    )
    row = outcome.got(hidden, address="+12025550199", status="failed", error="+12025550199 is a landline")
    for q in ("zenób", "5550177", "zen@hidden", "(202) 555-0177"):
        assert named(outcome.page("lister", f"q={q}")) == [row.pk], q
    assert named(outcome.page("lister", "q=Ovens")) == []
    page = outcome.page("lister")
    assert "(202) 555-0177" in page
    assert "5550199" not in page.replace("-", "")
    assert "Ovens" not in page
    share_engagement(outcome.engagement, outcome.keeper, "read")
    assert "landline" in outcome.page("keeper")


def test_who_was_taken_off_the_list_has_no_name_any_more(outcome: Outcome) -> None:
    outcome.got(outcome.contact(outcome.keeper, given_name="Zenobia"))
    ListItem.objects.filter(list=outcome.list).delete()
    page = outcome.page("lister")
    assert "Zenobia" not in page
    assert "You see none of these people by name." in page


def test_nobody_else_opens_it(outcome: Outcome) -> None:
    row = outcome.got()
    for who in ("outsider", "stranger", "keeper"):
        for part in ("", "progress/", "report.csv"):
            assert outcome.client(who).get(f"/engagements/{outcome.engagement.pk}/{part}").status_code == 404, who
    assert named(outcome.page("author")) == [row.pk]


def test_a_person_of_another_account_sees_nothing_of_the_history(outcome: Outcome) -> None:
    contact = outcome.contact()
    outcome.got(contact)
    assert outcome.client("stranger").get(f"/contacts/{contact.pk}/history/").status_code == 404


# Filters and pages ---------------------------------------------------------------------------------------------------


def test_filters_by_status_response_and_reason(outcome: Outcome) -> None:
    failed, replied = outcome.got(status="failed", error="Landline"), outcome.got(replied_at=timezone.now())
    skipped = outcome.got(status="skipped", reason="archived")
    blocked = outcome.got(status="skipped", reason="blocked")
    cases = {
        "status=failed": [failed], "status=delivered": [replied], "status=replied": [replied],
        "status=skipped": [skipped, blocked], "status=skipped&reason=blocked": [blocked],
        "status=nonsense&after=x&reason=y": [failed, replied, skipped, blocked],
    }  # fmt: skip
    for query, rows in cases.items():
        assert named(outcome.page("author", query)) == [row.pk for row in rows], query
    page = outcome.page("author", "status=skipped")
    assert "Contact archived" in page
    assert "Landline" in outcome.page("author", "status=failed")


@pytest.mark.parametrize("query", ["q=%00", "after=99999999999999999999", "after=-1", "status=%00&q=%27%22%3C"])
def test_nonsense_is_ignored(outcome: Outcome, query: str) -> None:
    outcome.got()
    outcome.page("author", query)


def test_pages_hold_everybody_once_also_among_hidden_ones(outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipients, "PAGE", 3)
    monkeypatch.setattr(recipients, "BATCHES", (2, 3))
    rows = []
    for place in range(14):
        hidden = place % 2
        row = outcome.got(outcome.contact(outcome.keeper if hidden else None))
        if not hidden:
            outcome.see(row.contact, outcome.reader)
            rows.append(row.pk)
    found, query = [], ""
    for _ in range(3):
        page = outcome.page("reader", query, **({"HX-Request": "true", "HX-Target": "tbody#recipient-rows"}))
        found.append(named(page))
        query = (re.findall(r"\?(after=\d+)", page) or [""])[0]
    assert [pk for part in found for pk in part] == rows
    assert list(map(len, found)) == [3, 3, 1]
    assert query == ""
    assert found[0] != found[1]


def test_queries_do_not_grow(outcome: Outcome) -> None:
    client = outcome.client("author")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/engagements/{outcome.engagement.pk}/").status_code == 200
        return len(queries)

    def more() -> int:
        for _ in range(6):
            outcome.got()
            outcome.got(outcome.contact(outcome.keeper))
        return asked()

    more()
    assert more() == more()


# Replies -------------------------------------------------------------------------------------------------------------


def test_a_reply_is_read_where_line_and_contact_are() -> None:
    sent = Sent()
    row = sent.recipient(sent.engagement(status="done"), status="delivered", replied_at=timezone.now())
    sent.answer("The door seal looks bad")
    arrive(sent.line, "+12025550142", body="And a second thing")
    url = f"/engagements/{row.engagement_id}/"

    def read(person: User) -> str:
        client = Client()
        client.force_login(person)
        return client.get(url).content.decode()

    lister = UserFactory(account=sent.account, name="Lou")
    share_engagement(row.engagement, lister, "read")
    assert "“The door seal looks bad”" in read(sent.author)
    assert "second thing" not in read(sent.author)
    share_list(sent.list, lister, "read")
    share_channel(sent.line, lister, "read")
    page = read(lister)  # reads the line, and of Renee the list only
    assert "Replied" in page
    assert "door seal" not in page
    share(sent.renee, lister, "read")
    assert "door seal" in read(lister)
    share_channel(sent.line, lister, None)
    assert "door seal" not in read(lister)


# States --------------------------------------------------------------------------------------------------------------


def test_progress_asks_again_until_it_is_done() -> None:
    outcome = Outcome("sending")
    outcome.got(status="handed")
    outcome.got(status="pending", not_before=timezone.now() + datetime.timedelta(hours=2))
    address = f"/engagements/{outcome.engagement.pk}/progress/"
    part = outcome.page("reader", "seen=sending", address, **{"HX-Request": "true"})
    assert LIVE in part
    assert "1 of 2" in part
    assert "1 waits" in part
    assert "hx-partial" not in part
    assert "<noscript>" in outcome.page("reader")
    Engagement.objects.filter(pk=outcome.engagement.pk).update(status="done", finished_at=timezone.now())
    part = outcome.page("author", "seen=sending", address, **{"HX-Request": "true"})
    assert LIVE not in part
    assert "Show the results" in part
    assert '<hx-partial hx-target="#engagement-head"' in part
    assert LIVE not in outcome.page("author")
    assert "<html" in outcome.page("author", "", address)


@pytest.mark.parametrize(
    ("status", "acts"),
    [
        ("sending", {"pause", "cancel"}), ("paused", {"resume", "cancel", "retry"}), ("done", {"retry"}),
        ("cancelled", set()), ("scheduled", {"cancel"}), ("review", {"cancel"}),
    ],
)  # fmt: skip
def test_buttons_go_by_state_and_rights(status: str, acts: set[str]) -> None:
    outcome = Outcome("done")
    Engagement.objects.filter(pk=outcome.engagement.pk).update(status=status, at=timezone.now())
    outcome.got(status="failed", error="Landline")
    all_acts = {"pause", "resume", "cancel", "retry"}

    def offered(who: str) -> set[str]:
        return set(re.findall(r'data-action="([a-z-]+)"', outcome.page(who)))

    assert offered("author") & (all_acts | {"copy", "share"}) == acts | {"copy", "share"}
    assert offered("reader") & (all_acts | {"copy", "share"}) == {"copy"}


def test_a_draft_leads_writers_to_its_form_and_shows_readers_its_text() -> None:
    outcome = Outcome("draft")
    client = outcome.client("author")
    answer = client.get(f"/engagements/{outcome.engagement.pk}/")
    assert (answer.status_code, answer["Location"]) == (303, f"/engagements/{outcome.engagement.pk}/edit/")
    page = outcome.page("reader")
    assert "Hi {{first-name}}" in page
    assert "Bakeries" not in page  # the list is not shared with this reader
    assert "1 list that you do not see" in page
    assert "Bakeries" in outcome.page("lister")
    assert str(outcome.line) not in page


def test_what_paused_it_stands_on_top() -> None:
    outcome = Outcome("paused")
    Engagement.objects.filter(pk=outcome.engagement.pk).update(problem="Its line was archived.")
    assert "Its line was archived." in outcome.page("author")
