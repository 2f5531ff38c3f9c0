"""Leaving a contact (product.md §2a): everybody may, unless no lasting Admin would stay."""

import datetime
import threading

import pytest
from django.db import close_old_connections, connection
from django.utils import timezone

from contacts import policy
from contacts.models import Contact
from contacts.services.ownership import leave
from contacts_project.core.errors import Refused
from tests.factories_contacts import share

from .crew import Crew, make_crew

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew() -> Crew:
    return make_crew()


@pytest.mark.parametrize("who", ["owner", "manager", "writer", "reader"])
def test_every_collaborator_may_leave(crew: Crew, who: str):
    answer = crew.client(who).post(crew.url("leave/"))
    assert (answer.status_code, answer["Location"]) == (303, "/contacts/")
    assert not policy.can(getattr(crew, who), "view", crew.contact)
    assert crew.client(who).post(crew.url("leave/")).status_code == 404


@pytest.mark.parametrize("who", ["outsider", "stranger"])
def test_nobody_leaves_what_he_or_she_cannot_see(crew: Crew, who: str):
    assert crew.client(who).post(crew.url("leave/")).status_code == 404


def test_leaving_is_a_post(crew: Crew):
    assert crew.client("reader").get(crew.url("leave/")).status_code == 405


def test_an_owner_hands_ownership_to_the_admin_of_longest_standing(crew: Crew):
    share(crew.contact, crew.outsider, "admin")
    crew.client("owner").post(crew.url("leave/"))
    crew.contact.refresh_from_db()
    assert crew.contact.owner == crew.manager


def test_an_admin_with_an_end_date_or_without_a_sign_in_is_no_heir(crew: Crew):
    until = crew.contact.account.today() + datetime.timedelta(days=9)
    share(crew.contact, crew.manager, "admin", until=until)
    share(crew.contact, crew.outsider, "admin")
    crew.outsider.is_active = False
    crew.outsider.save()
    refused = crew.client("owner").post(crew.url("leave/"))
    assert refused.status_code == 403
    assert b"only Admin without an end date" in refused.content
    crew.contact.refresh_from_db()
    assert crew.contact.owner == crew.owner
    share(crew.contact, crew.writer, "admin")
    assert crew.client("owner").post(crew.url("leave/")).status_code == 303
    crew.contact.refresh_from_db()
    assert crew.contact.owner == crew.writer


def test_an_archived_contact_can_be_left(crew: Crew):
    Contact.objects.filter(pk=crew.contact.pk).update(archived_at=timezone.now())
    assert crew.client("reader").post(crew.url("leave/")).status_code == 303


def test_htmx_leaves_the_page(crew: Crew):
    answer = crew.client("reader").post(crew.url("leave/"), headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/contacts/")


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_who_leave_at_once_one_stays():
    crew = make_crew()
    start, refused = threading.Barrier(2), []

    def go(who) -> None:
        start.wait()
        try:
            leave(who, crew.contact.pk)
        except Refused as refusal:
            refused.append(refusal)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=go, args=(who,)) for who in (crew.owner, crew.manager)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    crew.contact.refresh_from_db()
    assert len(refused) == 1
    assert policy.can(crew.contact.owner, "grant", crew.contact)
