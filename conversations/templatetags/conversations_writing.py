"""The mark of who has opted out, for the head of a record."""

from __future__ import annotations

from django import template

from contacts.models import Contact
from conversations.models import OptOut

register = template.Library()
MEDIA = {OptOut.Medium.TEXT.value: "texts", OptOut.Medium.EMAIL.value: "email"}


@register.inclusion_tag("conversations/_opted_out_chip.html")
def opted_out_chip(contact: Contact) -> dict[str, str]:
    """The chip of a contact of whom a current number or email opted out. One query; both were prefetched."""
    phones = {one.number for one in contact.phones.all() if one.former_at is None}
    emails = {one.address.lower() for one in contact.emails.all() if one.former_at is None}
    if not phones | emails:
        return {"media": ""}
    rows = OptOut.objects.filter(account=contact.account_id, ended_at__isnull=True, address__in=phones | emails)
    found = set(rows.values_list("medium", flat=True))
    return {"media": " and ".join(words for medium, words in MEDIA.items() if medium in found)}
