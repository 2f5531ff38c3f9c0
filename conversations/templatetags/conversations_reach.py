"""What the head of a record calls and writes with: own lines where there are any, else the reader's own devices."""

from __future__ import annotations

from dataclasses import dataclass

from django import template
from django.db.models import Exists, F, Max, OuterRef, Subquery

from contacts.models import Contact
from contacts_project.accounts.models import User
from conversations.models import Channel, ChannelPreference, ConversationParty
from conversations.policy import usable
from conversations.services.dialling import makes_calls
from conversations.services.sending import types_of

register = template.Library()


@dataclass(frozen=True)
class Reach:
    """`line`: the id of the channel that calls, None for none; `writes`: whether a message can go to the contact."""

    line: int | None = None
    writes: bool = False


@register.simple_tag(takes_context=True)
def contact_reach(context: template.Context, contact: Contact) -> Reach:
    """For a contact whose phones and emails were prefetched. The line last used with it, else the reader's default,
    else the first by name. One query, none without an address or where the page knows (`own_lines`, in that order)."""
    user = context["request"].user
    has_phone = any(one.former_at is None for one in contact.phones.all())
    has_email = any(one.former_at is None for one in contact.emails.all())
    if not (has_phone or has_email):
        return Reach()
    channels = context.get("own_lines")
    if channels is None:
        channels = _by_use(user, contact)
    line = next((one.pk for one in channels if makes_calls(one)), None) if has_phone else None
    return Reach(line, any(_writes(one, has_phone=has_phone, has_email=has_email) for one in channels))


def _by_use(user: User, contact: Contact) -> list[Channel]:
    used = ConversationParty.objects.filter(channel=OuterRef("pk"), contact=contact).order_by().values("channel")
    own = ChannelPreference.objects.filter(user=user, channel=OuterRef("pk"))
    rows = usable(user, "send").annotate(used=Subquery(used.annotate(at=Max("last_at")).values("at")), own=Exists(own))
    return list(rows.order_by(F("used").desc(nulls_last=True), "-own", "label", "address", "pk"))


def _writes(channel: Channel, *, has_phone: bool, has_email: bool) -> bool:
    if channel.kind == Channel.Kind.CHAT:
        return False
    return bool(types_of(channel)) and (has_email if channel.kind == Channel.Kind.EMAIL else has_phone)
