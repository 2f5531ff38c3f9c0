"""Error answers: the same 404 for hidden and missing, rules in words, fragments for htmx, nothing leaked."""

import re

import pytest
from django.test import Client

pytestmark = pytest.mark.usefixtures("core_urls")
HTMX = {"HX-Request": "true"}


def bare(response):
    """Everything of a response but the CSRF mask and the request's id."""
    body = re.sub(rb"[A-Za-z0-9]{64}", b"(token)", response.content)
    headers = {name: value for name, value in response.items() if name != "X-Request-ID"}
    return response.status_code, headers, body


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_hidden_and_missing_are_one_answer(signed_in, settings, headers):
    hidden = bare(signed_in.get("/hidden/7/", headers=headers))
    settings.ROOT_URLCONF = "tests.core.urls_without_hidden"
    missing = bare(signed_in.get("/hidden/7/", headers=headers))
    assert hidden[0] == 404
    assert hidden == missing
    assert b"is hidden" not in hidden[2]


def test_a_refusal_names_rule_person_and_way_out(signed_in):
    response = signed_in.get("/refused/")
    assert response.status_code == 403
    for words in (b"Only the original owner can edit", b"Marcus Bell", b'href="/suggest/"', b"Suggest the change"):
        assert words in response.content


def test_a_plain_denial_keeps_its_internal_words(signed_in):
    response = signed_in.get("/forbidden/")
    assert response.status_code == 403
    assert b"internal words" not in response.content


@pytest.mark.parametrize(("address", "status"), [("/hidden/7/", 404), ("/refused/", 403), ("/save/", 405)])
def test_under_htmx_the_error_is_a_fragment_beside_the_page(signed_in, address, status):
    response = signed_in.get(address, headers=HTMX)
    assert response.status_code == status
    assert b"<html" not in response.content
    assert (response["HX-Retarget"], response["HX-Reswap"]) == ("#error", "innerHTML")
    assert "HX-Request" in response["Vary"]


@pytest.mark.parametrize("data", [{"text": "x" * 6_000_000}, {f"field{n}": "1" for n in range(6000)}])
def test_too_large_a_form_is_413(signed_in, data):
    assert signed_in.post("/save/", data).status_code == 413


def test_a_post_without_token_is_403_and_says_so(member):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(member)
    response = strict.post("/save/", {"a": "1"})
    assert response.status_code == 403
    assert b"expired" in response.content


def test_a_malformed_host_is_400(client, db):
    assert client.get("/clock/", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_fault_of_ours_is_500_without_details(client, db, headers):
    client.raise_request_exception = False
    response = client.get("/broken/", headers=headers)
    assert response.status_code == 500
    assert b"555" not in response.content
    assert b"Something went wrong" in response.content


def test_a_fault_of_the_error_page_itself_still_answers(client, db, settings):
    client.raise_request_exception = False
    settings.TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": []}]
    response = client.get("/broken/")
    assert response.status_code == 500
    assert b"It has been logged" in response.content


def test_a_reached_sign_in_limit_is_429_and_says_when_to_try_again(client, member, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "2/300s/key"}
    for _ in range(3):
        response = client.post("/accounts/login/", {"login": member.email, "password": "wrong"})
    assert response.status_code in (200, 429)
