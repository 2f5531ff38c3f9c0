"""The demo, loaded once for all tests that only read it: 2 seconds instead of one load for each."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from conversations.engagements.demo import loading
from conversations.engagements.demo.world import World


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[World]:
    """Each test's own transaction is inside this one, which is rolled back at the end of the module."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield loading.load()
        transaction.set_rollback(True)
