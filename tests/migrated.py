"""The migrated database of which every test database is a copy: migrating takes ten seconds, a copy a moment.

One for each state of the migrations, in the cluster of the tests; `python -m tests.migrated` makes it beforehand.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "test_migrated_"
ONE_AT_A_TIME = 7_203_115  # the advisory lock of whoever makes it


def prepare() -> str:
    """The name of the migrated database, made unless it is there. Safe to call from several processes at once."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.utils import DatabaseError

    name = PREFIX + fingerprint()
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])  # until this connection is closed
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        there = {found for (found,) in cursor.fetchall()}
        if name in there:
            return name
        for old in there:  # of other migrations, or left behind half-made
            with suppress(DatabaseError):
                cursor.execute(f"DROP DATABASE {connection.ops.quote_name(old)}")
        cursor.execute(f"CREATE DATABASE {name}_new")
        with connected_to(f"{name}_new"):
            call_command("migrate", verbosity=0, interactive=False)
        cursor.execute(f"ALTER DATABASE {name}_new RENAME TO {name}")
    return name


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """The default connection leads to another database of the same server."""
    from django.db import connection

    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


def fingerprint() -> str:
    """Changes with every migration of every app, and with all that they import of our own."""
    from django.apps import apps

    from contacts_project.core import together

    digest = hashlib.sha256(Path(together.__file__).read_bytes())
    for app in sorted(apps.get_app_configs(), key=lambda one: one.label):
        for file in sorted(Path(app.path, "migrations").glob("**/*")):
            if file.suffix in {".py", ".sql"}:
                digest.update(f"{app.label} {file.name}".encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contacts_project.settings")
    django.setup()
    prepare()
