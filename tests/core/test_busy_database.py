"""A database that is down or busy is a 503 that says so, never a 500."""

import pytest
from django.db import OperationalError
from django.test import Client

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("trouble", "status"), [(OperationalError("cancelled"), 503), (ValueError("x"), 500)])
def test_trouble_with_the_database_is_told_from_a_fault(monkeypatch, trouble, status):
    client = Client(raise_request_exception=False)
    client.force_login(UserFactory())

    def fail(*args, **kwargs):
        raise trouble

    monkeypatch.setattr("contacts.paging.page_for", fail)
    response = client.get("/contacts/")
    assert response.status_code == status
    assert ("Retry-After" in response) == (status == 503)
