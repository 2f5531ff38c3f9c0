"""Two departments with both kinds of operators, a contact that both work, and a shared one of Sales."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.test import Client

from contacts.models import Contact
from contacts_project.accounts.models import User
from departments.models import Department
from tests.factories import AccountFactory, UserFactory
from tests.factories_departments import DepartmentFactory, department_contact, operate, shared_contact

NUMBER, SHARED_NUMBER = "+12025550142", "+12025550143"


@dataclass
class Team:
    sales: Department
    support: Department
    lead: User  # Admin Operator of Sales
    operator: User  # Department Operator of Sales
    helper_lead: User  # Admin Operator of Support
    helper: User  # Department Operator of Support
    owner: User  # original owner of the shared contact
    admin: User  # account administrator, who operates nothing
    outsider: User
    contact: Contact  # Department Contact of Sales and Support
    shared: Contact  # Shared Department Contact of Sales

    def client(self, who: str) -> Client:
        """A browser in which that person is signed in."""
        client = Client()
        client.force_login(getattr(self, who))
        return client


def make_team() -> Team:
    account = AccountFactory()
    sales, support = (DepartmentFactory(account=account, name=name) for name in ("Sales", "Support"))
    names = ("lead", "operator", "helper_lead", "helper", "owner", "outsider")
    people = {name: UserFactory(account=account, name=f"{name.title()} Person") for name in names}
    people["admin"] = UserFactory(account=account, name="Account Admin", is_account_admin=True)
    operate(sales, people["lead"], admin=True)
    operate(sales, people["operator"])
    operate(support, people["helper_lead"], admin=True)
    operate(support, people["helper"])
    return Team(
        sales=sales,
        support=support,
        contact=department_contact(sales, support, phone=NUMBER, email="dana@site.example"),
        shared=shared_contact(people["owner"], sales, phone=SHARED_NUMBER),
        **people,
    )


def bytes_of(client: Client, *addresses: str) -> list[tuple]:
    """Status, headers and body of these pages and their fragments, without what differs between any two answers."""
    found = []
    for address in addresses:
        for headers in ({}, {"HX-Request": "true"}):
            answer = client.get(address, headers=headers)
            body = re.sub(r'name="(csrfmiddlewaretoken|once)" value="[^"]*"|"X-CSRFToken": ?"[^"]*"', "", answer.text)
            skipped = {"X-Request-ID", "Content-Length"}
            kept = sorted((name, value) for name, value in answer.headers.items() if name not in skipped)
            found.append((address, answer.status_code, kept, re.sub(r"csrf[^>]*", "", body, flags=re.IGNORECASE)))
    return found
