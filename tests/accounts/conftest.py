"""People of two accounts, and a client for each."""

import pytest
from django.core.cache import cache
from django.test import Client

from tests.factories import AccountFactory, UserFactory

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def forget_limits(db):
    """Sign-in limits live in the cache, which outlives a test."""
    cache.clear()


@pytest.fixture
def acme(db):
    return AccountFactory(name="Acme")


@pytest.fixture
def boss(acme):
    return UserFactory(account=acme, email="boss@acme.example", name="Bo Boss", admin=True)


@pytest.fixture
def member(acme):
    return UserFactory(account=acme, email="mem@acme.example", name="Mem Ber")


@pytest.fixture
def colleague(acme):
    return UserFactory(account=acme, email="col@acme.example", name="Col League")


@pytest.fixture
def outsider(db):
    return UserFactory(email="out@globex.example", name="Out Sider", account__name="Globex", admin=True)


@pytest.fixture
def staff(db):
    return UserFactory(staff=True, email="ops@kithline.example", name="Ops")


@pytest.fixture
def as_user():
    """as_user(user) gives a client signed in as that user."""

    def sign_in(user) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in
