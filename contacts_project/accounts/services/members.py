"""How people come to be. Every way in writes a verified primary email address (contract.md)."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from ..models import Account, User


class EmailTaken(ValueError):
    """Somebody, of this account or another, signs in with the email already."""

    def __init__(self, email: str) -> None:
        super().__init__(f"Somebody signs in with {email} already.")


def create_member(
    account: Account,
    *,
    email: str,
    password: str | None,
    name: str = "",
    is_account_admin: bool = False,
    is_compliance_admin: bool = False,
) -> User:
    """Make an active user of `account`. Raises EmailTaken. The password is not judged here: forms do that."""
    roles = {"is_account_admin": is_account_admin, "is_compliance_admin": is_compliance_admin}
    return _create(email, password, account=account, name=name, **roles)


def create_staff(email: str, *, password: str | None, is_superuser: bool = False) -> User:
    """Make a member of the platform staff, who belong to no account and open /admin/ only. Raises EmailTaken."""
    return _create(email, password, is_staff=True, is_superuser=is_superuser)


def _create(email: str, password: str | None, **fields) -> User:
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, password, **fields)
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    except IntegrityError as error:
        if User.objects.filter(email__iexact=email).exists():
            raise EmailTaken(email) from error
        raise
    return user
