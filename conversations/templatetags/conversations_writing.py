"""The mark of who has opted out, for the head of a record."""

from __future__ import annotations

from django import template

from contacts.models import Contact
from conversations.models import OptOut
from conversations.reaching import media_left

register = template.Library()
MEDIA = {OptOut.Medium.TEXT.value: "texts", OptOut.Medium.EMAIL.value: "email"}


@register.inclusion_tag("conversations/_opted_out_chip.html", takes_context=True)
def opted_out_chip(context: template.Context, contact: Contact) -> dict[str, str]:
    """The chip of a contact of whom a current number or email opted out. No query where the record's facts tell, else
    one at most; emails and phones were prefetched."""
    told = context.get("media_left")
    found = media_left(contact) if told is None else set(told)
    return {"media": " and ".join(words for medium, words in MEDIA.items() if medium in found)}
