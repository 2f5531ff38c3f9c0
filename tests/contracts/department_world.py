"""The world of departments in which addresses are asked: one Department Contact, one shared, everybody's role.

KINDS, in order: a visitor, a deactivated Admin Operator, a colleague without access, somebody of another account, a
collaborator with Read, a Department Operator, an Admin Operator, the original owner of the shared contact, an operator
of another department, an account administrator without a role, platform staff.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from functools import partial

from django.utils import timezone

from contacts.models import AccessRequest, Block, Contact, Note
from tests.factories import AccountFactory, UserFactory
from tests.factories_contacts import share
from tests.factories_departments import DepartmentFactory, department_contact, link, operate, shared_contact

KINDS = (
    "anonymous", "inactive", "stranger", "other", "reader", "operator", "admin_operator", "owner", "elsewhere",
    "account_admin", "staff",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One address and method: `statuses` in the order of KINDS.

    `on` names the contact an address takes (contact or shared), `args` what it takes where that is not the contact:
    names of things of the world. `archived` archives the contact first.
    """

    name: str
    method: str
    statuses: str
    data: dict[str, str] = field(default_factory=dict)
    query: str = ""
    archived: bool = False
    on: str = "contact"
    args: tuple[str, ...] | None = None

    @property
    def id(self) -> str:
        on = f" {self.on}" if self.args is None else ""
        return (
            f"{self.method} {self.name}{on}{' archived' if self.archived else ''}{' ' + str(self.data or '')}".strip()
        )


def edited(contact: Contact) -> str:
    """Change a job title; what a restore calls that event."""
    Contact.objects.filter(pk=contact.pk).update(job_title="Manager")
    return f"contact:{contact.pgh_event_model.objects.filter(pgh_obj=contact).latest('pgh_id').pk}"  # type: ignore[attr-defined]


class World:
    """Everything that an address of departments may name; further things are added by the areas (see `things`)."""

    def __init__(self) -> None:
        self.account = account = AccountFactory()
        names = ("inactive", "stranger", "reader", "operator", "admin_operator", "owner", "elsewhere")
        self.people = {name: UserFactory(account=account, name=name.title()) for name in names}
        self.people |= {
            "other": UserFactory(),
            "account_admin": UserFactory(account=account, is_account_admin=True),
            "staff": UserFactory(account=None, is_staff=True),
        }
        self.newcomer = UserFactory(account=account)
        self.owner_of_shared = self.people["owner"]
        self.colleague = UserFactory(account=account)
        self.department = DepartmentFactory(account=account, name="Sales")
        self.elsewhere = DepartmentFactory(account=account, name="Support")
        operate(self.department, self.people["operator"])
        operate(self.department, self.people["admin_operator"], admin=True)
        operate(self.department, self.people["inactive"], admin=True)
        operate(self.department, self.colleague)
        operate(self.elsewhere, self.people["elsewhere"], admin=True)
        self.only_admin = self.people["elsewhere"]
        self.vacant = DepartmentFactory(account=account, name="Vacant")
        operate(self.vacant, self.people["admin_operator"], admin=True)
        self.contact = department_contact(self.department, phone="+12025550101")
        self.shared = shared_contact(self.people["owner"], self.department, phone="+12025550102")
        self.removed = department_contact(self.department, self.elsewhere, given_name="Removed")
        self.removed_link = link(self.removed, self.department, ended=True)
        for contact in (self.contact, self.shared):
            share(contact, self.people["reader"], "read")
        self.note = Note.objects.create(contact=self.contact, author=self.colleague, body="Prefers mornings")
        self.shared_note = Note.objects.create(contact=self.shared, author=self.colleague, body="Prefers mornings")
        self.blocks()
        self.requests()
        self.edits()
        self.people["inactive"].is_active = False
        self.people["inactive"].save()

    def blocks(self) -> None:
        """A block of the department, and one of the account, on addresses that nobody has."""
        common = {"account": self.account, "author": self.people["admin_operator"]}
        self.block = Block.objects.create(
            scope="department", department=self.department, address="+12025550177", **common
        )
        self.account_block = Block.objects.create(scope="account", address="robot@bulk.example", **common)

    def requests(self) -> None:
        """What a colleague who operates the department asks about its contacts, and a newcomer about access."""
        now = timezone.now()
        common = {"account": self.account, "asked_at": now, "expires_at": now + datetime.timedelta(days=14)}
        ask = partial(AccessRequest.objects.create, **common)
        self.access_asked = ask(user=self.newcomer, contact=self.contact, path=f"/contacts/{self.contact.pk}/")
        self.shared_asked = ask(user=self.newcomer, contact=self.shared, path=f"/contacts/{self.shared.pk}/")
        self.block_asked = ask(
            user=self.colleague, contact=self.contact, path=f"/contacts/{self.contact.pk}/", purpose="block",
            proposal={"reason": "Robot"},
        )  # fmt: skip
        self.suggestion = ask(
            user=self.colleague, contact=self.shared, path=f"/contacts/{self.shared.pk}/", purpose="suggestion",
            proposal={"attributes": {"company": "Bright Dental"}, "rows": {}, "before": {"company": ""}},
        )  # fmt: skip

    def edits(self) -> None:
        """A change of each contact that can be put back, as a restore names it."""
        self.event, self.shared_event = map(edited, (self.contact, self.shared))

    def argument(self, name: str) -> int:
        return getattr(self, name).pk

    def archive(self, row: Row) -> None:
        if row.archived:
            Contact.objects.filter(pk=self.argument(row.on)).update(archived_at=timezone.now())

    def arguments(self, row: Row) -> list[int]:
        return [self.argument(name) for name in (row.args if row.args is not None else (row.on,))]

    def fill(self, value: str) -> str:
        return value.format(
            contact=self.contact.pk,
            event=self.event,
            shared_event=self.shared_event,
            shared=self.shared.pk,
            department=self.department.pk,
            elsewhere=self.elsewhere.pk,
            newcomer=self.newcomer.pk,
            colleague=self.colleague.pk,
        )
