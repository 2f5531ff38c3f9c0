"""What a line of blocks is called, and which blocks stand on a record."""

from __future__ import annotations

from django import template

from contacts.block_lines import BlockLine, lines_on

from .contacts import phone_text, region_of
from .contacts_followups import contact_words

register = template.Library()

UNSEEN = "A contact that is not shared with you"


@register.simple_tag(takes_context=True)
def block_title(context: template.Context, line: BlockLine) -> str:
    """The blocked address as people write it, or the blocked contact's name where the reader sees it."""
    address = line.block.address
    if address:
        return address if "@" in address else phone_text(address, "", region_of(context))
    return contact_words(context, line.contacts[0]) if line.contacts else UNSEEN


@register.simple_tag(takes_context=True)
def blocks_on_record(context: template.Context) -> list[BlockLine]:
    """The blocks on the record's contact that the reader may know, for banner and chip.

    No query where the record's facts say that there is none, else those of lines_on.
    """
    return lines_on(context["request"].user, context["contact"]) if context.get("is_blocked") else []
