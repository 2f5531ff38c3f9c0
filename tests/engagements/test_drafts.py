"""Drafts: made in one request, saved, saved by themselves, stale, copied, deleted and put back."""

import datetime
import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts_project.accounts import grants
from conversations import paging
from conversations.engagements import policy
from conversations.engagements.models import Engagement, EngagementUserObjectPermission
from tests.contacts.crew import undo_last
from tests.factories_engagements import ListFactory, share_engagement

from .desk import NEW, Desk, edit, tomorrow

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return Desk()


def text(response) -> str:
    return response.content.decode()


def version_of(response) -> str:
    return re.search(r'name="version" value="(\d*)"', text(response))[1]


def test_one_plain_request_makes_a_draft_with_all_of_it(desk: Desk) -> None:
    other = ListFactory(owner=desk.ann, name="Out", people=[desk.renee])
    response = desk.post(
        lists=[desk.bakers.pk], exclude=[other.pk], channel=desk.line.pk, when="at", at=tomorrow(), subject="no"
    )
    assert response.status_code == 303
    made = Engagement.objects.latest("pk")
    assert response["Location"] == f"/engagements/{made.pk}/"
    assert (made.channel, made.status, made.author) == (desk.line, "draft", desk.ann)
    assert (made.from_hour, made.to_hour) == (None, None)  # a program that names no hours means the time itself
    assert made.at
    assert made.at > timezone.now()
    assert made.subject == ""  # a text has none
    assert dict(made.with_lists.values_list("list", "is_left_out")) == {desk.bakers.pk: False, other.pk: True}
    assert policy.roles_on(desk.ann, made) == {"admin"}


def test_best_call_times_stay_inside_the_usual_hours(desk: Desk) -> None:
    desk.post(when="best")
    made = Engagement.objects.latest("pk")
    assert (made.from_hour, made.to_hour) == (9, 20)


def test_the_same_form_twice_is_one_draft_with_the_later_text(desk: Desk) -> None:
    once = str(uuid.uuid4())
    desk.post(once=once)
    again = desk.post(once=once, body="Hello again")
    made = Engagement.objects.get()
    assert again.status_code == 303
    assert made.body == "Hello again"
    assert made.version == 2


def test_a_save_keeps_what_it_does_not_name_of_hours_and_hidden_lists(desk: Desk) -> None:
    draft = desk.draft(from_hour=11, to_hour=14)
    draft.with_lists.create(list=desk.kits_list)
    assert desk.post(edit(draft), "wim", lists=[desk.bakers.pk], channel=desk.line.pk).status_code == 303
    draft.refresh_from_db()
    assert (draft.name, draft.from_hour, draft.to_hour, draft.version) == ("Autumn", 11, 14, 2)
    assert {one.name for one in draft.lists.all()} == {"Bakers", "Kit only"}
    page = text(desk.client("wim").get(edit(draft)))
    assert "Kit only" not in page
    assert "1 that you do not see" in page
    assert "A line that you do not see" in page
    assert "202) 556-" not in page
    desk.post(edit(draft), lists=[])
    assert [one.name for one in draft.lists.all()] == ["Kit only"]


def test_saving_what_stands_makes_no_version(desk: Desk) -> None:
    draft = desk.draft(name="Autumn", body="Hello", from_hour=9, to_hour=20, channel=None)
    desk.post(edit(draft), lists=[desk.bakers.pk], version=1)
    draft.refresh_from_db()
    assert draft.version == 1


def test_a_set_time_is_shown_and_read_in_the_users_zone(desk: Desk) -> None:
    desk.ann.time_zone = "Asia/Tokyo"
    desk.ann.save()
    at = (timezone.now() + datetime.timedelta(days=2)).replace(hour=3, minute=30, second=0, microsecond=0)
    draft = desk.draft(when="at", at=at, channel=None, name="Autumn", body="Hello", from_hour=9, to_hour=20)
    shown = f"{at:%d}T12:30"
    page = text(desk.client().get(edit(draft)))
    assert shown in page
    local = re.search(r'name="at" value="([^"]+)"', page)[1]
    desk.post(edit(draft), when="at", at=local, lists=[desk.bakers.pk], version=1)
    draft.refresh_from_db()
    assert (draft.at, draft.version) == (at, 1)


def test_a_stale_save_keeps_both_texts(desk: Desk) -> None:
    draft = desk.draft()
    assert desk.post(edit(draft), "wim", body="Wim's words", lists=[desk.bakers.pk], version=1).status_code == 303
    stale = desk.post(edit(draft), body="Ann's words", lists=[desk.bakers.pk], version=1)
    assert stale.status_code == 409
    assert all(one in text(stale) for one in ("Wim&#x27;s words", "Ann&#x27;s words", "Wim</span> saved this draft"))
    draft.refresh_from_db()
    assert draft.body == "Wim's words"
    over = desk.post(edit(draft), body="Ann's words", lists=[desk.bakers.pk], version=version_of(stale))
    assert over.status_code == 303
    draft.refresh_from_db()
    assert draft.body == "Ann's words"


def by_itself(desk: Desk, url: str, mark: str, **data):
    posted = {"name": "", "kind": "text", "body": "", "once": mark, "by_itself": "1", **data}
    return desk.client().post(url, posted, headers={"HX-Request": "true", "HX-Target": "span#draft-state"})


def test_a_draft_saves_itself_while_somebody_types(desk: Desk) -> None:
    mark = str(uuid.uuid4())
    first = by_itself(desk, NEW, mark, body="Hel")
    made = Engagement.objects.get()
    assert first.status_code == 200
    assert first["HX-Replace-Url"] == edit(made)
    assert "Draft saved" in text(first)
    assert (made.name, made.body) == ("Untitled", "Hel")
    # What left the page before the first answer came carries an old version, but comes from the same window.
    by_itself(desk, NEW, mark, body="Hello", version="")
    late = by_itself(desk, NEW, mark, body="Hello {{shoe-size}}", version=1, channel=desk.line.pk)
    made.refresh_from_db()
    assert (made.body, made.channel) == ("Hello", desk.line)
    assert "There is no field {{shoe-size}}" in text(late)
    saved = desk.post(NEW, once=mark, version=1, body="Hello all")
    assert saved.status_code == 303
    overtaken = by_itself(desk, NEW, mark, body="Hello a", version=1)
    made.refresh_from_db()
    assert made.body == "Hello all"
    assert overtaken.status_code == 200
    other_window = by_itself(desk, edit(made), str(uuid.uuid4()), body="From elsewhere", version=1)
    assert "Not saved: You, in another window," in text(other_window)
    made.refresh_from_db()
    assert made.body == "Hello all"


def test_a_list_is_added_by_its_name(desk: Desk) -> None:
    draft = desk.draft(lists=[])
    added = desk.post(edit(draft), add_list=" bakers ", then="add")
    assert added["Location"] == f"{edit(draft)}#recipients"
    assert list(draft.lists.all()) == [desk.bakers]
    refused = desk.post(edit(draft), add_list="Kit only")
    assert refused.status_code == 422
    assert "No list of yours is called Kit only" in text(refused)


def test_a_copy_says_the_same_with_what_its_maker_may_use(desk: Desk) -> None:
    done = desk.draft(status="done", name="Spring", started_at=timezone.now())
    done.with_lists.create(list=desk.kits_list)
    response = desk.client("wim").post(f"/engagements/{done.pk}/copy/")
    copy = Engagement.objects.latest("pk")
    assert response["Location"] == edit(copy)
    assert (copy.name, copy.author, copy.status, copy.body) == ("Copy of Spring", desk.wim, "draft", done.body)
    assert copy.channel is None
    assert list(copy.lists.all()) == [desk.bakers]
    desk.client().post(f"/engagements/{done.pk}/copy/")
    assert Engagement.objects.latest("pk").channel == desk.line


def test_a_deleted_draft_comes_back_whole(desk: Desk) -> None:
    draft = desk.draft(name="Winter", subject="", per_minute=30)
    draft.reviews.create(asked_by=desk.ann, version=1, answer="declined", message="Softer", answered_at=timezone.now())
    assert desk.client("rea").post(f"/engagements/{draft.pk}/delete/").status_code == 403
    response = desk.client().post(f"/engagements/{draft.pk}/delete/")
    assert response["Location"] == "/engagements/"
    assert not Engagement.objects.exists()
    message, address = undo_last(desk.ann)
    assert (message, address) == ("Winter is back", edit(draft))
    back = Engagement.objects.get(pk=draft.pk)
    assert (back.per_minute, back.author, list(back.lists.all())) == (30, desk.ann, [desk.bakers])
    assert policy.roles_on(desk.wim, back) == {"write"}
    assert back.reviews.get().message == "Softer"
    assert "Softer" in text(desk.client().get(edit(back)))


def test_what_has_begun_is_neither_changed_nor_deleted(desk: Desk) -> None:
    sending = desk.draft(status="sending", started_at=timezone.now())
    for url in (edit(sending), f"/engagements/{sending.pk}/delete/", f"/engagements/{sending.pk}/test/"):
        response = desk.post(url, body="My words")
        assert response.status_code == 409
        assert "Sending has begun" in text(response)
    assert "My words" in text(desk.post(edit(sending), body="My words"))
    assert desk.client().get(edit(sending))["Location"] == f"/engagements/{sending.pk}/"


def test_the_page_of_engagements_filters_and_pages(desk: Desk) -> None:
    assert "No engagements yet" in text(desk.client().get("/engagements/"))
    draft, done = (
        desk.draft(name="Winter"),
        desk.draft(name="Spring", status="done", kind="email", channel=desk.email()),
    )
    share_engagement(desk.draft(name="Not Ann's", author=desk.kit), desk.ann, None)
    for contact, status in ((desk.renee, "delivered"), (desk.hanna, "failed")):
        done.recipients.create(contact=contact, status=status)
    page = text(desk.client().get("/engagements/"))
    assert page.index("Spring") < page.index("Winter")
    assert "1 sent, 1 failed" in page
    assert "Not Ann" not in page
    for query, names in {
        "status=draft": {"Winter"}, "kind=email": {"Spring"}, "q=SPR": {"Spring"}, "status=nonsense&kind=x&after=q": {
            "Winter", "Spring"}, "status=draft&status=done": {"Winter", "Spring"}, "q=%00nobody": set(),
    }.items():  # fmt: skip
        page = text(desk.client().get(f"/engagements/?{query}"))
        assert {name for name in ("Winter", "Spring") if f">{name}</a>" in page} == names
    Engagement.objects.bulk_create(
        Engagement(account=desk.account, author=desk.ann, name=f"E{n}") for n in range(paging.PAGE)
    )
    made = Engagement.objects.filter(name__startswith="E")
    grants.set_level(EngagementUserObjectPermission, made, [desk.ann], "read", by=None)
    client = desk.client()
    with CaptureQueriesContext(connection) as few:
        client.get("/engagements/?q=r")
    with CaptureQueriesContext(connection) as many:
        first = text(client.get("/engagements/"))
    assert len(many) <= len(few)  # what waits for a review is asked of reviewers only
    after = re.search(r"after=([0-9.]+)", first)[1]
    second = text(desk.client().get(f"/engagements/?after={after}"))
    assert f">{draft.name}</a>" in second
    assert f">{draft.name}</a>" not in first
