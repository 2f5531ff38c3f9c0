"""How an account comes to be: with an invitation for the person who will administer it."""

from __future__ import annotations

from django.db import transaction

from ..models import Account, Invitation, User
from .invitations import new_invitation
from .members import EmailTaken


@transaction.atomic
def create_account(name: str, *, admin_email: str, region: str = "US", zone: str = "America/New_York") -> Invitation:
    """Make an account and an invitation for its first account administrator; `invitation.account` is the account.

    Raises EmailTaken. Nothing is mailed: the caller shows the link.
    """
    if User.objects.filter(email__iexact=admin_email).exists():
        raise EmailTaken(admin_email)
    account = Account.objects.create(name=name, default_region=region, time_zone=zone)
    invitation = new_invitation(account, admin_email, by=None, is_account_admin=True)
    invitation.save()
    return invitation
