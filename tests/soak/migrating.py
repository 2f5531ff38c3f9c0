"""Migrations that run together (decision 26) against the same, one operation after the other: one schema."""

from __future__ import annotations

import argparse
import subprocess
import time
from unittest import mock

from django.core.management import call_command
from django.db import connection
from django.db.migrations import SeparateDatabaseAndState

from contacts_project import postgres
from contacts_project.core.together import Together
from tests.migrated import connected_to

from . import place
from .faults import Result
from .running import Product

ROWS = (
    "SELECT id, app_label, model FROM django_content_type ORDER BY id",
    "SELECT id, content_type_id, codename, name FROM auth_permission ORDER BY id",
    "SELECT app, name FROM django_migrations ORDER BY id",
)


def migrations(product: Product, options: argparse.Namespace) -> Result:
    """Migrate two empty databases, one each way; what pg_dump writes of them must be the same, and what is in them."""
    together, seconds = made("soak_together")
    one_by_one = {"state_forwards", "database_forwards"}
    with mock.patch.multiple(Together, **{name: getattr(SeparateDatabaseAndState, name) for name in one_by_one}):
        alone, longer = made("soak_alone")
    facts = {"lines": len(together), "seconds together": round(seconds), "one by one": round(longer)}
    return Result("migrations", together == alone, facts)


def made(name: str) -> tuple[list[object], float]:
    """Its schema, line by line, and the rows that migrations write; the seconds of processor time. Removed after."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name}")
    with connected_to(name):
        begun = time.process_time()
        call_command("migrate", verbosity=0)
        seconds = time.process_time() - begun
        found: list[object] = schema(name)
        for question in ROWS:
            with connection.cursor() as cursor:
                cursor.execute(question)
                found += cursor.fetchall()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name}")
    return found, seconds


def schema(name: str) -> list[str]:
    """What pg_dump writes of it, without the key that it draws anew each time."""
    program, host = postgres.binaries() / "pg_dump", postgres._socket_folder(place.folder())
    command = [program, "--schema-only", "-h", host, "-U", postgres.SUPERUSER, name]
    written = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [line for line in written.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]
