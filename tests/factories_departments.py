"""Departments, operators and the contacts that departments work, for tests."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any

import factory
from django.db import connection, transaction
from django.utils import timezone

from contacts.models import Contact, DepartmentLink, Kind
from contacts.models.triggers import LEGACY_SETTING
from contacts_project.accounts.models import User
from departments.models import Department, Operator

from .factories_contacts import EmailFactory, PhoneFactory


class DepartmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Department

    account = factory.SubFactory("tests.factories.AccountFactory")
    name = factory.Sequence(lambda n: f"Department {n}")
    hue = "teal"


def operate(department: Department, user: User, *, admin: bool = False) -> Operator:
    """Make `user` an operator of the department with exactly this role."""
    operator, _ = Operator.objects.update_or_create(department=department, user=user, defaults={"is_admin": admin})
    return operator


def link(contact: Contact, department: Department, *, ended: bool = False) -> DepartmentLink:
    when = timezone.now() if ended else None
    found, _ = DepartmentLink.objects.update_or_create(
        contact=contact, department=department, defaults={"ended_at": when}
    )
    return found


@contextmanager
def legacy_shared():
    """What only migrations of old data may do."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL {LEGACY_SETTING} = 'on'")
        yield
        cursor.execute(f"SET LOCAL {LEGACY_SETTING} = 'off'")


def department_contact(*departments: Department, phone: str = "", email: str = "", **fields: Any) -> Contact:
    """A Department Contact with a live link to each department."""
    names = {"given_name": "Dana", "family_name": "Whitfield"} if "awaits_name" not in fields else {}
    contact = Contact.objects.create(account=departments[0].account, kind=Kind.DEPARTMENT, **{**names, **fields})
    return _dressed(contact, departments, phone, email)


def shared_contact(owner: User, *departments: Department, phone: str = "", email: str = "", **fields: Any) -> Contact:
    """A Shared Department Contact of `owner` with a live link to each department."""
    names = {"given_name": "Priya", "family_name": "Raman"}
    with legacy_shared():
        contact = Contact.objects.create(account=owner.account, kind=Kind.SHARED, owner=owner, **{**names, **fields})
    return _dressed(contact, departments, phone, email)


def _dressed(contact: Contact, departments: tuple[Department, ...], phone: str, email: str) -> Contact:
    for department in departments:
        link(contact, department)
    if phone:
        PhoneFactory(contact=contact, number=phone)
    if email:
        EmailFactory(contact=contact, address=email)
    contact.refresh_from_db()
    return contact
