"""The link out of an engagement's email: its token, its address, and what stands of it in each mail (product.md §10).

A token signs the id of a recipient and does not run out: who got the mail may leave whenever he or she finds it.
"""

from __future__ import annotations

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from .models import Recipient

SALT = "engagements.unsubscribe"
LONGEST = 200  # characters of a token; ours are shorter
FOOTER = "\n\nTo get no more of these emails, open {link}"


def link_for(recipient: Recipient) -> str:
    """The public address where this recipient leaves; "" where the site has no PUBLIC_ADDRESS, or nobody is meant.

    No query.
    """
    if not settings.PUBLIC_ADDRESS or recipient.pk is None:
        return ""
    return settings.PUBLIC_ADDRESS.rstrip("/") + reverse("engagements:unsubscribe", args=[token_for(recipient)])


def headers_for(recipient: Recipient) -> dict[str, str]:
    """What lets a mail program unsubscribe with one click (RFC 2369 §3.2, RFC 8058 §3.1); {} without a link."""
    link = link_for(recipient)
    if not link:
        return {}
    return {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def footer_for(recipient: Recipient) -> str:
    """What is appended to the text of the recipient's mail; "" without a link."""
    link = link_for(recipient)
    return FOOTER.format(link=link) if link else ""


def token_for(recipient: Recipient) -> str:
    """The signed id, as it stands in the address."""
    return Signer(salt=SALT).sign(str(recipient.pk))


def read_token(token: str) -> int | None:
    """The id of the recipient that we signed; None for anything else."""
    if len(token) > LONGEST or not token.isascii():
        return None
    try:
        text = Signer(salt=SALT).unsign(token)
    except BadSignature:
        return None
    return int(text) if text.isdigit() else None
