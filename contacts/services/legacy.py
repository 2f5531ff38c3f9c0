"""The only door for Shared Department Contacts: a migration of old data, and the undo of a conversion (product.md §2b).

The database refuses every other way of making one (`models.triggers.SHARED_BY_MIGRATION`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Lower

from contacts.imports.legacy import LegacyRow
from contacts.models import Contact, ContactEmail, ContactPhone, ContactRemark, DepartmentLink, JoinedContact, Kind
from contacts.models.triggers import LEGACY_SETTING
from contacts.signals import addresses_added
from contacts_project.accounts.models import User
from departments.models import Department


@contextmanager
def shared_contacts_allowed() -> Iterator[None]:
    """Inside, this transaction may make shared contacts, or make contacts shared again. Opens one if there is none.

    The setting is switched off at the end; where the block fails it goes with its savepoint.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, 'on', true)", [LEGACY_SETTING])
        yield
        cursor.execute("SELECT set_config(%s, 'off', true)", [LEGACY_SETTING])


@transaction.atomic
def import_shared(department: Department, rows: Iterable[LegacyRow]) -> tuple[list[int], int]:
    """Make a shared contact with a live link for each row that is not refused: (ids made, number already there).

    A row whose number or email its owner's contact of this department holds, or held before it was converted or
    joined, is there already; without an address the names are compared. About seven queries for each contact.
    """
    made: list[int] = []
    there = 0
    known: dict[int, set[str]] = {}
    for row in rows:
        if row.refusal or row.owner is None:
            continue
        if row.owner.pk not in known:
            known[row.owner.pk] = _held(department, row.owner)
        held = known[row.owner.pk]
        if held & set(row.addresses):
            there += 1
        else:
            made.append(_make(department, row))
            held.update(row.addresses)
    return made, there


def _held(department: Department, owner: User) -> set[str]:
    """Addresses and names of what was ever shared by `owner` in this department, wherever they stand now."""
    shared = _events(Contact).filter(owner_id=owner.pk, kind=Kind.SHARED).values("pgh_obj_id")
    linked = _events(DepartmentLink).filter(department_id=department.pk, contact_id__in=shared)
    ids = set(linked.values_list("contact_id", flat=True))
    ids |= set(JoinedContact.objects.filter(contact__in=ids).values_list("kept", flat=True))
    names = Contact.objects.filter(pk__in=ids).values_list("given_name", "family_name", "company")
    return {
        *ContactPhone.objects.filter(contact__in=ids).values_list("number", flat=True),
        *ContactEmail.objects.filter(contact__in=ids).values_list(Lower("address"), flat=True),
        *(" ".join(filter(None, row)).casefold() for row in names),
    }


def _events(model: Any) -> Any:
    """The history of a tracked model."""
    return model.pgh_event_model.objects


def _make(department: Department, row: LegacyRow) -> int:
    with shared_contacts_allowed():
        contact = Contact.objects.create(
            account=department.account, kind=Kind.SHARED, owner=row.owner, **dict(row.names)
        )
    if row.phone:
        ContactPhone.objects.create(contact=contact, number=row.phone.e164, extension=row.phone.extension)
    if row.email:
        ContactEmail.objects.create(contact=contact, address=row.email)
    ContactRemark.objects.bulk_create(
        ContactRemark(contact=contact, field=remark.field, value=remark.value, reason=remark.reason[:300])
        for remark in row.remarks
    )
    DepartmentLink.objects.create(contact=contact, department=department)
    addresses_added.send(sender=None, contact_ids=[contact.pk])
    return contact.pk
