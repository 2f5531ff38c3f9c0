"""One's own activity (product.md §12): what one did in 30 days, as one sees it now, each with Undo while possible."""

from __future__ import annotations

import datetime
import html
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pghistory.models import Context

from contacts.activities import page as pages
from contacts.activities.savings import savings_of
from contacts.jobs_bulk import forget_undo_steps
from contacts.models import BulkAction, Contact, Import, ImportRow, List, UndoStep
from contacts_project.accounts.models import User
from departments.models import Operator
from tests.factories_contacts import ContactFactory, share
from tests.factories_engagements import ListFactory, share_list

from .crew import Crew, make_crew
from .histories import noted, rows, saving
from .team import make_team

pytestmark = pytest.mark.django_db
PAGE = "/me/activity/"


@pytest.fixture
def crew() -> Crew:
    return make_crew(given_name="Renee", family_name="Martinez")


def body(client: Client, query: str = "", **headers: str) -> str:
    response = client.get(f"{PAGE}{query}", headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def lines(client: Client, query: str = "") -> list[str]:
    """What each line of the page says, without its time."""
    found = re.findall(r"<li class=\"row-f\" data-done>(.*?)</li>", body(client, query), re.DOTALL)
    texts = [re.sub(r"<time.*?</time>|<[^>]+>", " ", line) for line in found]
    return [" ".join(html.unescape(text).split()) for text in texts]


def same(client: Client) -> str:
    """The page without what differs in any two answers."""
    return re.sub(r"(csrfmiddlewaretoken\" value=\"|x-csrftoken\": \")\w+", "", body(client))


def tokens(client: Client) -> list[str]:
    return re.findall(r'formaction="/undo/([0-9a-f-]{36})/"', body(client))


def post(crew: Crew, who: str, rest: str, **data: object) -> None:
    assert crew.client(who).post(crew.url(rest), data).status_code == 303


def edit(crew: Crew, who: str, **data: object) -> None:
    post(crew, who, "edit/", version=Contact.objects.get(pk=crew.contact.pk).version, **data)


def spread() -> None:
    """One saving a minute: a test is one transaction, so all of its savings are of one time."""
    for minutes, context in enumerate(Context.objects.order_by("pk")):
        Context.objects.filter(pk=context.pk).update(created_at=timezone.now() - datetime.timedelta(minutes=minutes))


def archive_many(user: User, number: int) -> list[Contact]:
    with saving():  # else the last saving of the test's transaction made them, too
        made = [ContactFactory(owner=user) for _ in range(number)]
    client = Client()
    client.force_login(user)
    client.post("/contacts/bulk/", {"action": "archive", "ids": [one.pk for one in made]})
    return made


def test_what_was_done_with_contacts_stands_in_words(crew: Crew):
    client = crew.client("owner")
    assert client.post("/contacts/new/", {"given_name": "Nova", "family_name": "New"}).status_code == 303
    edit(crew, "owner", company="Harbor Bakery", **rows("phones", number="(415) 555-0142", label="Work"))
    post(crew, "owner", "notes/", body="Prefers mornings", visibility="private")
    post(crew, "owner", "collaborators/", user=crew.outsider.pk, access="write")
    post(crew, "owner", "archive/")
    assert sorted(lines(client)) == [
        "Archived Renee Martinez Undo",
        "Created Nova New",
        "Edited Renee Martinez Company · Phone, work",
        "Shared Renee Martinez Outsider Person: Write",
        "Wrote a private note on Renee Martinez",
    ]
    assert "Prefers mornings" not in body(client)
    assert "<h2>Today</h2>" in body(client)
    assert lines(crew.client("manager")) == []  # what others did is theirs


def test_undo_is_offered_once_and_by_nobody_else(crew: Crew):
    client = crew.client("writer")
    post(crew, "writer", "archive/")
    (token,) = tokens(client)
    assert tokens(crew.client("owner")) == []
    assert crew.client("owner").post(f"/undo/{token}/").status_code == 404
    assert client.post(f"/undo/{token}/").status_code == 303
    assert not Contact.objects.get(pk=crew.contact.pk).archived
    assert tokens(client) == []
    assert sorted(lines(client)) == ["Archived Renee Martinez Undone", "Unarchived Renee Martinez with Undo"]


def test_undo_goes_with_its_time_and_the_line_after_a_month(crew: Crew):
    client = crew.client("owner")
    post(crew, "owner", "archive/")
    for days, shown in ((29, ["Archived Renee Martinez Undo"]), (31, [])):
        past = timezone.now() - datetime.timedelta(days=days)
        Context.objects.update(created_at=past)
        UndoStep.objects.update(created_at=past)
        assert lines(client) == shown


def test_a_contact_that_is_hidden_by_now_leaves_no_trace(crew: Crew):
    client = crew.client("writer")
    nothing = same(client)
    edit(crew, "writer", company="Harbor Bakery")
    post(crew, "writer", "archive/")
    assert len(lines(client)) == 2
    share(crew.contact, crew.writer, None)
    assert same(client) == nothing
    Contact.objects.filter(pk=crew.contact.pk).update(family_name="Hidden")
    assert same(client) == nothing
    share(crew.contact, crew.writer, "read")
    assert sorted(lines(client)) == ["Archived Renee Hidden Undo", "Edited Renee Hidden Company"]


def test_a_line_about_access_stands_while_one_may_grant(crew: Crew):
    client = crew.client("manager")
    post(crew, "manager", f"collaborators/{crew.reader.pk}/remove/")
    assert lines(client) == ["Ended access to Renee Martinez Reader Person Undo"]
    share(crew.contact, crew.manager, "write")
    assert lines(client) == []


def test_a_note_that_was_made_private_takes_its_line_along(crew: Crew):
    note = noted(crew, "owner", "Prefers mornings")
    client = crew.client("writer")
    post(crew, "writer", f"notes/{note.pk}/edit/", body="Prefers evenings")
    assert lines(client) == ["Edited a note on Renee Martinez"]
    post(crew, "owner", f"notes/{note.pk}/edit/", body="Prefers evenings", visibility="private")
    assert lines(client) == []


def test_what_was_removed_from_a_department_is_told_to_who_finds_it_under_removed():
    team = make_team()
    client = team.client("lead")
    assert client.post(f"/contacts/{team.contact.pk}/archive/").status_code == 303
    assert client.get(f"/contacts/{team.contact.pk}/").status_code == 404
    assert lines(client) == ["Removed Dana Whitfield from Sales Undo"]
    assert f'href="/departments/{team.sales.pk}/removed/"' in body(client)
    Operator.objects.filter(user=team.lead).update(is_admin=False)
    assert lines(client) == []
    Operator.objects.filter(user=team.lead).update(is_admin=True)
    client.post(f"/undo/{tokens(client)[0]}/")
    assert sorted(lines(client)) == [
        "Added Dana Whitfield to Sales with Undo",
        "Removed Dana Whitfield from Sales Undone",
    ]


def test_a_bulk_action_is_one_line_with_its_undo(crew: Crew):
    client = crew.client("owner")
    made = archive_many(crew.owner, 3)
    bulk = BulkAction.objects.get()
    assert lines(client) == ["3 contacts archived Undo"]
    assert f'href="/contacts/bulk/{bulk.pk}/"' in body(client)
    (token,) = tokens(client)
    client.post(f"/undo/{token}/")
    assert not Contact.objects.filter(pk__in=[one.pk for one in made], archived=True).exists()
    assert lines(client) == ["3 contacts put back", "3 contacts archived Undone"]


def test_an_import_is_one_line_and_a_file_that_was_not_run_is_none(crew: Crew):
    for status in ("done", "checked", "failed"):
        made = Import.objects.create(
            account=crew.owner.account, user=crew.owner, file_name=f"{status}.csv", format="csv", status=status
        )
        if status == "done":
            ImportRow.objects.bulk_create(
                ImportRow(source=made, number=n, cells={}, outcome=outcome)
                for n, outcome in enumerate(("created", "created", "updated", "skipped"))
            )
    assert lines(crew.client("owner")) == ["Imported done.csv 2 contacts created, 1 updated"]


def test_lists_and_follow_ups_tell_by_their_steps_also_without_their_data(crew: Crew):
    client, found = crew.client("writer"), ListFactory(owner=crew.owner, name="Bakers")
    share_list(found, crew.writer, "write")
    assert client.post(f"/lists/{found.pk}/archive/").status_code == 303
    assert lines(client) == ["Archived the list Bakers Undo"]
    UndoStep.objects.update(created_at=timezone.now() - datetime.timedelta(days=2))
    forget_undo_steps.func(0)
    assert UndoStep.objects.get().data == {}
    List.objects.update(name="Pastry cooks")
    assert lines(client) == ["Archived the list Pastry cooks"]
    share_list(found, crew.writer, None)
    assert lines(client) == []


def test_pages_follow_each_other_and_bad_keys_show_the_first(crew: Crew, monkeypatch: pytest.MonkeyPatch):
    client = crew.client("owner")
    for company in ("A", "B", "C"):
        edit(crew, "owner", company=company)
    archive_many(crew.owner, 1)
    spread()
    every = [f"{entry.at}{entry.deed}" for day in pages.activity_of(crew.owner).days for entry in day.entries]
    assert len(every) == 4
    monkeypatch.setattr(pages, "PAGE", 1)
    found, after = [], ""
    for _ in every:
        one = pages.activity_of(crew.owner, after=after)
        found += [f"{entry.at}{entry.deed}" for day in one.days for entry in day.entries]
        after = one.next
    assert (found, after) == (every, "")
    key = re.search(r"\?after=([^\"]+)\"", body(client))[1]
    part = body(client, f"?after={key}", **{"HX-Request": "true", "HX-Target": "div#my-days"})
    assert "<hx-partial" in part
    assert "<h1>" not in part
    first = lines(client)
    for bad in ("x", "1.2", "1.9.3", f"1.0.{2**128}", f"1.1.{2**64}", f"{10**30}.1.1", "\x00", "١.1.1"):
        assert lines(client, f"?after={bad}") == first


def test_the_number_of_queries_does_not_grow(crew: Crew):
    client = crew.client("owner")

    def asked() -> int:
        body(client)
        with CaptureQueriesContext(connection) as queries:
            body(client)
        return len(queries)

    def act() -> None:
        edit(crew, "owner", company=str(timezone.now()))
        archive_many(crew.owner, 2)
        found = ListFactory(owner=crew.owner)
        client.post(f"/lists/{found.pk}/archive/")

    act()
    few = asked()
    for _ in range(4):
        act()
    assert asked() == few <= 26


def test_own_savings_come_from_their_index(crew: Crew):
    with CaptureQueriesContext(connection) as queries:
        savings_of(crew.owner, None, timezone.now() - datetime.timedelta(days=30))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {queries[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Scan using own_savings" in plan
    assert "Sort" not in plan.partition("own_savings")[0]
