"""Cases that write: rename and archive in bulk. In an account of their own, whose rows are removed afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pghistory
from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat

from contacts.models import BulkAction, Contact, ContactUserObjectPermission, DepartmentLink, Kind
from contacts.services import archiving, bulk
from contacts_project.accounts import grants
from contacts_project.accounts.models import User
from departments.models import Department, Operator

from . import readers
from .figures import Row, server_processor

CONTACTS = 10_000
TARGET = 0.4  # milliseconds for each contact
OF_ACCOUNT = "(SELECT id FROM contacts_contact WHERE account_id = %(account)s)"


def cases() -> Iterator[Row]:
    user = readers.reader(readers.WRITER)
    with account_to_write_in(user):
        with transaction.atomic(), pghistory.context(user=user.pk, source="command"):
            ids = make(user, CONTACTS)
        renamed = {"family_name": Concat(F("family_name"), Value("x")), "version": F("version") + 1}
        live = Contact.objects.filter(pk__any_of=ids)
        yield each("rename in bulk, 3 grants each", user, lambda: live.update(**renamed), TARGET)
        yield each("archive in bulk, 3 grants each", user, lambda: archiving.archive(user, ids), TARGET)
        yield each("unarchive in bulk, 3 grants each", user, lambda: archiving.unarchive(user, ids), TARGET)
        yield each("archive as a bulk action with its outcomes", user, lambda: archive_as_action(user, ids), None)
    with account_to_write_in(user):
        with transaction.atomic(), pghistory.context(user=user.pk, source="command"):
            ids = make_for_department(user, CONTACTS)
        live = Contact.objects.filter(pk__any_of=ids)
        yield each("rename in bulk, link and Write grant", user, lambda: live.update(**renamed), TARGET)
        yield each("delete a department's in bulk, with their links", user, lambda: archiving.archive(user, ids), None)
        yield each("unarchive a department's in bulk", user, lambda: archiving.unarchive(user, ids), None)


def make_for_department(user: User, number: int) -> list[int]:
    """Contacts of a department that the user administers, with its link and a Write grant each (two rows)."""
    department = Department.objects.create(account=user.account, name="Writes")
    Operator.objects.create(department=department, user=user, is_admin=True)
    rows = [
        Contact(account=user.account, kind=Kind.DEPARTMENT, given_name="Renee", family_name=f"Martinez {n}")
        for n in range(number)
    ]
    made = Contact.objects.bulk_create(rows, batch_size=5000)
    DepartmentLink.objects.bulk_create(
        [DepartmentLink(contact=contact, department=department) for contact in made], batch_size=5000
    )
    grants.set_level(ContactUserObjectPermission, made, [user], grants.Level.WRITE, by=user)
    analyze()
    return [contact.pk for contact in made]


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE contacts_contact, contacts_contactuserobjectpermission,"
            " contacts_departmentlink, departments_operator"
        )


def make(user: User, number: int) -> list[int]:
    """Contacts of the user's own with the owner's three grant rows, by the product's ways."""
    rows = [
        Contact(account=user.account, owner=user, created_by=user, given_name="Renee", family_name=f"Martinez {n}")
        for n in range(number)
    ]
    made = Contact.objects.bulk_create(rows, batch_size=5000)
    grants.set_level(ContactUserObjectPermission, made, [user], grants.Level.ADMIN, by=user)
    analyze()
    return [contact.pk for contact in made]


def each(case: str, user: User, work: Callable[[], object], target: float | None) -> Row:
    """Milliseconds of `work` for each contact, in one transaction with its history, commit included."""
    begun, busy = time.perf_counter(), time.process_time() * 1000 + server_processor()
    with transaction.atomic(), pghistory.context(user=user.pk, source="page"):
        work()
    took = (time.perf_counter() - begun) * 1000
    busy = time.process_time() * 1000 + server_processor() - busy
    detail = f"{took / 1000:.2f} s for {CONTACTS:,}; {busy / CONTACTS:.2f} ms of processor each"
    return Row(case, took / CONTACTS, target, "ms each", detail=detail)


def archive_as_action(user: User, ids: list[int]) -> None:
    action = BulkAction.objects.create(
        account=user.account, user=user, action=BulkAction.Action.ARCHIVE, selection={"ids": ids}
    )
    bulk.run(action)


@contextmanager
def account_to_write_in(user: User) -> Iterator[None]:
    """Remove what the writer's account holds, before (after a run that was broken off) and after."""
    empty(user)
    try:
        yield
    finally:
        empty(user)


def empty(user: User) -> None:
    """Delete every row that hangs on the account's contacts or the user, triggers at rest, and tidy up."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, a.attname, confrelid::regclass::text FROM pg_constraint"
            " JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = conkey[1] WHERE contype = 'f'"
            " AND confrelid = ANY(ARRAY['contacts_contact', 'contacts_import', 'contacts_bulkaction']::regclass[])"
            " AND conrelid::regclass::text NOT IN ('contacts_contact', 'contacts_import', 'contacts_bulkaction')"
        )
        hanging = cursor.fetchall()
        own = {
            "contacts_contact": OF_ACCOUNT,
            "contacts_import": "(SELECT id FROM contacts_import WHERE account_id = %(account)s)",
            "contacts_bulkaction": "(SELECT id FROM contacts_bulkaction WHERE account_id = %(account)s)",
        }
        account = {"account": user.account_id}
        cursor.execute("SELECT EXISTS (SELECT FROM contacts_contact WHERE account_id = %(account)s)", account)
        if not cursor.fetchone()[0]:
            return
        departments = "(SELECT id FROM departments_department WHERE account_id = %(account)s)"
        cursor.execute("SET session_replication_role = replica")
        for table, column, parent in hanging:
            cursor.execute(f"DELETE FROM {table} WHERE {column} IN {own[parent]}", account)
        cursor.execute(f"DELETE FROM contacts_contactsearch WHERE contact_id IN {OF_ACCOUNT}", account)
        cursor.execute(f"DELETE FROM departments_operator WHERE department_id IN {departments}", account)
        for table in (*own, "departments_department"):
            cursor.execute(f"DELETE FROM {table} WHERE account_id = %(account)s", account)
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r'"
            " AND (relname LIKE 'contacts\\_%event' OR relname LIKE 'departments\\_%event')"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"TRUNCATE {table}")
        cursor.execute("RESET session_replication_role")
        cursor.execute("VACUUM (ANALYZE)")
