"""How a contact is shown: its name when it has none, phone numbers, countries, its clock, its picture.

Knows no access rule and reads nothing from the database: what it shows was fetched by the view.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from contacts.models import Contact, ContactAddress, ContactEmail, ContactOtherField, ContactPhone, ContactWebsite
from contacts_project.core import countries, phones
from contacts_project.core.templatetags.kithline import avatar

register = template.Library()

NAMELESS = "No name"
FIELDS = {
    ContactEmail: "email",
    ContactPhone: "phone",
    ContactAddress: "address",
    ContactWebsite: "website",
    ContactOtherField: "other",
}
LONGEST_CALL = 24  # "9:54 am for Renee": a longer word says nothing more there


def region_of(context: template.Context) -> str:
    """The country whose numbers the reader sees in national form: the account's."""
    account = getattr(getattr(context.get("request"), "user", None), "account", None)
    return account.default_region if account else "US"


def phone_text(number: str, extension: str = "", region: str = "US") -> str:
    """ "(415) 555-0160 ext. 4": national at home, international abroad."""
    text = phones.format_national(number, region)
    return f"{text} ext. {extension}" if extension else text


@register.simple_tag(takes_context=True)
def phone(context: template.Context, number: str, extension: str = "") -> str:
    """A stored number (E.164) as the reader's country writes it, kept from mixing with text around it."""
    return format_html('<bdi class="nowrap">{}</bdi>', phone_text(number, extension, region_of(context)))


@register.simple_tag(takes_context=True)
def contact_title(context: template.Context, contact: Contact | None = None) -> str:
    """The contact's name; without one its primary phone, email, or "No name".

    Looks for `primary_phone` and `primary_email` in the context (see `record.record_context`).
    """
    contact = contact or context["contact"]
    if contact.name:
        return contact.name
    number, email = context.get("primary_phone"), context.get("primary_email")
    if number:
        return phone_text(number.number, number.extension, region_of(context))
    return email.address if email else NAMELESS


@register.simple_tag
def contact_face(contact: Contact, size: str = "") -> str:
    """The contact's photo, or its initials, as a round picture of size s, m or l."""
    if not contact.photo_digest:
        return avatar(contact.name, contact.pk, size)
    address = f"{reverse('contacts:contact-photo', args=[contact.pk])}?v={contact.photo_digest}"
    return format_html('<img class="{}" src="{}" alt="" width="56" height="56">', f"k-av {size}".strip(), address)


@register.filter
def first_name(contact: Contact) -> str:
    """What to call the contact in a sentence: given name, else nickname; "" when neither is known."""
    return (contact.given_name or contact.nickname)[:LONGEST_CALL].strip()


@register.simple_tag(takes_context=True)
def postal(context: template.Context, address: ContactAddress) -> str:
    """A postal address on one line, "Pier 3, Suite 210, San Francisco, CA 94111"; the reader's own country left out."""
    return postal_text(address, region_of(context))


def postal_text(address: Any, home: str) -> str:
    """The same for anything with an address's columns; `home` is the country to leave out."""
    street = ", ".join(line.strip() for line in address.street.splitlines() if line.strip())
    place = " ".join(filter(None, [address.region, address.postal_code]))
    abroad = address.country if address.country != home else ""
    parts = [street, address.city, place, countries.country_name(abroad) or abroad]
    return ", ".join(filter(None, parts)) or countries.country_name(address.country) or address.country


def zone_of(contact: Contact, primary_phone: Any) -> tuple[str, bool]:
    """The contact's time zone and whether it comes from the primary phone (product.md §3); "" when unknown."""
    if contact.time_zone:
        return contact.time_zone, False
    derived = phones.time_zone_of(primary_phone.number) if primary_phone else None
    return derived or "", bool(derived)


def zone_city(name: str) -> str:
    """ "Los Angeles" out of "America/Los_Angeles"."""
    return name.rpartition("/")[2].replace("_", " ")


@register.simple_tag
def contact_zone(contact: Contact, primary_phone: Any = None) -> dict[str, Any]:
    """{name, city, derived} of the contact's time zone; name is "" when unknown."""
    name, derived = zone_of(contact, primary_phone)
    return {"name": name, "city": zone_city(name), "derived": derived}


@register.simple_tag
def local_time(contact: Contact, primary_phone: Any = None) -> str:
    """The time now where the contact is, "9:54 am"; "" when the zone is unknown."""
    name, _ = zone_of(contact, primary_phone)
    try:
        now = timezone.now().astimezone(zoneinfo.ZoneInfo(name))
    except (KeyError, ValueError, OSError):
        return ""
    return clock(now)


def clock(moment: dt.datetime) -> str:
    """9:54 am; 12:05 pm."""
    return f"{moment.hour % 12 or 12}:{moment.minute:02} {'am' if moment.hour < 12 else 'pm'}"


@register.filter
def website_href(url: str) -> str:
    """An address that is safe to link: http or https only; a bare domain gets https. "" for anything else."""
    low = url.strip().lower()
    if low.startswith(("http://", "https://")):
        return url.strip()
    return "" if ":" in low.split("/")[0] or " " in low else f"https://{url.strip()}"


@register.filter
def item(mapping: dict[Any, Any], key: Any) -> Any:
    """The value at a key that is not known when the template is written; None when there is none."""
    return mapping.get(key) if mapping else None


@register.filter
def edit_field(row: Any) -> str:
    """How ?field= of the edit address names one row: "phone-12"."""
    return f"{FIELDS[type(row)]}-{row.pk}"
