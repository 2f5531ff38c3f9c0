"""One list with people of each level, a contact that they see and one that only its keeper sees."""

from __future__ import annotations

from dataclasses import dataclass

from django.test import Client

from contacts.models import Contact, List, ListItem
from contacts_project.accounts.models import User
from tests.factories import AccountFactory, UserFactory
from tests.factories_contacts import ContactFactory, share
from tests.factories_engagements import ListFactory, put_on_list, share_list

NUMBER, HIDDEN_NUMBER = "+12025550142", "+12025550143"


@dataclass
class Room:
    list: List
    contact: Contact
    hidden: Contact
    item: ListItem
    hidden_item: ListItem
    owner: User
    writer: User
    reader: User
    outsider: User
    keeper: User
    stranger: User

    def client(self, who: str) -> Client:
        """A browser in which that person is signed in."""
        client = Client()
        client.force_login(getattr(self, who))
        return client

    def url(self, rest: str = "") -> str:
        return f"/lists/{self.list.pk}/{rest}"

    def on_list(self) -> set[int]:
        return set(self.list.items.values_list("contact", flat=True))


def make_room() -> Room:
    """owner (Admin), writer, reader of the list who see the contact on it; outsider, keeper; a stranger of another
    account."""
    account = AccountFactory()
    owner, writer, reader, outsider, keeper = (
        UserFactory(account=account, name=f"{word} Person", email=f"{word.lower()}{account.pk}@example.com")
        for word in ("Owner", "Writer", "Reader", "Outsider", "Keeper")
    )
    contact = ContactFactory(owner=owner, phone=NUMBER, email="renee@one.example")
    for user in (writer, reader):
        share(contact, user, "read")
    hidden = ContactFactory(
        owner=keeper, given_name="Hilda", family_name="Hidden", company="Secret Works", phone=HIDDEN_NUMBER
    )
    made = ListFactory(owner=owner, name="Bakeries")
    share_list(share_list(made, writer, "write"), reader, "read")
    item, hidden_item = put_on_list(made, contact), put_on_list(made, hidden)
    stranger = UserFactory(name="Stranger")
    return Room(made, contact, hidden, item, hidden_item, owner, writer, reader, outsider, keeper, stranger)


def texts(response) -> list[str]:
    """The messages that this answer has left."""
    return [str(message) for message in response.wsgi_request._messages]
