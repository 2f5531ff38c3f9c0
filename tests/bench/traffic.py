"""Conversations on top of the data set of contacts: loaded once, proven on a sample by the database's own rules."""

from __future__ import annotations

import re
import time
from pathlib import Path

from django.db import connection, transaction

from .dataset import Say, Wrong, without_indexes

SCRIPT = Path(__file__).with_name("traffic.sql")
VERSION = 2
TABLES = tuple(
    f"conversations_{name}"
    for name in ("conversation", "interaction", "interactioncontact", "conversationparty", "unread")
)
SAMPLE = 1_000


def ensure(contacts: int, say: Say) -> None:
    """Load the conversations unless they are there. Raises SystemExit for another version."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_traffic (version int)")
        cursor.execute("SELECT version FROM bench_traffic")
        found = cursor.fetchone()
    if found is None:
        _build(contacts, say)
    elif found[0] != VERSION:
        raise SystemExit(f"The conversations are of version {found[0]}, not {VERSION}: run again with --rebuild.")


def _build(contacts: int, say: Say) -> None:
    begun = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off; SET work_mem = '256MB'")
        with without_indexes(list(TABLES), say):
            _, *steps = re.split(r"^-- step: ", SCRIPT.read_text(), flags=re.MULTILINE)
            for step in steps:
                name, _, sql = step.partition("\n")
                say(f"{name} ({time.monotonic() - begun:.0f} s)")
                cursor.execute(sql, {"contacts": contacts})
        for table in (*TABLES, "conversations_channel", "conversations_channeluserobjectpermission"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        cursor.execute("RESET session_replication_role; RESET synchronous_commit; ANALYZE")
        for table in TABLES:
            cursor.execute(f"VACUUM (FREEZE, ANALYZE) {table}")
        _verify()
        cursor.execute("INSERT INTO bench_traffic VALUES (%s)", [VERSION])
    say(f"conversations loaded in {time.monotonic() - begun:.0f} s")


def _verify() -> None:
    """Let the triggers write the parties of a sample of threads again, and compare. Raises Wrong; changes nothing."""
    copies = "contact_id, last_interaction_id, last_at, last_in_at, last_type, last_direction"
    parties = f"SELECT {copies} FROM conversations_conversationparty"
    where = f"WHERE conversation_id <= {SAMPLE} ORDER BY conversation_id"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{parties} {where}")
        loaded = cursor.fetchall()
        cursor.execute(
            "UPDATE conversations_interaction SET at = at - interval '1 s' WHERE conversation_id <= %s", [SAMPLE]
        )
        cursor.execute(
            "UPDATE conversations_interaction SET at = at + interval '1 s' WHERE conversation_id <= %s", [SAMPLE]
        )
        cursor.execute(f"{parties} {where}")
        if not loaded or cursor.fetchall() != loaded:
            raise Wrong("parties of conversations")
        transaction.set_rollback(True)
