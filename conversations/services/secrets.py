"""Keys with which phone systems sign what they post: made, shown once, retired (docs/webhooks.md)."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from contacts_project.accounts.models import Account, User
from contacts_project.accounts.policy import is_account_admin
from conversations.models import WebhookSecret

MOST_LIVE = 2  # the old one works until the phone system has the new one


class TooManySecrets(ValueError):
    """Two are live already; the text is for people."""

    def __init__(self) -> None:
        super().__init__("Two keys are in use. Retire one of them first.")


def live_secrets(actor: User) -> list[WebhookSecret]:
    """The keys in use of the actor's account, the newest first. One query."""
    rows = WebhookSecret.objects.filter(account=actor.account_id, retired_at__isnull=True)
    return list(rows.select_related("created_by").order_by("-pk"))


@transaction.atomic
def make_secret(actor: User) -> WebhookSecret:
    """Make a key for the account of `actor`. Raises TooManySecrets. The lock keeps two at once from being three."""
    assert is_account_admin(actor)
    assert actor.account_id
    account = Account.objects.select_for_update().get(pk=actor.account_id)
    if WebhookSecret.objects.filter(account=account, retired_at__isnull=True).count() >= MOST_LIVE:
        raise TooManySecrets
    return WebhookSecret.objects.create(account=account, secret=secrets.token_urlsafe(32), created_by=actor)


@transaction.atomic
def retire_secret(actor: User, pk: int) -> WebhookSecret:
    """From now on nothing signed with it is taken. Twice changes nothing. Raises Http404 for none of theirs."""
    secret = WebhookSecret.objects.select_for_update().filter(pk=pk, account=actor.account_id).first()
    if secret is None:
        raise Http404
    if secret.retired_at is None:
        secret.retired_at = timezone.now()
        secret.save(update_fields=["retired_at"])
    return secret
