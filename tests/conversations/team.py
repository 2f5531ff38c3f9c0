"""A department at work, for the tests of conversations."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

from contacts.models import Contact
from contacts_project.accounts.models import User
from conversations.models import Interaction
from conversations.services.calls import Logged, log_call
from departments.models import Department
from tests.factories import AccountFactory, UserFactory
from tests.factories_contacts import ContactFactory
from tests.factories_departments import DepartmentFactory, operate

NUMBER = "+12025550142"
TYPED = "(202) 555-0142"
CALL = {"direction": "in", "number": TYPED, "outcome": "no answer", "note": ""}


class Team:
    """Sales and Support of one account in New York; an Admin Operator and an operator of Sales, one of Support."""

    def __init__(self) -> None:
        self.account = AccountFactory()
        self.sales = DepartmentFactory(account=self.account, name="Sales")
        self.support = DepartmentFactory(account=self.account, name="Support")
        self.leader, self.operator, self.supporter, self.owner, self.stranger = (
            UserFactory(account=self.account, name=name) for name in ("Lea", "Omar", "Sue", "Owen", "Stan")
        )
        operate(self.sales, self.leader, admin=True)
        operate(self.sales, self.operator)
        operate(self.support, self.supporter, admin=True)

    def mine(self, **fields: Any) -> Contact:
        """A personal contact of `owner`."""
        return ContactFactory(owner=self.owner, **fields)


def log(actor: User, contact: Contact | None = None, department: Department | None = None, **more: Any) -> Logged:
    facts = {"direction": "out", "at": timezone.now(), "outcome": "answered", **more}
    return log_call(actor, contact=contact, department=department, **facts)


def interaction(department: Department | None, *contacts: Contact, **fields: Any) -> Interaction:
    """A call logged by hand, written straight into the database."""
    account = department.account if department else contacts[0].account
    facts = {"account": account, "type": "call", "direction": "in", "at": timezone.now(), "is_by_hand": True}
    facts |= {"department": department, "arrived_without_contact": not contacts}
    row = Interaction.objects.create(**{**facts, **fields})
    row.contacts.set(contacts)
    return row


def ago(**span: float) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(**span)
