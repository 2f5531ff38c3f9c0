"""What every test shares: a database copied instead of migrated, fast passwords, static files by plain names."""

import gc
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections
from django.test import Client, TransactionTestCase, override_settings
from django.utils import timezone
from django.utils.crypto import get_random_string
from pytest_django.plugin import DjangoDbBlocker

from contacts_project.core import written

from . import emptying, migrated


def pytest_collection_finish() -> None:
    """Never look again for garbage in what stays: modules, classes and the tests themselves.

    Searching it after every 700 new objects takes a sixth of the time that rendering and querying take.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def emptied_row_by_row() -> Iterator[None]:
    """After a test that commits, every table is as migrating left it; those of the jobs too, which Django would forget.

    Django's own way takes most of a second: it makes new files for a hundred tables and fills two of them again.
    """

    def emptied(test: TransactionTestCase) -> None:
        emptying.empty()

    with mock.patch.object(TransactionTestCase, "_fixture_teardown", emptied):
        yield


@pytest.fixture(scope="session", autouse=True)
def signed_in_by_one_row() -> Iterator[None]:
    """`force_login` leaves what signing in does, a session of that person, in one statement instead of ten.

    The page of signing in has tests of its own.
    """

    def force_login(client: Client, user: Any, backend: str | None = None) -> None:
        store, key = SessionStore(), get_random_string(32, VALID_KEY_CHARS)
        data = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: backend or settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
        store.model(session_key=key, session_data=store.encode(data), expire_date=store.get_expiry_date()).save(
            force_insert=True
        )
        client.cookies[settings.SESSION_COOKIE_NAME] = key

    with mock.patch.object(Client, "force_login", force_login):
        yield


@pytest.fixture
def still_clock() -> Iterator[None]:
    """For looks at pages that are compared: they show hours and minutes, and a minute may end between the two."""
    with mock.patch("django.utils.timezone.now", return_value=timezone.now()):
        yield


@pytest.fixture
def write_anew() -> Iterator[Callable[[], None]]:
    """Call it after changing a constant that stands in SQL which is written once; all is written anew afterwards."""
    yield written.forget
    written.forget()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Each process copies the migrated database; what it lacks, such as a migration just written, is applied there."""
    with django_db_blocker.unblock():
        connections["default"].settings_dict["TEST"]["TEMPLATE"] = migrated.prepare()


@pytest.fixture(scope="session", autouse=True)
def quick_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Argon2 costs 50 ms a sign-in, and hashed names of static files need collectstatic first."""
    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        STORAGES={**settings.STORAGES, "staticfiles": static},
        STATIC_ROOT=tmp_path_factory.mktemp("static"),
        MEDIA_ROOT=tmp_path_factory.mktemp("media"),
    ):
        yield
