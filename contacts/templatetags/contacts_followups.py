"""Follow-ups on a contact's record, and how a contact is called and reached in a line of a list."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from contacts.forms.follow_ups import FollowUpForm
from contacts.models import Contact
from contacts.services import follow_ups as service
from contacts_project.accounts.colleagues import colleagues

from .contacts import NAMELESS, phone_text, region_of

register = template.Library()

MOST_PEOPLE = 100  # offered while typing; anybody else is named by email


@register.inclusion_tag("contacts/_follow_ups.html", takes_context=True)
def follow_ups(context: template.Context) -> dict[str, Any]:
    """The card on a record's overview: the reader's open follow-ups here and a form for the next one. One query.

    Names are not offered while typing here, where almost everybody means oneself; the form finds them when it is sent.
    """
    can_add = "follow_up" in context["actions"]
    rows = list(service.of_contact(context["request"].user, context["contact"])[: service.MOST_SHOWN])
    return {**_form(context, None, with_people=False), "rows": rows, "can_add": can_add, "day": timezone.localdate()}


@register.inclusion_tag("contacts/_follow_up_form.html", takes_context=True)
def follow_up_form(context: template.Context, contact: Contact, form: FollowUpForm) -> dict[str, Any]:
    """The form alone, with what was typed and what was wrong. One query."""
    return _form(context, form, with_people=True)


def _form(context: template.Context, form: FollowUpForm | None, *, with_people: bool) -> dict[str, Any]:
    user = context["request"].user
    typed = form.data.get("due", "") if form else timezone.localdate().isoformat()
    return {
        "request": context["request"],
        "csrf_token": context.get("csrf_token"),
        "user": user,
        "contact": context["contact"],
        "form": form,
        "due": typed,
        # Users' names are open to the whole account; who of them can see the contact is not told here.
        "people": colleagues(user).exclude(pk=user.pk)[:MOST_PEOPLE] if with_people else [],
    }


@register.simple_tag(takes_context=True)
def contact_words(context: template.Context, contact: Contact) -> str:
    """What a line calls a contact: its name, else its first number or email. Emails and phones are prefetched."""
    if contact.name:
        return contact.name
    number, email = _current(contact.phones.all()), _current(contact.emails.all())
    if number:
        return phone_text(number.number, number.extension, region_of(context))
    return email.address if email else NAMELESS


@register.simple_tag
def reach(contact: Contact) -> dict[str, str] | None:
    """How the contact is reached from a list: by a call, else by a mail, else not. Emails and phones are prefetched."""
    number, email = _current(contact.phones.all()), _current(contact.emails.all())
    if number:
        extension = f";ext={number.extension}" if number.extension else ""
        return {"address": f"tel:{number.number}{extension}", "verb": "Call", "icon": "phone"}
    return {"address": f"mailto:{email.address}", "verb": "Mail", "icon": "mail"} if email else None


def _current(parts: Any) -> Any:
    return next((part for part in parts if part.former_at is None), None)
