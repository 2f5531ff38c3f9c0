"""Contacts for tests: each with its owner's Admin grant, as the product makes them."""

from __future__ import annotations

import datetime
from typing import Any

import factory

from contacts.models import Contact, ContactAddress, ContactEmail, ContactPhone, ContactUserObjectPermission, Note
from contacts_project.accounts import grants
from contacts_project.accounts.models import User


def share(contact: Contact, user: User, level: str | None, *, until: datetime.date | None = None) -> Contact:
    """Give `user` exactly this level ("read", "write", "admin"; None takes it away)."""
    by = contact.owner if contact.owner_id else None
    grants.set_level(ContactUserObjectPermission, [contact], [user], level, by=by, until=until)
    return contact


class ContactFactory(factory.django.DjangoModelFactory):
    """A personal contact. Its owner is a new person of a new account unless given; `phone` and `email` add one each."""

    class Meta:
        model = Contact
        skip_postgeneration_save = True

    owner = factory.SubFactory("tests.factories.UserFactory")
    account = factory.SelfAttribute("owner.account")
    created_by = factory.SelfAttribute("owner")
    given_name = "Renee"
    family_name = "Martinez"

    @factory.post_generation
    def grant(self, create: bool, extracted: Any, **_: Any) -> None:
        """The owner's Admin grant; `grant=False` leaves it out."""
        if create and extracted is not False and self.owner_id:
            share(self, self.owner, grants.Level.ADMIN)

    @factory.post_generation
    def phone(self, create: bool, extracted: str | None, **_: Any) -> None:
        if create and extracted:
            PhoneFactory(contact=self, number=extracted)

    @factory.post_generation
    def email(self, create: bool, extracted: str | None, **_: Any) -> None:
        if create and extracted:
            EmailFactory(contact=self, address=extracted)


class EmailFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ContactEmail

    contact = factory.SubFactory(ContactFactory)
    address = factory.Sequence(lambda n: f"person{n}@example.com")
    label = "Work"


class PhoneFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ContactPhone

    contact = factory.SubFactory(ContactFactory)
    number = factory.Sequence(lambda n: f"+1415555{n % 10_000:04}")
    label = "Mobile"


class AddressFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ContactAddress

    contact = factory.SubFactory(ContactFactory)
    street = "Pier 3, Suite 210"
    city = "San Francisco"
    region = "CA"
    postal_code = "94111"
    country = "US"
    label = "Work"


class NoteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Note

    contact = factory.SubFactory(ContactFactory)
    author = factory.SelfAttribute("contact.owner")
    body = factory.Sequence(lambda n: f"Note {n}")
