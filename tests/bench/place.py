"""Where the benchmark works: a cluster of its own, with one database for each size of the data set.

Must be used before Django's settings are read. Settings of the server are those of a production server with enough
memory (design/datalayer.md): fsync stays on.
"""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
from psycopg import sql

from contacts_project import postgres

ROOT = Path(__file__).resolve().parent.parent.parent
OPTIONS = "-c shared_buffers=2GB -c random_page_cost=1.1 -c maintenance_work_mem=512MB -c max_wal_size=1GB"


def prepare(contacts: int, *, rebuild: bool) -> bool:
    """Start the cluster, make the database for this size and point Django at it. Says whether it is new."""
    folder = Path(os.environ.get("PG_DIR") or ROOT / "var/pgbench")
    host = postgres.ensure(folder, os.environ.get("PG_OPTIONS") or OPTIONS)
    name = f"bench_{contacts}"
    with psycopg.connect(host=host, user=postgres.SUPERUSER, dbname="postgres", autocommit=True) as server:
        if rebuild:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        known = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if not known:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    os.environ |= {
        "DATABASE_URL": f"postgres:///{name}?host={host}&user={postgres.SUPERUSER}",
        "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
        "VAR_DIR": str(ROOT / "var/bench"),
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
    }
    for name in ("DEBUG", "HTTPS"):
        os.environ.pop(name, None)
    return not known
