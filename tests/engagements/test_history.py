"""The History tab and the Overview's panel: one's own channels, the person's own status, always the same last line."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.engagements import sent_to, statuses
from conversations.engagements.models import Recipient
from tests.factories import UserFactory
from tests.factories_contacts import share
from tests.factories_conversations import line, share_channel
from tests.factories_engagements import EngagementFactory, ListFactory, share_engagement, share_list

from .outcome import Outcome

pytestmark = pytest.mark.django_db
LINE = "Only conversations on numbers and mail addresses that you can use are shown."
LIMIT = 18  # 16 and the two of session and user (design/performance.md)


class History(Outcome):
    """`contact` is `reader`'s to see, too."""

    def __init__(self) -> None:
        super().__init__()
        self.renee = self.contact()
        self.see(self.renee, self.reader)

    def sent(self, status: str = "delivered", kind: str = "text", channel=None, author=None, **fields) -> Recipient:
        engagement = EngagementFactory(
            author=author or self.author, channel=channel or self.line, kind=kind, status="done", lists=[self.list],
            started_at=timezone.now(), name=fields.pop("name", "Oven service"),
        )  # fmt: skip
        return Recipient.objects.create(engagement=engagement, contact=self.renee, status=status, **fields)

    def tab(self, who: str, query: str = "", **headers: str) -> str:
        return self.page(who, query, f"/contacts/{self.renee.pk}/history/", **headers)


@pytest.fixture
def history() -> History:
    return History()


def ids(page: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'data-recipient-id="(\d+)"', page)]


def plain(page: str) -> str:
    return re.sub(r"[A-Za-z0-9]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "token", page)


def test_it_shows_the_persons_own_status_newest_first(history: History) -> None:
    old = history.sent("answered", "voice", seconds=38)
    skipped = history.sent("skipped", reason="opted_out")
    new = history.sent(replied_at=timezone.now(), opened_at=timezone.now())
    page = history.tab("author")
    assert ids(page) == [new.pk, skipped.pk, old.pk]
    for word in ("Replied", "Skipped, opted out", "Answered, 38 s", 'List: <span dir="auto">Bakeries</span>'):
        assert word in page
    assert LINE in page


def test_another_channel_leaves_no_trace(history: History) -> None:
    share_engagement(history.engagement, history.reader, None)
    empty, overview = (
        plain(history.tab("reader")),
        plain(history.page("reader", address=f"/contacts/{history.renee.pk}/")),
    )
    row = history.sent(name="Secret sale")
    assert plain(history.tab("reader")) == empty
    assert plain(history.page("reader", address=f"/contacts/{history.renee.pk}/")) == overview
    assert plain(history.tab("reader", f"by={row.engagement.author_id}")).count("Secret") == 0
    assert LINE in empty
    history.read_line(history.reader)
    assert ids(history.tab("reader")) == [row.pk]


def test_the_name_is_a_link_only_for_who_may_view_the_engagement(history: History) -> None:
    history.read_line(history.reader)
    row = history.sent()
    link, name = f'href="/engagements/{row.engagement_id}/"', "Bakeries"
    overview = f"/contacts/{history.renee.pk}/"
    assert link not in history.tab("reader") + history.page("reader", address=overview)
    assert name not in history.tab("reader")
    share_engagement(row.engagement, history.reader, "read")
    share_list(history.list, history.reader, "read")
    assert link in history.tab("reader")
    assert link in history.page("reader", address=overview)
    assert name in history.tab("reader")


def test_filters_by_kind_status_and_sender(history: History) -> None:
    colleague = UserFactory(account=history.account, name="Cleo")
    share_channel(history.line, colleague, "write")
    text = history.sent("delivered", opened_at=timezone.now())
    voice = history.sent("busy", "voice", author=colleague)
    cases = {
        "kind=voice": [voice], "kind=voice&kind=text": [voice, text], "status=opened": [text],
        "status=unanswered": [voice], "status=delivered": [], f"by={colleague.pk}": [voice],
        f"by={colleague.pk}&kind=text": [], "kind=x&status=y&by=z": [voice, text], "by=99999999999999999": [],
    }  # fmt: skip
    for query, rows in cases.items():
        assert ids(history.tab("author", query)) == [row.pk for row in rows], query
    page = history.tab("author", "status=delivered")
    assert "No engagement fits" in page
    assert LINE in page
    assert "Cleo" in page


def test_everything_is_shown_as_exactly_one_thing(history: History) -> None:
    now = timezone.now()
    rows = [history.sent(status) for status in Recipient.Status.values if status != "skipped"]
    rows.append(history.sent("skipped", reason="blocked"))
    rows += [history.sent(**{column: now}) for column, _ in statuses.RESPONSES]
    found = [pk for key in sent_to.SHOWN for pk in ids(history.tab("author", f"status={key}"))]
    assert sorted(found) == sorted(row.pk for row in rows)


def test_pages_hold_everything_once(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sent_to, "PAGE", 2)
    rows = [history.sent().pk for _ in range(5)][::-1]
    first = history.tab("author", "kind=text")
    query = re.findall(r'\?kind=text&amp;(after=\d+)"', first)[0]
    second = history.tab("author", f"kind=text&{query}", **{"HX-Request": "true", "HX-Target": "tbody#history-rows"})
    assert ids(first) == rows[:2]
    assert ids(second) == rows[2:4]
    assert "<html" not in second
    assert ids(history.tab("author", "after=%00x")) == rows[:2]


def test_the_overview_has_the_latest_four(history: History) -> None:
    rows = [history.sent(name=f"Number {place}") for place in range(6)]
    page = history.page("author", address=f"/contacts/{history.renee.pk}/")
    panel = page[page.index("Recent engagements") :]
    assert [f"Number {place}" in panel for place in range(6)] == [False, False, True, True, True, True]
    assert f'data-engagement-id="{rows[5].engagement_id}"' in panel


def test_few_queries_and_always_as_many(history: History) -> None:
    client = history.client("author")

    def asked(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    addresses = [f"/contacts/{history.renee.pk}/history/", f"/contacts/{history.renee.pk}/"]
    history.sent()
    for address in addresses:
        asked(address)
    few = list(map(asked, addresses))
    assert max(few) <= LIMIT
    for _ in range(6):
        made = ListFactory(owner=history.author)
        history.sent(channel=line(history.account, admin=history.author)).engagement.with_lists.create(list=made)
    assert list(map(asked, addresses)) == few


def test_contact_and_channel_are_needed_both(history: History) -> None:
    share(history.renee, history.outsider, "read")
    history.sent()
    assert ids(history.tab("outsider")) == []
    history.read_line(history.outsider)
    assert len(ids(history.tab("outsider"))) == 1
