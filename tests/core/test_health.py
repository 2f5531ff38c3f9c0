"""/healthz: database, migrations, worker; anonymous."""

import datetime

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from contacts_project.core import health

pytestmark = pytest.mark.usefixtures("core_urls")


@pytest.fixture
def worker_seen(db):
    """A worker whose last heartbeat is `seconds` old."""

    def insert(seconds):
        at = timezone.now() - datetime.timedelta(seconds=seconds)
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)", [at])

    return insert


def test_all_well_is_200_for_anybody(client, worker_seen):
    worker_seen(1)
    response = client.get("/healthz")
    assert response.status_code == 200
    facts = response.json()
    assert 0 <= facts.pop("worker_heartbeat_seconds") < 30
    assert facts == {"ok": True, "database": "ok", "migrations": "ok", "worker": "ok"}


def test_no_worker_is_503(client, db):
    response = client.get("/healthz")
    assert (response.status_code, response.json()["worker"]) == (503, "none")


def test_a_silent_worker_is_503(client, worker_seen):
    worker_seen(600)
    response = client.get("/healthz")
    assert (response.status_code, response.json()["worker"]) == (503, "silent")


def test_a_missing_migration_is_503(client, db):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'contacts'")
    response = client.get("/healthz")
    assert (response.status_code, response.json()["migrations"]) == (503, "missing")


def test_an_unreachable_database_is_503(client, db, monkeypatch):
    def refuse():
        raise OperationalError("connection refused")

    with monkeypatch.context() as patch:
        patch.setattr(health.connection, "ensure_connection", refuse)
        response = client.get("/healthz")
    assert (response.status_code, response.json()["database"]) == (503, "unreachable")
