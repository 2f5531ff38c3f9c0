"""Accounts and people for tests. Everybody's password is `kithline-demo`, as in the demo."""

from __future__ import annotations

import factory
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from contacts_project.accounts.models import Account, User

PASSWORD = "kithline-demo"


class AccountFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Account

    name = factory.Sequence(lambda n: f"Account {n}")
    default_region = "US"
    time_zone = "America/New_York"


class UserFactory(factory.django.DjangoModelFactory):
    """A member of an account with a verified email; `staff=True` makes platform staff of no account."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        staff = factory.Trait(account=None, is_staff=True)
        admin = factory.Trait(is_account_admin=True)

    account = factory.SubFactory(AccountFactory)
    email = factory.Sequence(lambda n: f"person{n}@example.com")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.LazyFunction(lambda: make_password(PASSWORD))

    @factory.post_generation
    def verified_email(self, create: bool, extracted: bool | None, **_: object) -> None:
        if create and extracted is not False:
            EmailAddress.objects.create(user=self, email=self.email, verified=True, primary=True)
