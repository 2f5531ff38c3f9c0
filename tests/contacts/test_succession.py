"""What a successor takes over when somebody is deactivated (product.md §2a)."""

import datetime

import pghistory
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from contacts import jobs, policy, receivers
from contacts.models import Contact, ContactUserObjectPermission, FollowUp, Note
from contacts.record import readable_notes
from contacts_project.accounts import grants
from contacts_project.accounts.services import deactivate_user
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory, NoteFactory, share

from .crew import Crew, make_crew

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew() -> Crew:
    return make_crew()


def deactivate(crew: Crew, user, successor) -> None:
    admin = UserFactory(account=crew.contact.account, admin=True)
    deactivate_user(admin, user=user, successor=successor)


def line(contact, user) -> grants.GrantLine | None:
    return grants.lines(ContactUserObjectPermission, content_object=contact).get((contact.pk, user.pk))


def test_ownership_and_grants_pass_to_the_successor(crew: Crew):
    deactivate(crew, crew.owner, crew.outsider)
    crew.contact.refresh_from_db()
    assert crew.contact.owner == crew.outsider
    new = line(crew.contact, crew.outsider)
    assert (new.level, new.until, new.is_owner) == ("admin", None, True)
    assert line(crew.contact, crew.owner) is None
    assert policy.can(crew.outsider, "grant", crew.contact)


@pytest.mark.parametrize(
    ("leaver", "successor", "level"), [("writer", "reader", "write"), ("reader", "writer", "write")]
)
def test_the_higher_level_of_both_stays(crew: Crew, leaver: str, successor: str, level: str):
    deactivate(crew, getattr(crew, leaver), getattr(crew, successor))
    assert line(crew.contact, getattr(crew, successor)).level == level
    assert line(crew.contact, getattr(crew, leaver)) is None


def test_the_later_end_stays_and_ended_grants_do_not_come_back(crew: Crew):
    today = crew.contact.account.today()
    soon, later = today + datetime.timedelta(days=2), today + datetime.timedelta(days=9)
    share(crew.contact, crew.writer, "read", until=later)
    share(crew.contact, crew.reader, "read", until=soon)
    ended = ContactFactory(owner=crew.owner)
    share(ended, crew.writer, "write", until=today - datetime.timedelta(days=1))
    deactivate(crew, crew.writer, crew.reader)
    assert line(crew.contact, crew.reader).until == later
    assert line(ended, crew.reader) is None


def test_an_endless_grant_makes_the_successors_endless(crew: Crew):
    share(crew.contact, crew.reader, "read", until=crew.contact.account.today())
    deactivate(crew, crew.writer, crew.reader)
    assert line(crew.contact, crew.reader).level == "write"
    assert {row.until for row in ContactUserObjectPermission.objects.filter(user=crew.reader)} == {None}


def test_private_notes_stay_with_nobody(crew: Crew):
    NoteFactory(contact=crew.contact, author=crew.owner, visibility="private")
    deactivate(crew, crew.owner, crew.outsider)
    assert Note.objects.get().author == crew.owner
    assert not readable_notes(crew.outsider, crew.contact).exists()


def test_open_follow_ups_pass_on_where_the_successor_can_see_the_contact(crew: Crew):
    day = crew.contact.account.today()
    for text, done in (("open", None), ("done", crew.contact.created_at)):
        FollowUp.objects.create(contact=crew.contact, user=crew.writer, due=day, text=text, done_at=done)
    elsewhere = ContactFactory(owner=crew.owner)
    FollowUp.objects.create(contact=elsewhere, user=crew.writer, due=day, text="hidden")
    deactivate(crew, crew.writer, crew.outsider)
    moved = FollowUp.objects.filter(user=crew.outsider).values_list("text", flat=True)
    assert list(moved) == ["open"]


def test_it_takes_the_same_number_of_statements_for_one_and_for_many(crew: Crew):
    counts = []
    for number in (1, 20):
        user = UserFactory(account=crew.contact.account)
        for _ in range(number):
            ContactFactory(owner=user)
        admin = UserFactory(account=crew.contact.account, admin=True)
        with CaptureQueriesContext(connection) as queries:
            deactivate_user(admin, user=user, successor=crew.outsider)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_much_is_handed_over_by_a_job(crew: Crew, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(receivers, "AT_ONCE", 0)
    deactivate(crew, crew.owner, crew.outsider)
    assert line(crew.contact, crew.outsider) is None
    job = ProcrastinateJob.objects.get(task_name="contacts.jobs.hand_over_contacts")
    for _ in range(2):  # delivered at least once
        jobs.hand_over_contacts(**job.args)
    crew.contact.refresh_from_db()
    assert crew.contact.owner == crew.outsider
    assert line(crew.contact, crew.outsider).level == "admin"


def test_the_job_leaves_somebody_who_is_back_alone(crew: Crew, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(receivers, "AT_ONCE", 0)
    deactivate(crew, crew.owner, crew.outsider)
    type(crew.owner).objects.filter(pk=crew.owner.pk).update(is_active=True, successor=None)
    jobs.hand_over_contacts(**ProcrastinateJob.objects.get(task_name="contacts.jobs.hand_over_contacts").args)
    crew.contact.refresh_from_db()
    assert crew.contact.owner == crew.owner


def test_the_hand_over_is_recorded_with_who_did_it(crew: Crew):
    admin = UserFactory(account=crew.contact.account, admin=True)
    with pghistory.context(user=admin.pk, source="page"):
        deactivate_user(admin, user=crew.owner, successor=crew.outsider)
    owned = Contact.pgh_event_model.objects.filter(pgh_obj_id=crew.contact.pk).latest("pgh_id")
    assert (owned.pgh_label, owned.owner_id, owned.given_name) == ("update", crew.outsider.pk, "Renee")
    given = ContactUserObjectPermission.pgh_event_model.objects.filter(pgh_label="update", user=crew.outsider)
    assert given.count() == 3
    assert {event.granted_by_id for event in given} == {admin.pk}
    for event in (owned, *given):
        assert event.pgh_context.metadata["user"] == admin.pk
    share(crew.contact, crew.outsider, "read")  # the row triggers are back
    gone = ContactUserObjectPermission.pgh_event_model.objects.filter(pgh_label="delete")
    assert gone.filter(content_object=crew.contact.pk).count() == 2


def test_what_both_had_is_recorded_as_removed(crew: Crew):
    deactivate(crew, crew.writer, crew.reader)
    removed = ContactUserObjectPermission.pgh_event_model.objects.filter(
        pgh_label="delete", content_object=crew.contact.pk
    )
    assert [(event.user_id, event.pgh_obj_id is not None) for event in removed] == [(crew.writer.pk, True)]
