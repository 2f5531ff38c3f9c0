"""Pages ask the database the same number of questions, whatever the number of contacts, grants and matches."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.models import Contact, ContactPhone, ContactTag, ContactUserObjectPermission, Tag
from contacts_project.accounts import grants
from tests.factories import UserFactory
from tests.factories_contacts import ContactFactory, NoteFactory

pytestmark = pytest.mark.django_db
FEW, MANY = 10, 200
COLLEAGUES = 4  # beside the owner: five grants on each contact


def fill(owner, number, colleagues=()):
    """Contacts of `owner`, each with a phone and a tag and shared with these colleagues."""
    made = Contact.objects.bulk_create(
        Contact(account=owner.account, owner=owner, created_by=owner, given_name="Renee", family_name=f"Martinez {n}")
        for n in range(number)
    )
    grants.set_level(ContactUserObjectPermission, made, [owner], "admin", by=owner)
    grants.set_level(ContactUserObjectPermission, made, colleagues, "write", by=owner)
    tag, _ = Tag.objects.get_or_create(account=owner.account, name="Customer")
    ContactTag.objects.bulk_create(ContactTag(contact=contact, tag=tag) for contact in made)
    ContactPhone.objects.bulk_create(
        ContactPhone(contact=contact, number=f"+1415555{n:04}", is_primary=True) for n, contact in enumerate(made)
    )
    return tag


@pytest.fixture
def owner():
    return UserFactory()


@pytest.fixture
def asked_by(client):
    """asked_by(user)(path): the queries of one request, after one that fills the caches of ids that never change."""

    def asked(user):
        client.force_login(user)
        return count

    def count(path, **headers):
        assert client.get(path, headers=headers).status_code == 200
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path, headers=headers).status_code == 200
        return len(queries)

    return asked


@pytest.fixture
def asked(owner, asked_by):
    return asked_by(owner)


PAGES = {
    "list": "/contacts/",
    "second page": "/contacts/?after=1.bQ",
    "mine": "/contacts/?view=mine",
    "newest": "/contacts/?sort=created",
    "archived": "/contacts/?archived=1",
    "search": "/contacts/?q=renee+mart",
    "phone": "/contacts/?q=555",
    "kind": "/contacts/?kind=personal",
    "owner": "/contacts/?owner=me",
    "tag": "/contacts/?tag={tag}",
    "tag, owner and search": "/contacts/?tag={tag}&owner=me&q=renee",
    "count": "/contacts/count/",
    "count of a search": "/contacts/count/?q=renee",
    "search page": "/search/?q=renee",
}


@pytest.fixture(scope="module")
def accounts(django_db_setup, django_db_blocker):
    """(owner, tag) of an account with few contacts, and of one with many that are shared; made once, only looked at."""
    with django_db_blocker.unblock(), transaction.atomic():
        small, large = UserFactory(), UserFactory()
        colleagues = UserFactory.create_batch(COLLEAGUES, account=large.account)
        yield (small, fill(small, FEW)), (large, fill(large, MANY, colleagues))
        transaction.set_rollback(True)


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_queries_do_not_grow_with_contacts_and_grants(accounts, asked_by, path):
    few, many = (asked_by(owner)(path.format(tag=tag.pk)) for owner, tag in accounts)
    assert many == few


def test_rows_fetched_by_load_more_cost_no_more_queries_than_the_page(accounts, asked_by):
    _, (owner, _) = accounts
    asked = asked_by(owner)
    assert asked("/contacts/", **{"HX-Request": "true", "HX-Target": "rows"}) < asked("/contacts/")


LIMIT = 18  # of a page of the record: 16 and the two of session and user (design/performance.md)


@pytest.mark.parametrize("tab", ["overview", "details", "notes", "collaborators"])
def test_queries_of_the_record_do_not_grow_with_what_it_holds(owner, asked, tab):
    path = reverse(f"contacts:contact-{tab}", args=[full_contact(owner, 1).pk])
    few = asked(path)
    assert few <= LIMIT
    assert asked(reverse(f"contacts:contact-{tab}", args=[full_contact(owner, 5).pk])) == few


def full_contact(owner, size):
    """A contact with this many colleagues, notes, phones and tags."""
    contact = ContactFactory(owner=owner, email="renee@example.com")
    colleagues = UserFactory.create_batch(size, account=owner.account)
    grants.set_level(ContactUserObjectPermission, [contact], colleagues, "read", by=owner)
    for number, colleague in enumerate(colleagues):
        NoteFactory(contact=contact, author=colleague)
        ContactPhone.objects.create(contact=contact, number=f"+1415555{number:04}")
        tag, _ = Tag.objects.get_or_create(account=owner.account, name=f"Tag {number}")
        ContactTag.objects.create(contact=contact, tag=tag)
    return contact
