"""Builds the data set of the benchmark and proves on a sample that it is what the product itself would have written.

User triggers and foreign keys rest while rows are loaded; copies (sort key, archived, owner) are written by the loading
SQL, search rows by the very function that the triggers call. `verify` then lets the triggers write a sample again and
compares. Edit history is left out: nothing that is measured reads it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import connection, transaction

SCRIPT = Path(__file__).with_name("dataset.sql")
VERSION = 2  # raise it when the rows change: a kept data set of another version is refused
TABLES = tuple(
    f"contacts_contact{part}" for part in ("", "email", "phone", "address", "tag", "userobjectpermission", "search")
) + ("contacts_note", "contacts_departmentlink")
SEQUENCED = tuple(table for table in TABLES if table != "contacts_contactsearch") + (
    "accounts_account",
    "accounts_user",
    "contacts_tag",
    "departments_department",
    "departments_operator",
)
CHUNK = 20_000
SAMPLE = 2_000
Say = Callable[[str], None]


def ensure(contacts: int, say: Say) -> None:
    """Bring the schema up to date and load the rows unless they are there. Raises SystemExit for another version."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_dataset (contacts int, version int)")
        cursor.execute("SELECT contacts, version FROM bench_dataset")
        found = cursor.fetchone()
    if found is None:
        build(contacts, say)
    elif found != (contacts, VERSION):
        raise SystemExit(f"The data set is of version {found[1]}, not {VERSION}: run again with --rebuild.")


def build(contacts: int, say: Say) -> None:
    """Load everything in the order of the script, then indexes, search rows, VACUUM; a few minutes per million."""
    begun = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off; SET work_mem = '256MB'")
        with without_indexes([table for table in TABLES if table != "contacts_contactsearch"], say):
            for name, sql in steps():
                say(f"{name} ({time.monotonic() - begun:.0f} s)")
                cursor.execute(sql, {"contacts": contacts})
        cursor.execute("ANALYZE")
        with without_indexes(["contacts_contactsearch"], say):
            say(f"search rows ({time.monotonic() - begun:.0f} s)")
            for first in range(1, contacts + 1001, CHUNK):
                chunk = "SELECT refresh_contact_search(ARRAY(SELECT generate_series(%s, %s)::bigint), false)"
                cursor.execute(chunk, [first, first + CHUNK - 1])
        for table in SEQUENCED:
            pk = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
            cursor.execute(pk)
        cursor.execute("RESET session_replication_role; RESET synchronous_commit")
        say(f"vacuum ({time.monotonic() - begun:.0f} s)")
        cursor.execute("VACUUM (FREEZE, ANALYZE)")
        verify()
        cursor.execute("INSERT INTO bench_dataset VALUES (%s, %s)", [contacts, VERSION])
    say(f"loaded in {time.monotonic() - begun:.0f} s")


def steps() -> Iterator[tuple[str, str]]:
    """(name, SQL) of the script's parts, in order."""
    _, *parts = re.split(r"^-- step: ", SCRIPT.read_text(), flags=re.MULTILINE)
    for part in parts:
        name, _, sql = part.partition("\n")
        yield name, sql


@contextmanager
def without_indexes(tables: list[str], say: Say) -> Iterator[None]:
    """Drop the indexes that no constraint needs, and make them again at the end: many times faster for bulk loads."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid = ANY(%s::regclass[])"
            " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)",
            [tables],
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield
        for name, definition in indexes:
            say(f"index {name}")
            cursor.execute(definition)


class Wrong(AssertionError):
    """The loaded rows are not what the product would have written."""


GRANTS = "contacts_contactuserobjectpermission"
# Each counts rows that the triggers write otherwise than the loading did; all on a sample of contacts.
AGAIN = f"""
CREATE TEMP TABLE sampled ON COMMIT DROP AS
  SELECT id FROM contacts_contact
   WHERE hashint8extended(id, 99) & 1023 < 1024 * %(sample)s / %(all)s + 1 LIMIT %(sample)s;
CREATE TEMP TABLE grants_before ON COMMIT DROP AS
  SELECT * FROM {GRANTS} WHERE content_object_id IN (SELECT id FROM sampled);
CREATE TEMP TABLE emails_before ON COMMIT DROP AS
  SELECT * FROM contacts_contactemail WHERE contact_id IN (SELECT id FROM sampled);
CREATE TEMP TABLE search_before ON COMMIT DROP AS
  SELECT * FROM contacts_contactsearch WHERE contact_id IN (SELECT id FROM sampled);
CREATE TEMP TABLE links_before ON COMMIT DROP AS
  SELECT * FROM contacts_departmentlink WHERE contact_id IN (SELECT id FROM sampled);
DELETE FROM contacts_departmentlink WHERE contact_id IN (SELECT id FROM sampled);
INSERT INTO contacts_departmentlink (id, contact_id, department_id, linked_at, ended_at)
  SELECT id, contact_id, department_id, linked_at, ended_at FROM links_before;
DELETE FROM {GRANTS} WHERE content_object_id IN (SELECT id FROM sampled);
INSERT INTO {GRANTS} (id, content_object_id, user_id, permission_id, granted_by_id, granted_at, until)
  SELECT id, content_object_id, user_id, permission_id, granted_by_id, granted_at, until FROM grants_before;
DELETE FROM contacts_contactsearch WHERE contact_id IN (SELECT id FROM sampled);
DELETE FROM contacts_contactemail WHERE contact_id IN (SELECT id FROM sampled);
INSERT INTO contacts_contactemail SELECT * FROM emails_before;
"""
DIFFERENCES = {
    "copies in grants": f"SELECT count(*) FROM grants_before b LEFT JOIN {GRANTS} a USING (id)"
    " WHERE (a.sort_key, a.archived, a.unnamed, a.is_owner) IS DISTINCT FROM"
    " (b.sort_key, b.archived, b.unnamed, b.is_owner)",
    "copies in links": "SELECT count(*) FROM links_before b LEFT JOIN contacts_departmentlink a USING (id)"
    " WHERE (a.sort_key, a.archived, a.unnamed, a.counts) IS DISTINCT FROM"
    " (b.sort_key, b.archived, b.unnamed, b.counts)",
    "search rows": "SELECT count(*) FROM search_before b FULL JOIN"
    " (SELECT * FROM contacts_contactsearch WHERE contact_id IN (SELECT id FROM sampled)) a USING (contact_id)"
    " WHERE a.document IS DISTINCT FROM b.document",
}


def verify() -> None:
    """Let the triggers write the sample's grants and search rows again, and compare. Raises Wrong; changes nothing."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM contacts_contact")
        cursor.execute(AGAIN, {"sample": SAMPLE, "all": max(SAMPLE, cursor.fetchone()[0])})
        cursor.execute(
            "SELECT (SELECT count(*) FROM grants_before), (SELECT count(*) FROM links_before),"
            " (SELECT count(*) FROM search_before)"
        )
        if not all(cursor.fetchone()):
            raise Wrong("nothing was sampled")
        for what, sql in DIFFERENCES.items():
            cursor.execute(sql)
            if wrong := cursor.fetchone()[0]:
                raise Wrong(f"{wrong} wrong {what}")
        transaction.set_rollback(True)
