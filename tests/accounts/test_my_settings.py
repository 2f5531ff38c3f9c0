"""One's own page."""

import pytest

from tests.accounts.conftest import HTMX

URL = "/me/"
GOOD = {"name": "Mem Changed", "time_zone": "Asia/Tokyo", "theme": "dark"}


def test_name_zone_theme_and_keys_are_one_s_own(as_user, member):
    client = as_user(member)
    assert client.get(URL).status_code == 200
    assert client.post(URL, GOOD)["Location"] == URL
    member.refresh_from_db()
    assert (member.name, member.time_zone, member.theme, member.keys_enabled) == (
        "Mem Changed",
        "Asia/Tokyo",
        "dark",
        False,
    )
    page = client.get(URL).content.decode()
    assert 'data-theme="dark"' in page
    assert 'data-keys="off"' in page


def test_an_empty_zone_is_the_account_s(as_user, member):
    as_user(member).post(URL, GOOD | {"time_zone": ""})
    member.refresh_from_db()
    assert str(member.zone) == "America/New_York"


def test_email_roles_and_account_are_not_taken_from_the_form(as_user, member, outsider):
    before = (member.email, member.account_id)
    more = {"email": "x@y.example", "is_account_admin": "on", "is_staff": "on", "account": outsider.account_id}
    as_user(member).post(URL, GOOD | more)
    member.refresh_from_db()
    assert (member.email, member.account_id, member.is_account_admin, member.is_staff) == (*before, False, False)


@pytest.mark.parametrize(
    "change", [{"name": ""}, {"time_zone": "Mars/Olympus"}, {"theme": "pink"}, {"name": "x" * 121}]
)
def test_bad_input_is_422_and_the_menu_keeps_the_name(as_user, member, change):
    answer = as_user(member).post(URL, GOOD | change)
    assert answer.status_code == 422
    assert b"Mem Ber" in answer.content
    member.refresh_from_db()
    assert member.name == "Mem Ber"


def test_under_htmx_the_whole_page_comes_again(as_user, member):
    answer = as_user(member).post(URL, GOOD, **HTMX)
    assert (answer.status_code, answer["HX-Redirect"]) == (200, URL)
    assert as_user(member).post(URL, GOOD | {"name": ""}, **HTMX).content.count(b"<html") == 0


def test_visitors_and_other_methods(client, as_user, member):
    assert client.get(URL).status_code == 302
    assert client.get(URL, **HTMX).status_code == 401
    assert as_user(member).put(URL).status_code == 405
