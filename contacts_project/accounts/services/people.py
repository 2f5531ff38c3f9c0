"""Roles, deactivation and reactivation of the people in an account."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from ..models import Account, Invitation, User
from ..signals import user_deactivated
from . import notices


class PeopleError(ValueError):
    """A rule forbids the change; `str(error)` is the sentence for people."""


LAST_ADMIN = "An account keeps at least one account administrator. Make somebody else one first."
OWN_SIGN_IN = "You cannot deactivate yourself. Ask another account administrator."
NO_SUCCESSOR = "The successor must be another active person of this account."


@transaction.atomic
def set_roles(actor: User, *, user: User, is_account_admin: bool, is_compliance_admin: bool) -> User:
    """Give `user` exactly these roles. Raises PeopleError when nobody active would administer the account.

    Locks the account row, so that two administrators cannot unseat each other. `actor` is whoever decides it: an
    account administrator of the same account, or platform staff.
    """
    assert user.account_id
    _lock(user.account_id)
    if not is_account_admin and is_last_admin(user):
        raise PeopleError(LAST_ADMIN)
    user.is_account_admin, user.is_compliance_admin = is_account_admin, is_compliance_admin
    user.save(update_fields=["is_account_admin", "is_compliance_admin"])
    return user


@transaction.atomic
def deactivate_user(actor: User, *, user: User, successor: User) -> User:
    """End the sign-in and every session of `user` at once; `successor` takes over (product.md §2a, last Admin rule).

    Higher apps hand over what they own as receivers of `user_deactivated`, in this transaction. Roles and the
    invitations that are open end as well. Doing it twice changes nothing. Raises PeopleError. Locks the account row,
    then both users.
    """
    assert user.account_id
    _lock(user.account_id)
    people = {person.pk: person for person in User.objects.select_for_update().filter(pk__in=[user.pk, successor.pk])}
    user, successor = people[user.pk], people[successor.pk]
    if not user.is_active:
        return user
    if user.pk == actor.pk:
        raise PeopleError(OWN_SIGN_IN)
    if successor.pk == user.pk or not successor.is_active or successor.account_id != user.account_id:
        raise PeopleError(NO_SUCCESSOR)
    if is_last_admin(user):
        raise PeopleError(LAST_ADMIN)
    now = timezone.now()
    user.is_active = user.is_account_admin = user.is_compliance_admin = False
    user.deactivated_at = user.sessions_ended_at = now
    user.deactivated_by, user.successor = actor, successor
    user.save()
    Invitation.objects.filter(invited_by=user, accepted_at__isnull=True).delete()  # nobody comes in by a closed door
    notices.forget_all(user)
    user_deactivated.send(sender=User, user=user, successor=successor, actor=actor)
    return user


@transaction.atomic
def reactivate_user(actor: User, *, user: User) -> User:
    """Let a deactivated person sign in again, with the old password and nothing else: no role, grant or session."""
    user = User.objects.select_for_update().get(pk=user.pk, account=actor.account_id)
    if not user.is_active:
        user.is_active = True
        user.deactivated_at = user.deactivated_by = user.successor = None
        user.save(update_fields=["is_active", "deactivated_at", "deactivated_by", "successor"])
    return user


def is_last_admin(user: User) -> bool:
    """Whether `user` is the only active account administrator of the account. One query."""
    if not (user.is_active and user.is_account_admin):
        return False
    others = User.objects.filter(account=user.account_id, is_active=True, is_account_admin=True).exclude(pk=user.pk)
    return not others.exists()


def _lock(account_id: int) -> None:
    Account.objects.select_for_update().get(pk=account_id)
