"""Your access (product.md §2d): the own level and why for everybody, all people and why for those who may grant."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import Contact, ContactUserObjectPermission
from contacts_project.accounts import grants
from tests.factories import UserFactory
from tests.factories_contacts import share

from .crew import Crew, make_crew

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew() -> Crew:
    return make_crew()


def page(crew: Crew, who: str, query: str = "") -> str:
    return crew.client(who).get(crew.url("access/" + query)).content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [("owner", 200), ("manager", 200), ("writer", 200), ("reader", 200), ("outsider", 404), ("stranger", 404)],
)
def test_everybody_who_sees_the_contact_sees_why(crew: Crew, who: str, status: int):
    assert crew.client(who).get(crew.url("access/")).status_code == status
    assert crew.client(who).post(crew.url("access/")).status_code == 405


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("owner", ["Your access: Admin", "Owner."]),
        ("writer", ["Your access: Write", "Write, granted by", "Owner Person"]),
        ("reader", ["Your access: Read", "Read, granted by", "Owner Person"]),
    ],
)
def test_the_level_stands_with_its_reason(crew: Crew, who: str, words: list[str]):
    shown = page(crew, who)
    assert all(word in shown for word in words)


def test_an_end_is_said(crew: Crew):
    share(crew.contact, crew.reader, "read", until=crew.contact.account.today() + datetime.timedelta(days=400))
    assert "until <time" in page(crew, "reader")


def test_only_those_who_may_grant_see_everybody(crew: Crew):
    for who, sees in (("owner", True), ("manager", True), ("writer", False), ("reader", False)):
        shown = page(crew, who)
        assert ("Everyone who can see this contact" in shown) == sees
        assert ("Manager Person" in shown) == sees
        assert ("data-user-id" in shown) == sees


def test_everybody_is_listed_with_level_and_source(crew: Crew):
    shown = page(crew, "owner")
    assert shown.count("data-user-id=") == 4
    assert "Outsider Person" not in shown
    for user in (crew.manager, crew.writer, crew.reader):
        assert f'data-user-id="{user.pk}"' in shown


def test_the_deactivated_and_the_ended_are_not_listed(crew: Crew):
    crew.writer.is_active = False
    crew.writer.save()
    share(crew.contact, crew.reader, "read", until=datetime.date(2020, 1, 1))
    assert page(crew, "owner").count("data-user-id=") == 2


def test_the_same_line_about_conversations_always_ends_it(crew: Crew):
    for who in ("owner", "reader"):
        assert "Only conversations on numbers and mail addresses that you can use are shown." in page(crew, who)


def test_an_archived_contact_says_it_too(crew: Crew):
    Contact.objects.filter(pk=crew.contact.pk).update(archived_at=timezone.now())
    assert "Everyone who can see this contact" in page(crew, "owner")
    assert "Your access: Read" in page(crew, "reader")


def test_a_crowd_comes_in_pages_with_constant_queries(crew: Crew):
    client = crew.client("owner")
    with CaptureQueriesContext(connection) as few:
        client.get(crew.url("access/"))
    users = [UserFactory(account=crew.contact.account, verified_email=False) for _ in range(60)]
    grants.set_level(ContactUserObjectPermission, [crew.contact], users, "read", by=crew.owner)
    with CaptureQueriesContext(connection) as many:
        first = client.get(crew.url("access/")).content.decode()
    assert len(few) == len(many) <= 20
    assert first.count("data-user-id=") == 50
    after = first.split("?after=")[1].split('"')[0]
    assert page(crew, "owner", f"?after={after}").count("data-user-id=") == 14
    assert page(crew, "owner", "?after=x").count("data-user-id=") == 50


def test_the_popover_beside_the_name_says_the_same_in_short(crew: Crew):
    headers = {"HX-Request": "true", "HX-Target": "div#my-access"}
    shown = crew.client("reader").get(crew.url("access/"), headers=headers).content.decode()
    assert "Your access: Read" in shown
    assert "Read, granted by" in shown
    assert "Everyone who can see" not in shown
    assert "Everyone who can see" in crew.client("owner").get(crew.url("access/"), headers=headers).content.decode()
