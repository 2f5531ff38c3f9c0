"""Leaving by the link of an email, and coming back by it (product.md §10, Opt-out).

The address leaves all email of the account, and the person the lists that the mail went to.
"""

from __future__ import annotations

from typing import Any

import pghistory
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Now

from contacts.models import ListItem
from conversations.engagements.models import Recipient
from conversations.models import OptOut
from conversations.services import opting

EMAIL = OptOut.Medium.EMAIL


def recipient_of(pk: int | None) -> Recipient | None:
    """The recipient of an email of this id, whose link it may be; None for none. One query."""
    rows = Recipient.objects.select_related("engagement__account").filter(engagement__kind="email")
    return rows.exclude(address="").filter(pk=pk).first() if pk else None


def has_left(recipient: Recipient) -> bool:
    """Whether the address gets no email of the account now. One query."""
    return opting.is_opted_out(recipient.engagement.account_id, EMAIL, recipient.address)


@transaction.atomic
def leave(recipient: Recipient) -> None:
    """No more email to this address; the recipient's first time is kept. Twice is once. One transaction."""
    with pghistory.context(source="link", recipient=recipient.pk):
        opting.opt_out(recipient.engagement.account_id, EMAIL, recipient.address, tells=False)
        _items(recipient).filter(is_subscribed=True).update(**_subscribed(False))
        Recipient.objects.filter(pk=recipient.pk).update(unsubscribed_at=Coalesce(F("unsubscribed_at"), Now()))


@transaction.atomic
def come_back(recipient: Recipient) -> None:
    """Email again, and on the lists that the mail went to. That there was an opt-out stays in the results.

    Lists that a colleague has taken the person off since stay as they are.
    """
    with pghistory.context(source="link", recipient=recipient.pk):
        opting.opt_in(recipient.engagement.account_id, EMAIL, recipient.address)
        left = _items(recipient).filter(is_subscribed=False, changed_by__isnull=True, changed_at__isnull=False)
        left.update(**_subscribed(True))


def _items(recipient: Recipient) -> QuerySet[ListItem]:
    """The person's items of the lists that the mail went to; of a record that was joined, those of the other one."""
    who = Q(contact=recipient.contact_id) | Q(contact__joined_into__contact=recipient.contact_id)
    lists = recipient.engagement.with_lists.filter(is_left_out=False).values("list")
    return ListItem.objects.filter(pk__in=ListItem.objects.filter(who, list__in=lists).values("pk"))


def _subscribed(value: bool) -> dict[str, Any]:
    return {"is_subscribed": value, "changed_at": Now(), "changed_by": None}
