"""An account with departments for one browser test: who leads and works them, and contacts of each kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from contacts.models import Contact
from contacts_project.accounts.models import Account, User
from departments.models import Department
from tests.factories import AccountFactory, UserFactory
from tests.factories_contacts import ContactFactory
from tests.factories_departments import DepartmentFactory, department_contact, operate, shared_contact

from .team import password

PEOPLE = {
    "chief": "Carla Gable",
    "lead": "Lena Holm",
    "operator": "Omar Iversen",
    "other_lead": "Petra Jansen",
    "owner": "Olive Bergstrom",
    "colleague": "Cole Farkas",
}


@dataclass
class Office:
    """`chief` administers the account, `lead` Sales and `other_lead` Support; `operator` works Sales."""

    account: Account
    sales: Department
    support: Department
    chief: User
    lead: User
    operator: User
    other_lead: User
    owner: User
    colleague: User

    def department_contact(self, *departments: Department, **more: Any) -> Contact:
        """Dana Whitfield of these departments, of Sales unless said."""
        return department_contact(*(departments or (self.sales,)), **more)

    def shared(self, **more: Any) -> Contact:
        """Priya Raman of Sales; her original owner is `owner`."""
        return shared_contact(self.owner, self.sales, **more)

    def personal(self, given_name: str = "Renee", family_name: str = "Martinez", **more: Any) -> Contact:
        """A personal contact of `owner`."""
        return ContactFactory(owner=self.owner, given_name=given_name, family_name=family_name, **more)


def make_office() -> Office:
    account = AccountFactory(name="Browser tests")
    people = {
        word: UserFactory(
            account=account,
            name=name,
            email=f"{word.replace('_', '.')}.{uuid4().hex[:12]}@example.com",
            password=password(),
            is_account_admin=word == "chief",
        )
        for word, name in PEOPLE.items()
    }
    sales = DepartmentFactory(account=account, name="Sales", hue="indigo")
    support = DepartmentFactory(account=account, name="Support", hue="teal")
    operate(sales, people["lead"], admin=True)
    operate(sales, people["operator"])
    operate(support, people["other_lead"], admin=True)
    return Office(account, sales, support, **people)


def of(department: Department, rest: str = "") -> str:
    """Address of a department's page, such as of(sales, "operators/")."""
    return f"/departments/{department.pk}/{rest}"
