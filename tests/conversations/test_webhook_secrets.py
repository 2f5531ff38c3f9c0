"""The page of phone systems: administrators make keys, see each in full once, and retire them."""

import pytest
from django.test import Client

from conversations.models import WebhookSecret
from conversations.services.secrets import MOST_LIVE, TooManySecrets, make_secret
from tests.factories import UserFactory
from tests.factories_conversations import ChannelFactory

from .phones import facts, post
from .team import Team

pytestmark = pytest.mark.django_db
URL = "/channels/secrets/"


@pytest.fixture
def team() -> Team:
    return Team()


@pytest.fixture
def boss(team):
    return UserFactory(account=team.account, is_account_admin=True)


@pytest.fixture
def browser(boss) -> Client:
    client = Client()
    client.force_login(boss)
    return client


def test_a_key_is_shown_in_full_once(browser):
    answer = browser.post(URL)
    assert (answer.status_code, answer["Location"]) == (303, URL)
    secret = WebhookSecret.objects.get().secret
    assert len(secret) >= 40
    assert secret in browser.get(URL).text
    again = browser.get(URL)
    assert secret not in again.text
    assert secret[-4:] in again.text
    assert "no-store" in again["Cache-Control"]


def test_under_htmx_it_is_shown_in_the_answer(browser):
    answer = browser.post(URL, headers={"HX-Request": "true"})
    secret = WebhookSecret.objects.get().secret
    assert secret in answer.text
    assert secret not in browser.get(URL).text


def test_a_made_key_signs(browser, team):
    browser.post(URL)
    line = ChannelFactory(account=team.account)
    assert post(facts(line), WebhookSecret.objects.get().secret).status_code == 202


def test_two_are_in_use_at_most(browser, boss):
    for _ in range(MOST_LIVE):
        browser.post(URL)
    answer = browser.post(URL)
    assert answer.status_code == 422
    assert "Retire one of them first" in answer.text
    with pytest.raises(TooManySecrets):
        make_secret(boss)


def test_a_form_sent_twice_makes_one(browser):
    once = {"once": "6f0d4a34-3b6c-4a39-9d7e-0c8f6f1d1f11"}
    assert [browser.post(URL, once).status_code for _ in range(2)] == [303, 303]
    assert WebhookSecret.objects.count() == 1


def test_a_retired_key_is_gone_and_signs_nothing(browser, team):
    browser.post(URL)
    secret = WebhookSecret.objects.get()
    line = ChannelFactory(account=team.account)
    assert [browser.post(f"{URL}{secret.pk}/retire/").status_code for _ in range(2)] == [303, 303]
    assert "None. Until there is one" in browser.get(URL).text
    assert post(facts(line), secret.secret).status_code == 401


def test_nobody_else_comes_here(team):
    client = Client()
    client.force_login(team.leader)
    assert client.get(URL).status_code == client.post(URL).status_code == 403
    assert not WebhookSecret.objects.exists()


def test_another_accounts_key_is_not_found(browser):
    other = WebhookSecret.objects.create(account=UserFactory().account, secret="a key of theirs")
    assert browser.post(f"{URL}{other.pk}/retire/").status_code == 404
    assert "heirs" not in browser.get(URL).text
    other.refresh_from_db()
    assert other.retired_at is None


def test_huge_ids_are_not_found(browser):
    assert browser.post(f"{URL}{10**30}/retire/").status_code == 404
