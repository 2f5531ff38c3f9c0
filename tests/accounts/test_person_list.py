"""The People page."""

from tests.accounts.conftest import HTMX
from tests.factories import UserFactory

URL = "/people/"


def test_an_administrator_sees_everybody_of_the_account_and_nobody_else(as_user, boss, member, outsider):
    page = as_user(boss).get(URL)
    assert page.status_code == 200
    assert b"mem@acme.example" in page.content
    assert b"out@globex.example" not in page.content


def test_htmx_gets_the_fragment(as_user, boss, member):
    page = as_user(boss).get(URL, **HTMX)
    assert b"<html" not in page.content
    assert b'id="people"' in page.content


def test_a_member_gets_403_with_the_rule_and_the_administrators(as_user, boss, member):
    page = as_user(member).get(URL)
    assert page.status_code == 403
    assert b"Only account administrators manage people" in page.content
    assert b"Bo Boss" in page.content


def test_visitors_go_to_sign_in(client, db):
    assert client.get(URL)["Location"] == "/accounts/login/?next=/people/"


def test_platform_staff_go_to_the_administration(as_user, staff):
    assert as_user(staff).get(URL)["Location"] == "/admin/"


def test_posting_is_405(as_user, boss):
    assert as_user(boss).post(URL).status_code == 405


def test_search_finds_by_name_and_email(as_user, boss, member, colleague):
    client = as_user(boss)
    assert b"Col League" not in client.get(URL, {"q": "MEM@"}).content
    assert b"Mem Ber" in client.get(URL, {"q": "MEM@"}).content
    assert client.get(URL, {"q": "\x00", "after": "999999999999999999999999"}).status_code == 200


def test_pages_join_without_gap_or_overlap(as_user, boss, acme, monkeypatch):
    monkeypatch.setattr("contacts_project.accounts.paging.PAGE", 2)
    for name in ("Ann", "ann", "Cy", "Di"):
        UserFactory(account=acme, name=name, is_active=name != "Cy")
    client, seen, address = as_user(boss), [], URL
    while address:
        context = client.get(address).context
        seen += [person.name for person in context["page"].people]
        address = f"{URL}?after={context['page'].after}" if context["page"].after else ""
    assert seen == ["Ann", "ann", "Bo Boss", "Di", "Cy"]


def test_the_number_of_queries_does_not_grow(as_user, boss, acme, django_assert_max_num_queries):
    client = as_user(boss)
    client.get(URL)
    UserFactory.create_batch(20, account=acme)
    with django_assert_max_num_queries(16):
        client.get(URL)
