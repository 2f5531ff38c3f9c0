"""One department of Acme with a person for each relation to it, and somebody of another account."""

from __future__ import annotations

from dataclasses import dataclass

from django.test import Client

from contacts_project.accounts.models import User
from departments.models import Department, Operator
from tests.factories import AccountFactory, UserFactory
from tests.factories_departments import DepartmentFactory, operate

HTMX = {"HTTP_HX_REQUEST": "true"}


@dataclass
class Crew:
    sales: Department
    leader: User
    worker: User
    boss: User
    member: User
    stranger: User

    def client(self, who: str) -> Client:
        """A browser in which that person is signed in."""
        client = Client()
        client.force_login(getattr(self, who))
        return client

    def url(self, rest: str = "") -> str:
        return f"/departments/{self.sales.pk}/{rest}"

    def operator(self, who: str) -> Operator:
        return Operator.objects.get(department=self.sales, user=getattr(self, who))

    def roles(self) -> dict[str, str]:
        """Who operates the department, by name."""
        rows = Operator.objects.filter(department=self.sales).select_related("user")
        return {row.user.name: row.role for row in rows}


def make_crew() -> Crew:
    """leader (Admin Operator), worker (Department Operator), boss (account administrator without a role), member."""
    account = AccountFactory(name="Acme")
    people = {
        name: UserFactory(account=account, name=f"{name.title()} Person", email=f"{name}{account.pk}@acme.example")
        for name in ("leader", "worker", "boss", "member")
    }
    people["boss"].is_account_admin = True
    people["boss"].save()
    sales = DepartmentFactory(account=account, name="Sales", hue="indigo")
    operate(sales, people["leader"], admin=True)
    operate(sales, people["worker"])
    stranger = UserFactory(account=AccountFactory(name="Globex"), name="Stranger", is_account_admin=True)
    return Crew(sales, stranger=stranger, **people)
