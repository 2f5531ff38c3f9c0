"""One's own page of what happened: each kind once, nothing hidden, its count everywhere, what is seen and forgotten."""

import datetime
import re

import pytest
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import AccessRequest
from contacts_project.accounts import notices
from contacts_project.accounts.jobs_cleaning import clean_accounts
from contacts_project.accounts.models import Notice
from contacts_project.accounts.services.notices import notify
from tests.accounts.conftest import HTMX
from tests.accounts.happenings import HAPPENINGS, OF_ANN_S, READER, contact_shared, mention
from tests.engagements.desk import Desk
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory, share

URL, READ = "/notifications/", "/notifications/read/"


@pytest.fixture
def desk(db) -> Desk:
    return Desk(compliance_required=True)


def fragment(desk: Desk, who, query: str = "") -> str:
    """The list with the sidebar's counts; what differs in any two answers left out."""
    content = desk.client(who).get(URL + query, **HTMX).content.decode()
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", content)


def lines(desk: Desk, who, query: str = "") -> list[str]:
    rows = re.findall(r"<li [^>]*data-notification-id.*?</li>", fragment(desk, who, query), re.DOTALL)
    texts = [re.sub(r"<span class=\"k-av.*?</span>|<[^>]+>", "", row) for row in rows]
    return [" ".join(text.split()) for text in texts]


def count(desk: Desk, who) -> str:
    """What the sidebar says on another page."""
    page = desk.client(who).get("/keys/").content.decode()
    found = re.search(r'id="nav-notices"( hidden)?><span class="visually-hidden">new: </span>(\d*\+?)', page)
    assert found
    return "" if found[1] else found[2]


def tell(desk: Desk, number: int, *, hidden: bool = False, who: str = "kit") -> None:
    """That many contacts of ann's shared with `who`, told and, where `hidden`, taken away again."""
    reader = getattr(desk, who)
    for place in range(number):
        contact = ContactFactory(owner=desk.ann, given_name=f"{'Gone' if hidden else 'Here'} {place}", family_name="")
        share(contact, reader, None if hidden else "read")
        notify("contact-shared", contact.pk, to=[reader], by=desk.ann)


def test_every_kind_has_a_happening():
    assert set(notices.KINDS) == set(HAPPENINGS)


@pytest.mark.parametrize("kind", HAPPENINGS)
def test_each_kind_is_told_once_to_whom_it_concerns_and_leaves_no_trace(desk, kind):
    happen, words = HAPPENINGS[kind]
    reader = READER.get(kind, "kit")
    before = fragment(desk, reader)
    hide = happen(desk)
    shown = lines(desk, reader)
    told = [line for line in shown if words in line]
    assert len(told) == 1
    assert told[0].endswith("New")
    assert [row.kind for row in Notice.objects.filter(user=getattr(desk, reader), kind=kind)] == [kind]
    assert count(desk, reader) == str(len(shown))
    others = [who for who in ("ann", "rea", "cora") if who != reader and not (who == "ann" and kind in OF_ANN_S)]
    for who in others:
        assert not Notice.objects.filter(user=getattr(desk, who), kind=kind).exists()
    assert not Notice.objects.exclude(user__account=desk.account).exists()
    if hide:
        hide()
        Notice.objects.exclude(kind=kind).delete()  # of what else happened on the way
        assert fragment(desk, reader) == before


def test_a_line_leads_to_its_thing_and_is_read_by_that(desk):
    contact_shared(desk)
    client, notice = desk.client("kit"), Notice.objects.get()
    assert f'href="/notifications/{notice.pk}/"' in fragment(desk, "kit")
    assert client.head(f"{URL}{notice.pk}/").status_code == 302
    assert client.get(URL).status_code == 200
    notice.refresh_from_db()
    assert (notice.seen_at, count(desk, "kit")) == (None, "1")
    assert client.get(f"{URL}{notice.pk}/")["Location"] == f"/contacts/{desk.renee.pk}/"
    assert count(desk, "kit") == ""
    assert not lines(desk, "kit")[0].endswith("New")


def test_somebody_else_s_a_hidden_and_a_missing_one_are_one_answer(desk):
    contact_shared(desk)
    notice = Notice.objects.get()
    elsewhere = UserFactory()
    for who in ("ann", elsewhere):
        assert desk.client(who).get(f"{URL}{notice.pk}/").status_code == 404
    share(desk.renee, desk.kit, None)
    client = desk.client("kit")
    hidden, missing = (client.get(f"{URL}{pk}/").content.decode() for pk in (notice.pk, 10**12))
    assert re.sub(r"value=\"\w{64}\"|x-csrftoken\": \"\w+", "", hidden).replace(str(notice.pk), "N") == re.sub(
        r"value=\"\w{64}\"|x-csrftoken\": \"\w+", "", missing
    ).replace(str(10**12), "N")
    notice.refresh_from_db()
    assert notice.seen_at is None


def test_all_are_marked_as_read_up_to_what_the_page_showed(desk):
    tell(desk, 3)
    newest = Notice.objects.order_by("-pk").first().pk
    assert f'name="until" value="{newest}"' in fragment(desk, "kit")
    tell(desk, 1)
    tell(desk, 1, who="rea")
    client = desk.client("kit")
    for _ in range(2):  # a double click
        answer = client.post(READ, {"until": newest})
        assert (answer.status_code, answer["Location"]) == (303, URL)
        assert count(desk, "kit") == "1"
    assert count(desk, "rea") == "1"
    for nonsense in ("", "x", "9" * 40, "\x00", "-1"):
        assert client.post(READ, {"until": nonsense}).status_code == 303
        assert count(desk, "kit") == "1"
    shown = client.post(READ, {"until": Notice.objects.latest("pk").pk}, **HTMX).content.decode()
    assert 'id="nav-notices" hx-swap-oob="true" hidden' in shown
    assert "Mark all as read" not in shown


def test_pages_and_count_walk_on_past_what_is_hidden(desk, monkeypatch, write_anew):
    for name, number in {"PAGE": 5, "BATCH": 8, "MOST": 16, "COUNT_CAP": 10}.items():
        monkeypatch.setattr(notices, name, number)
    write_anew()
    tell(desk, 2)
    tell(desk, 40, hidden=True)
    tell(desk, 6)
    first = fragment(desk, "kit")
    assert [line.split(" with")[0] for line in lines(desk, "kit")] == [
        f"Ann Lee shared Here {place}" for place in (5, 4, 3, 2, 1)
    ]
    assert "Gone" not in first
    after = re.search(r"\?after=(\d+)", first)
    assert after
    older = fragment(desk, "kit", after.group())
    assert re.findall(r"Here \d", older) == ["Here 0", "Here 1", "Here 0"]
    assert "?after=" not in older
    assert (count(desk, "kit"), notices.unseen_count(desk.kit)) == ("8", 8)
    for nonsense in ("?after=x", "?after=" + "9" * 40, "?after=%00"):
        assert fragment(desk, "kit", nonsense).count("data-notification-id") == 5
    tell(desk, 3)
    assert (count(desk, "kit"), notices.unseen_count(desk.kit)) == ("10", 10)


def test_a_long_count_is_cut():
    template = Template('{% load kithline %}{% nav_entry "notices" "/" "bell" "News" count word="new" most=100 %}')
    for number, text in {0: "hidden", 99: "</span>99</span>", 100: "</span>99+</span>"}.items():
        assert text in template.render(Context({"count": number}))


def queries(desk: Desk, who, url: str) -> int:
    client = desk.client(who)
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    return len(captured)


def test_the_number_of_queries_does_not_grow(desk):
    nothing, plain = queries(desk, "kit", "/keys/"), queries(desk, "kit", URL)
    tell(desk, 1)
    mention(desk)
    one, few = queries(desk, "kit", "/keys/"), queries(desk, "kit", URL)
    assert one == nothing + 1  # only where something is unseen
    tell(desk, 40)
    mention(desk)
    assert queries(desk, "kit", "/keys/") == one
    assert queries(desk, "kit", URL) == few
    assert few <= plain + 12
    Notice.objects.update(seen_at=timezone.now())
    assert queries(desk, "kit", "/keys/") == nothing


def test_opening_a_conversation_is_seeing_what_was_told_of_it(desk):
    mention(desk)
    tell(desk, 1)
    notice = Notice.objects.get(kind="mention")
    client = desk.client("kit")
    assert client.get(URL).status_code == 200
    assert count(desk, "kit") == "2"
    address = client.get(f"{URL}{notice.pk}/")["Location"]
    Notice.objects.filter(pk=notice.pk).update(seen_at=None)
    assert client.get(address).status_code == 200
    assert count(desk, "kit") == "1"


def test_a_later_one_takes_the_place_of_an_earlier_and_nobody_deactivated_is_told(desk):
    contact_shared(desk)
    Notice.objects.update(seen_at=timezone.now())
    notify("contact-shared", desk.renee.pk, to=[desk.kit, desk.kit, None], by=desk.wim)
    assert [line.split(" shared")[0] for line in lines(desk, "kit")] == ["Wim"]
    assert count(desk, "kit") == "1"
    for again in (True, True):
        notify("own-naming", 1, to=[desk.kit], by=desk.wim, again=again)
    assert Notice.objects.filter(kind="own-naming").count() == 2
    desk.kit.is_active = False
    desk.kit.save()
    Notice.objects.all().delete()
    notify("contact-shared", desk.renee.pk, to=[desk.kit], by=desk.ann)
    assert not Notice.objects.exists()


def test_what_is_older_than_90_days_is_forgotten_and_what_somebody_had_who_leaves(desk):
    tell(desk, 2)
    Notice.objects.filter(pk=Notice.objects.earliest("pk").pk).update(at=timezone.now() - datetime.timedelta(days=91))
    clean_accounts(timestamp=0)
    assert Notice.objects.count() == 1
    assert lines(desk, "kit")[0].startswith("Ann Lee shared Here 1 with you")
    boss = UserFactory(account=desk.account, is_account_admin=True)
    desk.client(boss).post(f"/people/{desk.kit.pk}/deactivate/", {"successor": desk.ann.pk})
    assert not Notice.objects.filter(user=desk.kit).exists()
    assert Notice.objects.filter(user=desk.ann, kind="successor").exists()


def test_nothing_but_ids_is_stored(desk):
    columns = {field.get_internal_type() for field in Notice._meta.fields}
    assert columns == {"BigAutoField", "ForeignKey", "CharField", "BigIntegerField", "DateTimeField"}
    mention(desk)
    assert "secret" not in fragment(desk, "kit").lower()


def test_an_answered_request_is_told_as_that_and_access_given_twice_once(desk):
    desk.client("kit").post("/access-requests/", {"path": f"/contacts/{desk.renee.pk}/", "access": "read"})
    pk = AccessRequest.objects.get(user=desk.kit).pk
    for _ in range(2):
        desk.client("ann").post(f"/access-requests/{pk}/", {"answer": "read"})
    assert [line.split(" on ")[0] for line in lines(desk, "kit")] == ["Ann Lee gave you Read"]
    assert "Renee Martinez" in lines(desk, "kit")[0]
    url = f"/contacts/{desk.renee.pk}/collaborators/"
    for _ in range(2):
        desk.client("ann").post(url, {"user": desk.rea.pk, "access": "read"})
    assert len(lines(desk, "rea")) == 1
