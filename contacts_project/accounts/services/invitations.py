"""Invitations: single-use, bound to one email address, kept as a hash, good for 72 hours (design/security.md 11).

Whether an address belongs to somebody in another account is never told: such an invitation goes out like any other
and fails, in neutral words, when it is accepted (product.md §1, nothing crosses accounts).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from contacts_project.core.emails import EmailImpossible, parse_email

from ..jobs import send_invitation
from ..links import hash_of, token_for
from ..models import Account, Invitation, User
from .members import EmailTaken, create_member

LASTS = datetime.timedelta(hours=72)
MOST_AT_ONCE = 20
# Begins at the beginning of a word only: else 20,000 letters without an @ take seconds.
ADDRESS = re.compile(r"(?<![^\s<>\"])[^\s<>\"]*@[^\s<>\"]*")


class InvitationGone(LookupError):
    """Unknown, used, withdrawn or ended: one answer for all four."""


class InvitationUnusable(ValueError):
    """It cannot become a user. The sentence does not say that the email is in use elsewhere."""

    def __init__(self) -> None:
        super().__init__("This invitation cannot be accepted with this email. Ask for one to another address.")


@dataclass(frozen=True)
class InviteResult:
    """What became of one address: `outcome` is invited, again, here or invalid; `sentence` says it to people."""

    email: str
    outcome: str
    sentence: str


def read_emails(text: str) -> list[str]:
    """Addresses out of a pasted list, in its order, each once; what has no @ stays as typed, to be named as invalid.

    Commas, semicolons, blanks and line ends separate; names may stand before an address, as in "Doe, Ann <a@b.c>".
    """
    found: list[str] = []
    for line in re.split(r"[\n\r;]+", text):
        chunks = [chunk.strip() for chunk in line.split(",")]
        for chunk, following in zip(chunks, [*chunks[1:], ""], strict=True):
            addresses = ADDRESS.findall(chunk)
            is_name = not addresses and "<" in following  # the first half of "Doe, Ann <a@b.c>"
            found += addresses or ([chunk] if chunk and not is_name else [])
    return list(dict.fromkeys(address.removeprefix("mailto:") for address in found))


@transaction.atomic
def invite_people(
    actor: User,
    *,
    emails: Iterable[str],
    address: str,
    is_account_admin: bool = False,
    is_compliance_admin: bool = False,
) -> list[InviteResult]:
    """Invite each of `emails` (as typed) into the actor's account; `address` is where the site stands.

    An open invitation to the same address is sent again with these roles. Locks the account row, so that two
    administrators pasting one list do not collide. The mails leave after the commit, by the worker.
    """
    assert actor.account_id
    account = Account.objects.select_for_update().get(pk=actor.account_id)
    roles = {"is_account_admin": is_account_admin, "is_compliance_admin": is_compliance_admin}
    results = []
    for typed in emails:
        try:
            email = parse_email(typed).lower()
        except EmailImpossible as error:
            results.append(InviteResult(typed[:254], "invalid", str(error)))
            continue
        results.append(_invite(actor, account, email, address, roles))
    return results


def _invite(actor: User, account: Account, email: str, address: str, roles: dict[str, bool]) -> InviteResult:
    user = User.objects.filter(account=account, email__iexact=email).first()
    if user:
        return InviteResult(email, "here", "Is here already." if user.is_active else "Is here already, deactivated.")
    invitation = Invitation.objects.filter(account=account, email__iexact=email, accepted_at__isnull=True).first()
    if invitation:
        for field, value in roles.items():
            setattr(invitation, field, value)
        _renew(invitation, address)
        return InviteResult(email, "again", "Was invited before. A new link was sent.")
    invitation = new_invitation(account, email, by=actor, **roles)
    invitation.save()
    send_invitation.defer(invitation_id=invitation.pk, address=address)
    return InviteResult(email, "invited", "Invited.")


def new_invitation(account: Account, email: str, *, by: User | None, **roles: bool) -> Invitation:
    """An unsaved invitation that ends in 72 hours."""
    invitation = Invitation(account=account, email=email, invited_by=by, expires_at=timezone.now() + LASTS, **roles)
    invitation.token_hash = hash_of(token_for(invitation))
    return invitation


def _renew(invitation: Invitation, address: str) -> None:
    invitation.expires_at = timezone.now() + LASTS
    invitation.token_hash = hash_of(token_for(invitation))
    invitation.save()
    send_invitation.defer(invitation_id=invitation.pk, address=address)


@transaction.atomic
def resend_invitation(actor: User, *, invitation: Invitation, address: str) -> None:
    """Send a new link for another 72 hours; the old link ends. Raises InvitationGone if it was accepted meanwhile."""
    locked = _locked(account=actor.account_id, pk=invitation.pk)
    _renew(locked, address)


@transaction.atomic
def withdraw_invitation(actor: User, *, invitation: Invitation) -> None:
    """End an open invitation of the actor's account. Raises InvitationGone if it was accepted meanwhile."""
    _locked(account=actor.account_id, pk=invitation.pk).delete()


def find_invitation(token: str) -> Invitation:
    """The open invitation behind `token`. Raises InvitationGone."""
    invitation = _open().filter(token_hash=hash_of(token)).select_related("account").first()
    if invitation is None:
        raise InvitationGone
    return invitation


@transaction.atomic
def accept_invitation(token: str, *, name: str, password: str) -> User:
    """Turn an invitation into a user with a verified primary email, once: the row is locked meanwhile.

    Raises InvitationGone, and InvitationUnusable where the email belongs to somebody.
    """
    invitation = _locked(expires_at__gt=timezone.now(), token_hash=hash_of(token))
    try:
        user = create_member(
            invitation.account,
            email=invitation.email,
            name=name,
            password=password,
            is_account_admin=invitation.is_account_admin,
            is_compliance_admin=invitation.is_compliance_admin,
        )
    except EmailTaken as error:
        raise InvitationUnusable from error
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    return user


def _open():
    return Invitation.objects.filter(accepted_at__isnull=True, expires_at__gt=timezone.now())


def _locked(**where) -> Invitation:
    invitation = Invitation.objects.select_for_update().filter(accepted_at__isnull=True, **where).first()
    if invitation is None:
        raise InvitationGone
    return invitation
