"""How calls that go on are shown: who rings, on which line, and the strip in which a call is finished."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from contacts.models import Contact
from contacts.templatetags.contacts import phone_text, region_of
from conversations.forms_calls import WrapUpForm
from conversations.models import Channel, Interaction
from conversations.ringing import ringing_for, to_wrap_up, unnamed_in
from conversations.services.people import UNKNOWN

register = template.Library()
WITHHELD = "Number withheld"
Status = Interaction.Status


@register.simple_tag(takes_context=True)
def caller_number(context: template.Context, call: Interaction) -> str:
    """The outside number as the reader's country writes it."""
    if call.outside_address in ("", UNKNOWN):
        return WITHHELD
    return phone_text(call.outside_address, region=region_of(context))


@register.filter
def ticking(seconds: int) -> str:
    """0:08, as the script goes on counting it."""
    return f"{seconds // 60}:{seconds % 60:02}"


@register.simple_tag(takes_context=True)
def line_name(context: template.Context, channel: Channel) -> str:
    """The label of one of our lines, or its number."""
    return channel.label or phone_text(channel.address, region=region_of(context))


@register.simple_tag
def open_address(call: Interaction, contact: Contact | None) -> str:
    """Where *Open* leads: the record of who rings, or the conversation with nobody known."""
    if contact:
        return reverse("contacts:contact-overview", args=[contact.pk])
    return reverse("conversations:conversation-detail", args=[call.conversation_id])


@register.inclusion_tag("conversations/_ringing_plain.html", takes_context=True)
def ringing(context: template.Context) -> dict[str, Any]:
    """What rings for the reader, for pages without script; one query where nothing does."""
    return {"rings": ringing_for(context["request"].user), "request": context["request"]}


@register.simple_tag(takes_context=True)
def wrap_up_facts(context: template.Context, call: Interaction, form: WrapUpForm | None = None) -> dict[str, Any]:
    """{form, names: whether a name can be given, more, next: address of the next call to finish, fresh: just taken}."""
    user = context["request"].user
    others = [one for one in to_wrap_up(user) if one.pk != call.pk]
    missed = call.status == Status.DONE and not call.is_answered
    return {
        "form": form or WrapUpForm(initial={"outcome": "no answer" if missed else "answered"}),
        "names": unnamed_in(user, call) is not None,
        "more": len(others),
        "next": reverse("conversations:conversation-detail", args=[others[0].conversation_id]) if others else "",
        "fresh": call.status in (Status.RINGING, Status.ACTIVE),
    }
