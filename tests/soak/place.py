"""Where the soak works: a cluster of its own with fsync on. Must be used before Django's settings are read."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg

from contacts_project import postgres

ROOT = Path(__file__).resolve().parent.parent.parent
NAME = "soak"
AS_CALLED = dict(os.environ)  # before this run's own settings are put there


def folder() -> Path:
    return Path(os.environ.get("PG_DIR") or ROOT / "var/pgsoak").resolve()


def prepare() -> None:
    """Start the cluster, make the database unless it is there, point Django at it. Each run has its own account."""
    host = postgres.ensure(folder(), os.environ.get("PG_OPTIONS", ""))
    with psycopg.connect(host=host, user=postgres.SUPERUSER, dbname="postgres", autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
            server.execute(f"CREATE DATABASE {NAME}")
    os.environ |= {
        "DATABASE_URL": f"postgres:///{NAME}?host={host}&user={postgres.SUPERUSER}",
        "DJANGO_SETTINGS_MODULE": "contacts_project.settings",
        "VAR_DIR": str(ROOT / "var/soak"),
        "LOG_LEVEL": "WARNING",
        # A worker that was killed is noticed in seconds, so that the soak does not take hours.
        "WORKER_HEARTBEAT": "1", "WORKER_STALLED": "4", "STALLED_JOBS_CRON": "* * * * * */3",
    }  # fmt: skip
    for name in ("DEBUG", "HTTPS"):
        os.environ.pop(name, None)


def restart_database(how: str) -> None:
    """Stop the server at once ("immediate", as a crash does) or in order ("fast"), and start it again."""
    data = folder()
    postgres._run("pg_ctl", "-D", data, "-m", how, "-w", "-t", 60, "stop")
    postgres._start(data, postgres._socket_folder(data), os.environ.get("PG_OPTIONS", ""))
