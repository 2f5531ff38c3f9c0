"""One personal contact and a person for each column of product.md §2a, with one of another account."""

from __future__ import annotations

from dataclasses import dataclass

from django.test import Client

from contacts.models import Contact, UndoStep
from contacts.services.undoing import undo
from contacts_project.accounts.models import User
from tests.factories import AccountFactory, UserFactory
from tests.factories_contacts import ContactFactory, share


@dataclass
class Crew:
    contact: Contact
    owner: User
    manager: User
    writer: User
    reader: User
    outsider: User
    stranger: User

    def client(self, who: str) -> Client:
        """A browser in which that person is signed in."""
        client = Client()
        client.force_login(getattr(self, who))
        return client

    def url(self, rest: str = "") -> str:
        return f"/contacts/{self.contact.pk}/{rest}"


def make_crew(**contact: object) -> Crew:
    """owner (Admin), manager (Admin), writer, reader, outsider (nothing) of one account; a stranger of another."""
    account = AccountFactory()
    owner, manager, writer, reader, outsider = (
        UserFactory(account=account, name=f"{word} Person", email=f"{word.lower()}{account.pk}@example.com")
        for word in ("Owner", "Manager", "Writer", "Reader", "Outsider")
    )
    made = ContactFactory(owner=owner, **contact)
    for user, level in ((manager, "admin"), (writer, "write"), (reader, "read")):
        share(made, user, level)
    return Crew(made, owner, manager, writer, reader, outsider, UserFactory(name="Stranger"))


def undo_last(user: User) -> tuple[str, str]:
    """Take back what the user's latest message offers to undo."""
    return undo(user, UndoStep.objects.filter(user=user, used_at=None).latest("created_at").token)
