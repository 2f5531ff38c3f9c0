"""Whom an interaction on a channel is with (product.md §2c, Interactions and people).

On a department's channel its service finds or makes the Department Contact (contacts.services.parties). Beside it, and
on every other channel, those who hold the address now take part: but only whom at least one reader of the channel can
read, so that no contact of a stranger to the channel ever hangs on its interactions.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from contacts import policy as contact_policy
from contacts.blocking import stands
from contacts.models import Block, Contact, ContactEmail, ContactPhone, DepartmentLink, Kind
from contacts.services.parties import EMAIL, MOST_PARTIES, PHONE, Party, record_interaction_party
from contacts_project.accounts.models import User
from contacts_project.core.emails import EmailImpossible, parse_email
from contacts_project.core.phones import PhoneImpossible, parse_phone
from conversations.models import Channel, ChatVisitor, InteractionContact
from conversations.policy import channels_with, readers_of

Effect = InteractionContact.Effect
UNKNOWN = "unknown"  # the outside address of callers who withhold their number
VISITOR = re.compile(r"visitor-(\d{1,18})")  # that of a visitor of a web chat: the id of its ChatVisitor


@dataclass(frozen=True)
class OutsideAddress:
    """An outside address in its one spelling. `kind` is phone or email, "" for one by which nobody can be found: a
    withheld number, a visitor of a chat who gave no email. `party` is the email of one who did: it says who that is,
    while the thread stays the visitor's own."""

    value: str
    kind: str = ""
    party: str = ""

    @property
    def key(self) -> str:
        """By which people are found, and blocked."""
        return self.party or self.value


@dataclass(frozen=True)
class People:
    """Whom an interaction carries. `effects`: contact id -> what it did to that contact (InteractionContact.Effect)."""

    contacts: tuple[Contact, ...] = ()
    effects: dict[int, str] = field(default_factory=dict)
    asks_who: bool = False
    blocked: bool = False
    party: Party | None = None


def read_outside(channel: Channel, text: str) -> OutsideAddress:
    """The outside address as people or machines write it, as a conversation of this channel stores it.

    A number or an email that cannot be read is kept as it came: nothing that arrives is lost. Empty is `UNKNOWN`.
    """
    text = " ".join(text.replace("\x00", "").split())[:254]
    if channel.kind == Channel.Kind.CHAT:
        return _in_chat(channel, text or UNKNOWN)
    try:
        if channel.kind == Channel.Kind.EMAIL:
            return OutsideAddress(parse_email(text).lower(), EMAIL)
        return OutsideAddress(parse_phone(text, channel.account.default_region, hints=False).e164, PHONE)
    except (PhoneImpossible, EmailImpossible):
        return OutsideAddress(text or UNKNOWN)


def find_people(
    channel: Channel,
    address: OutsideAddress,
    *,
    answered: bool,
    by: User | None,
    at: datetime.datetime,
    name_hint: str = "",
    makes: bool = True,
) -> People:
    """Whom an interaction on `channel` with `address` is with; a department's contact is made unless `makes` is off.

    `by` is the operator who made or took it. Inside a transaction; raises Refused as the department's service does.
    """
    if not address.kind:
        return People()
    if channel.department is None:
        holders = _readable(channel, _holders(channel, address))
        ids = [contact.pk for contact in holders]
        return People(holders, asks_who=len(holders) > 1, blocked=is_blocked_on(channel, address.key, ids))
    party = record_interaction_party(
        channel.department, address.key, kind=address.kind, answered=answered, by=by, at=at, name_hint=name_hint,
        makes=makes,
    )  # fmt: skip
    own = _readable(channel, _holders(channel, address, Q(contact__kind=Kind.PERSONAL)))
    return People((*party.contacts, *own), _effects(party), party.asks_who, party.blocked, party)


def is_blocked_on(channel: Channel, address: str, contacts: list[int] | None = None) -> bool:
    """Whether traffic of this channel with `address` is blocked (product.md §9): by the account, by the department,
    or, on other channels, by somebody who has Write on it. One query."""
    if channel.department_id:
        where = Q(department=channel.department_id)
    else:
        where = Q(scope=Block.Scope.LINES, author__in=writers_of(channel))
    return stands(channel.account, where, address, contacts or ())


def sees_any(actor: User, contacts: Iterable[Contact]) -> bool:
    """Whether the actor sees one of those it is with: else what he or she sends would vanish before his or her eyes."""
    ids = [contact.pk for contact in contacts]
    return bool(ids) and contact_policy.visible_to(actor).filter(pk__any_of=ids).exists()


def writers_of(channel: Channel) -> list[int]:
    """Ids of the people whose own lines this channel is one of: those who may send from it. A query for each reader."""
    return [reader.pk for reader in readers_of(channel) if channels_with(reader, "send").filter(pk=channel.pk).exists()]


def _in_chat(channel: Channel, text: str) -> OutsideAddress:
    """A visitor of the chat's page ("visitor-12") with the email that he or she gave; or somebody known by an email."""
    if visitor := VISITOR.fullmatch(text):
        email = ChatVisitor.objects.filter(channel=channel, pk=visitor.group(1)).values_list("email", flat=True).first()
        return OutsideAddress(text, EMAIL if email else "", email or "")
    try:
        return OutsideAddress(parse_email(text).lower(), EMAIL)
    except EmailImpossible:
        return OutsideAddress(text)


def _holders(channel: Channel, address: OutsideAddress, more: Q | None = None) -> list[Contact]:
    """Who has the address, current before former, live before archived; not who was joined into another record."""
    model = ContactEmail if address.kind == EMAIL else ContactPhone
    match = Q(address__lower=address.key.lower()) if address.kind == EMAIL else Q(number=address.key)
    rows: QuerySet = model.objects.filter(match, contact__account=channel.account_id, contact__joined__isnull=True)
    rows = rows.filter(more or Q()).select_related("contact").order_by("contact_id")[: 4 * MOST_PARTIES]
    found = list(rows)
    group = [row for row in found if row.former_at is None] or found
    group = [row for row in group if not row.contact.archived] or group
    return list({row.contact_id: row.contact for row in group}.values())


def _readable(channel: Channel, contacts: list[Contact]) -> tuple[Contact, ...]:
    """Those whom at least one reader of the channel can read. None asked without contacts, else a query per reader."""
    left = {contact.pk for contact in contacts}
    for reader in readers_of(channel) if left else ():
        left -= set(contact_policy.visible_to(reader).filter(pk__any_of=list(left)).values_list("pk", flat=True))
        if not left:
            break
    return tuple(contact for contact in contacts if contact.pk not in left)[:MOST_PARTIES]


def _effects(party: Party) -> dict[int, str]:
    made = DepartmentLink.objects.filter(pk__in=party.made).values_list("contact", flat=True) if party.made else ()
    effect = Effect.MADE if party.created else Effect.RESTORED if party.restored else Effect.LINKED
    return dict.fromkeys(made, effect)
