"""Changing the owner (product.md §2a): by an Admin, to anybody active of the account, who then has Admin."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import Contact, ContactUserObjectPermission
from contacts.services.outcomes import ALREADY, DONE
from contacts.services.ownership import change_owner, restore_owner
from contacts_project.accounts import grants
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory, share

from .crew import Crew, make_crew, undo_last

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew() -> Crew:
    return make_crew()


def line(crew: Crew, user) -> grants.GrantLine | None:
    return grants.lines(ContactUserObjectPermission, content_object=crew.contact).get((crew.contact.pk, user.pk))


@pytest.mark.parametrize(
    ("who", "status"),
    [("owner", 303), ("manager", 303), ("writer", 403), ("reader", 403), ("outsider", 404), ("stranger", 404)],
)
def test_only_admins_change_the_owner(crew: Crew, who: str, status: int):
    answer = crew.client(who).post(crew.url("owner/"), {"user": crew.reader.email})
    assert answer.status_code == status
    crew.contact.refresh_from_db()
    assert crew.contact.owner == (crew.reader if status == 303 else crew.owner)


def test_the_new_owner_has_admin_and_the_old_one_keeps_it_until_changed(crew: Crew):
    share(crew.contact, crew.reader, "read", until=crew.contact.account.today())
    crew.client("manager").post(crew.url("owner/"), {"user": crew.reader.pk})
    new, old = line(crew, crew.reader), line(crew, crew.owner)
    assert (new.level, new.until, new.is_owner) == ("admin", None, True)
    assert (old.level, old.is_owner) == ("admin", False)
    assert crew.client("manager").post(crew.url(f"collaborators/{crew.owner.pk}/remove/")).status_code == 303
    assert line(crew, crew.owner) is None


def test_strangers_the_deactivated_and_nobody_are_refused(crew: Crew):
    left = UserFactory(account=crew.contact.account, is_active=False)
    for typed in (crew.stranger.pk, crew.stranger.email, left.pk, "", "nobody", "a\0b"):
        assert crew.client("owner").post(crew.url("owner/"), {"user": typed}).status_code == 422
    assert change_owner(crew.owner, [crew.contact.pk], left)[0].reason
    crew.contact.refresh_from_db()
    assert crew.contact.owner == crew.owner


def test_an_archived_contact_keeps_its_owner(crew: Crew):
    Contact.objects.filter(pk=crew.contact.pk).update(archived_at=timezone.now())
    refused = crew.client("owner").post(crew.url("owner/"), {"user": crew.reader.pk})
    assert refused.status_code == 403
    assert b"unarchive it first" in refused.content


def test_changing_the_owner_is_a_post(crew: Crew):
    assert crew.client("owner").get(crew.url("owner/")).status_code == 405


def test_undo_gives_it_back_with_the_access_of_before(crew: Crew):
    crew.client("owner").post(crew.url("owner/"), {"user": crew.reader.pk})
    undo_last(crew.owner)
    crew.contact.refresh_from_db()
    assert crew.contact.owner == crew.owner
    assert line(crew, crew.reader).level == "read"


def test_many_at_once_take_as_many_queries_as_one(crew: Crew):
    ids = [ContactFactory(owner=crew.owner, given_name=f"C{n}").pk for n in range(30)]
    counts = []
    for some in (ids[:1], ids[1:]):
        with CaptureQueriesContext(connection) as given:
            outcomes = change_owner(crew.owner, some, crew.reader)
        assert {one.status for one in outcomes} == {DONE}
        assert {one.status for one in change_owner(crew.owner, some, crew.reader)} == {ALREADY}
        with CaptureQueriesContext(connection) as restored:
            back = restore_owner(crew.owner, {one.contact_id: one.before for one in outcomes}, crew.reader)
        assert {one.status for one in back} == {DONE}
        counts.append((len(given), len(restored)))
    assert counts[0] == counts[1]
    assert not Contact.objects.filter(pk__in=ids).exclude(owner=crew.owner).exists()
