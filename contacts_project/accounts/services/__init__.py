"""Everything that changes accounts and the people in them."""

from .accounts import create_account
from .invitations import (
    InvitationGone,
    InvitationUnusable,
    InviteResult,
    accept_invitation,
    find_invitation,
    invite_people,
    read_emails,
    resend_invitation,
    withdraw_invitation,
)
from .members import EmailTaken, create_member, create_staff
from .people import PeopleError, deactivate_user, reactivate_user, set_roles

__all__ = [
    "EmailTaken",
    "InvitationGone",
    "InvitationUnusable",
    "InviteResult",
    "PeopleError",
    "accept_invitation",
    "create_account",
    "create_member",
    "create_staff",
    "deactivate_user",
    "find_invitation",
    "invite_people",
    "reactivate_user",
    "read_emails",
    "resend_invitation",
    "set_roles",
    "withdraw_invitation",
]
