"""Two departments of one account with everybody's role, and contacts of the department kinds."""

from __future__ import annotations

from dataclasses import dataclass

from django.test import Client

from contacts import policy
from contacts.models import Contact
from contacts_project.accounts.models import User
from departments.models import Department
from tests.factories import AccountFactory, UserFactory
from tests.factories_contacts import share
from tests.factories_departments import DepartmentFactory, operate, shared_contact

NUMBER = "+12025550142"


@dataclass
class Office:
    """Sales with an Admin Operator and an operator, Support with an Admin Operator; a shared contact of `owner`."""

    sales: Department
    support: Department
    owner: User  # operates nothing
    admin: User
    operator: User
    helper: User  # Admin Operator of Support
    reader: User
    shared: Contact

    def client(self, who: str) -> Client:
        """A browser in which that person is signed in."""
        client = Client()
        client.force_login(getattr(self, who))
        return client

    def url(self, rest: str = "") -> str:
        return f"/contacts/{self.shared.pk}/{rest}"


def make_office() -> Office:
    account = AccountFactory()
    names = ("Olive", "Ada", "Op", "Hal", "Rita")
    owner, admin, operator, helper, reader = (UserFactory(account=account, name=name) for name in names)
    sales, support = (DepartmentFactory(account=account, name=name) for name in ("Sales", "Support"))
    operate(sales, admin, admin=True)
    operate(sales, operator)
    operate(support, helper, admin=True)
    shared = shared_contact(owner, sales, phone=NUMBER, email="priya@x.example")
    share(shared, reader, "read")
    return Office(sales, support, owner, admin, operator, helper, reader, shared)


def levels(contact: Contact) -> dict[str, str]:
    """Name -> level, through grants alone."""
    found = {}
    for holder in policy.holders(contact):
        granted = [reason.role for reason in holder.reasons if reason.role in ("read", "write", "admin")]
        if granted:
            found[holder.user.name] = granted[0]
    return found


def again(contact: Contact) -> Contact:
    """The contact as it stands now."""
    return Contact.objects.select_related("owner", "account").get(pk=contact.pk)
