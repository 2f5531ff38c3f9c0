"""The secret of an invitation and the address that carries it.

The database holds only a SHA-256 of the token. The token itself is an HMAC of what the invitation says under
SECRET_KEY, so the worker that mails it and the page that shows it for copying can make it again, and neither a job's
arguments nor a session ever hold it. Sending again moves `expires_at`, and with it the token: older links end.
"""

import datetime
import hashlib

from django.urls import reverse
from django.utils.crypto import salted_hmac

from .models import Invitation


def token_for(invitation: Invitation) -> str:
    """64 hexadecimal digits, 256 bits."""
    ends = invitation.expires_at.astimezone(datetime.UTC).isoformat()
    facts = f"{invitation.account_id}|{invitation.email.lower()}|{ends}"
    return salted_hmac("accounts.invitation", facts, algorithm="sha256").hexdigest()


def hash_of(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_to(invitation: Invitation, address: str) -> str:
    """The whole link, under `address` such as "https://kithline.example/"."""
    return address.rstrip("/") + reverse("accounts:invitation-accept", args=[token_for(invitation)])
