"""An account for one browser test: five people, and contacts as the test needs them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import uuid4

from django.contrib.auth.hashers import make_password

from contacts.models import Contact
from contacts_project.accounts.models import Account, User
from tests.factories import PASSWORD, AccountFactory, UserFactory
from tests.factories_contacts import ContactFactory, share

PEOPLE = {
    "owner": "Olive Bergstrom",
    "manager": "Mona Castell",
    "writer": "Wanda Dufour",
    "reader": "Rita Eklund",
    "outsider": "Otto Farkas",
}


@dataclass
class Team:
    account: Account
    owner: User
    manager: User
    writer: User
    reader: User
    outsider: User

    def contact(self, given_name: str = "Renee", family_name: str = "Martinez", **more: Any) -> Contact:
        """A contact of the owner's; `phone` and `email` add one each."""
        return ContactFactory(owner=self.owner, given_name=given_name, family_name=family_name, **more)

    def shared(self, *names: str, **more: Any) -> Contact:
        """A contact that manager, writer and reader hold at the level of their name."""
        contact = self.contact(*names, **more)
        for user, level in ((self.manager, "admin"), (self.writer, "write"), (self.reader, "read")):
            share(contact, user, level)
        return contact


@cache
def password() -> str:
    """The hash of everybody's password, computed once: it is slow on purpose."""
    return make_password(PASSWORD)


def make_team() -> Team:
    account = AccountFactory(name="Browser tests")
    people = {
        word: UserFactory(
            account=account, name=name, email=f"{word}.{uuid4().hex[:12]}@example.com", password=password()
        )
        for word, name in PEOPLE.items()
    }
    return Team(account, **people)


def at(contact: Contact, rest: str = "") -> str:
    """Address of a contact's page, such as at(contact, "notes/")."""
    return f"/contacts/{contact.pk}/{rest}"
