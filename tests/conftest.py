"""What every test shares: a database copied instead of migrated, fast passwords, static files by plain names."""

import gc
from collections.abc import Callable, Iterator
from unittest import mock

import pytest
from django.conf import settings
from django.db import connections
from django.test import override_settings
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from contacts_project.core import written

from . import migrated


def pytest_collection_finish() -> None:
    """Never look again for garbage in what stays: modules, classes and the tests themselves.

    Searching it after every 700 new objects takes a sixth of the time that rendering and querying take.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(autouse=True)
def jobs_go_too(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A test that commits leaves no jobs behind: their tables are not Django's, which empties only its own."""
    yield
    mark = request.node.get_closest_marker("django_db")
    if mark and mark.kwargs.get("transaction"):
        with django_db_blocker.unblock(), connections["default"].cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_periodic_defers CASCADE")


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
