"""The demo, loaded once for the tests of this folder: each takes back what it did to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.apps import apps
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from conversations.engagements.demo import loading
from conversations.engagements.demo.world import World


@dataclass
class Loaded:
    world: World
    before: dict[str, int]  # rows of every table when there was nothing


def counts() -> dict[str, int]:
    """Rows of every table, whoever's they are."""
    return {model._meta.label: model._default_manager.count() for model in apps.get_models() if model._meta.managed}


@pytest.fixture(scope="package")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Loaded]:
    """Each test's own transaction is inside this one, which is rolled back at the end of the folder."""
    with django_db_blocker.unblock(), transaction.atomic():
        before = counts()
        yield Loaded(loading.load(), before)
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def world(loaded: Loaded) -> World:
    """For every test of the folder, so that none finds it loaded or not by chance."""
    return loaded.world
