"""Today (product.md §4): one's own follow-ups that are late, due today and due in a week, about visible contacts."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import Contact, FollowUp
from tests.factories_contacts import share

from .crew import Crew, make_crew

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew() -> Crew:
    return make_crew()


def give(crew: Crew, who: str, days: int, text: str, *, by: str = "owner") -> FollowUp:
    user = getattr(crew, who)
    due = timezone.localdate(timezone=user.zone) + datetime.timedelta(days=days)
    return FollowUp.objects.create(contact=crew.contact, user=user, created_by=getattr(crew, by), due=due, text=text)


def page(crew: Crew, who: str) -> str:
    return crew.client(who).get("/today/").content.decode()


def test_follow_ups_stand_by_when_they_are_due(crew: Crew):
    for days, text in ((-3, "Long ago"), (0, "Now"), (7, "In a week"), (8, "Far off")):
        give(crew, "writer", days, text)
    shown = page(crew, "writer")
    parts = [shown.index(text) for text in (">Late<", "Long ago", ">Today,", "Now", ">Next 7 days<", "In a week")]
    assert parts == sorted(parts)
    assert "Far off" not in shown
    assert '<span class="visually-hidden">open: </span>2' in shown
    assert "Owner Person" in shown  # who gave it


def test_only_ones_own_open_ones_are_there(crew: Crew):
    give(crew, "writer", 0, "For the writer")
    done = give(crew, "reader", 0, "Done before")
    FollowUp.objects.filter(pk=done.pk).update(done_at=timezone.now())
    shown = page(crew, "reader")
    assert "For the writer" not in shown
    assert "Done before" not in shown
    assert "Nothing due in the next 7 days" in shown


@pytest.mark.parametrize("how", ["unshared", "archived"])
def test_contacts_that_are_hidden_or_archived_are_left_out(crew: Crew, how: str):
    give(crew, "writer", 0, "Ring her")
    assert "Ring her" in page(crew, "writer")
    if how == "unshared":
        share(crew.contact, crew.writer, None)
    else:
        Contact.objects.filter(pk=crew.contact.pk).update(archived_at=timezone.now())
    shown = page(crew, "writer")
    assert "Ring her" not in shown
    assert '<span class="visually-hidden">open: </span>1' not in shown


def test_the_day_is_that_of_the_readers_zone(crew: Crew):
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):  # 25 hours apart: never the same date
        crew.writer.time_zone = zone
        crew.writer.save()
        FollowUp.objects.all().delete()
        give(crew, "writer", 0, "Ring her")
        assert ">Today," in page(crew, "writer")


def test_done_takes_the_row_away_under_htmx(crew: Crew):
    row = give(crew, "writer", 0, "Ring her")
    answer = crew.client("writer").post(
        f"/follow-ups/{row.pk}/done/", headers={"HX-Request": "true", "HX-Target": "today"}
    )
    assert answer.status_code == 200
    assert b'id="today"' in answer.content
    assert b"<html" not in answer.content
    assert b"Ring her" not in answer.content


def test_anonymous_visitors_sign_in_first(client):
    assert client.get("/today/").status_code == 302
    assert client.post("/today/").status_code in (302, 405)


def test_queries_do_not_grow(crew: Crew):
    client = crew.client("writer")
    counts = []
    for _ in range(2):
        give(crew, "writer", 0, "One")
        give(crew, "writer", -1, "Two")
        with CaptureQueriesContext(connection) as queries:
            client.get("/today/")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12  # one for the departments that the reader operates, one for the sidebar
