"""One person: counts, roles."""

import pytest

from contacts.templatetags.contacts_people import contact_counts
from tests.accounts.conftest import HTMX
from tests.factories_contacts import ContactFactory, share


@pytest.fixture
def url(member):
    return f"/people/{member.pk}/"


def test_an_administrator_sees_the_person(as_user, boss, url):
    page = as_user(boss).get(url)
    assert page.status_code == 200
    assert b"mem@acme.example" in page.content
    assert b"Contacts owned" in page.content


def test_contacts_are_counted_without_their_names(as_user, boss, member, colleague, url, django_assert_max_num_queries):
    for _ in range(2):
        ContactFactory(owner=member)
    for until in (None, "2020-01-01"):
        share(ContactFactory(owner=colleague), member, "write", until=until)
    page = as_user(boss).get(url)
    assert b"Martinez" not in page.content
    contact_counts(boss)  # the permission's id is read once in a process
    with django_assert_max_num_queries(2):
        counts = contact_counts([member, colleague])
    assert counts == {member.pk: {"owned": 2, "shared": 1}, colleague.pk: {"owned": 2, "shared": 0}}


def test_roles_are_given_and_taken(as_user, boss, member, url):
    client = as_user(boss)
    assert client.post(url, {"is_account_admin": "on"})["Location"] == url
    member.refresh_from_db()
    assert (member.is_account_admin, member.is_compliance_admin) == (True, False)
    client.post(url, {"is_compliance_admin": "on"})
    member.refresh_from_db()
    assert (member.is_account_admin, member.is_compliance_admin) == (False, True)


def test_nothing_but_roles_is_taken_from_the_form(as_user, boss, member, url):
    as_user(boss).post(url, {"is_staff": "on", "is_superuser": "on", "email": "x@y.example", "account": "1"})
    before = (member.email, member.account_id)
    member.refresh_from_db()
    assert (member.email, member.account_id, member.is_staff, member.is_superuser) == (*before, False, False)


def test_the_last_administrator_stays(as_user, boss):
    answer = as_user(boss).post(f"/people/{boss.pk}/", {})
    assert answer.status_code == 422
    assert "keeps at least one account administrator" in answer.content.decode()
    boss.refresh_from_db()
    assert boss.is_account_admin


def test_one_of_two_administrators_may_step_back(as_user, boss, member):
    member.is_account_admin = True
    member.save()
    assert as_user(boss).post(f"/people/{boss.pk}/", {}).status_code == 303
    boss.refresh_from_db()
    assert not boss.is_account_admin


def test_htmx_gets_the_fragment_with_a_message(as_user, boss, url):
    answer = as_user(boss).post(url, {"is_account_admin": "on"}, **HTMX)
    assert answer.status_code == 200
    assert b'id="person"' in answer.content
    assert b"Roles of Mem Ber saved" in answer.content


def test_the_ladder(as_user, client, member, outsider, staff, url, boss):
    assert client.get(url).status_code == 302
    assert as_user(member).get(url).status_code == 403
    assert as_user(outsider).get(url).status_code == 404
    assert as_user(outsider).post(url, {"is_account_admin": "on"}).status_code == 404
    assert as_user(boss).get("/people/99999999999999999999/").status_code == 404
    assert as_user(boss).put(url).status_code == 405
    assert as_user(boss).get(f"/people/{staff.pk}/").status_code == 404
