"""The switch between light and dark in the sidebar."""

import pytest

from tests.accounts.conftest import HTMX

URL = "/me/theme/"


@pytest.mark.parametrize(
    ("page", "back"),
    [("http://testserver/people/", "http://testserver/people/"), ("https://evil.example/", "/me/"), ("", "/me/")],
)
def test_it_is_kept_and_leads_back_to_a_page_of_ours(as_user, member, page, back):
    answer = as_user(member).post(URL, {"theme": "dark"}, HTTP_REFERER=page)
    assert (answer.status_code, answer["Location"]) == (303, back)
    member.refresh_from_db()
    assert member.theme == "dark"


def test_the_script_gets_no_page(as_user, member):
    assert as_user(member).post(URL, {"theme": "light"}, **HTMX).status_code == 204


def test_bad_input_visitors_and_get(as_user, client, member):
    assert as_user(member).post(URL, {"theme": "pink"}).status_code == 422
    assert client.post(URL, {"theme": "dark"}).status_code == 302
    assert as_user(member).get(URL).status_code == 405
    member.refresh_from_db()
    assert member.theme == "auto"
