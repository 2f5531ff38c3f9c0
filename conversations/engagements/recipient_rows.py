"""Lines of recipients for one reader: what is known of the person, the status, the reason or the reply.

Of somebody who is seen through a list only, a line says display name, primary phone and email and leads nowhere
(product.md §2c). Who may be named at all, `recipients` decides: ids come from there.
"""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from contacts import policy as contact_policy
from contacts.department_tags import Tags, department_tags
from contacts.models import Contact, ContactEmail, ContactPhone, ListItem
from contacts.models.contact import NAME_FIELDS, display_name
from contacts_project.accounts.models import User
from conversations.models import Interaction, InteractionContact
from conversations.visibility import interactions_visible_to
from conversations.words import preview_of
from conversations.zones import zones_of

from . import statuses
from .models import Engagement, Recipient
from .results import ledger_of
from .wording import look_of, moment_of, reason_of, status_of

FEWEST_DIGITS = 4  # of a number that is searched for (product.md §4)


@dataclass(frozen=True)
class Facts:
    """What is known to the reader of one person; `kind` is "" for who is seen through a list only."""

    name: str
    phone: str
    email: str
    kind: str = ""
    photo_digest: str = ""
    tags: Tags = ()

    @property
    def is_open(self) -> bool:
        """Whether the reader may open the contact."""
        return bool(self.kind)


@dataclass(frozen=True)
class Row:
    """A recipient as a line, for one reader. `note` is the reply, in quotes, or the reason."""

    pk: int
    contact: int
    facts: Facts
    recipient: Recipient
    address: str
    status: str
    look: str
    note: str
    at: datetime.datetime | None

    @property
    def name(self) -> str:
        return self.facts.name


def on_lists(ids: list[int], lists: list[int]) -> QuerySet[ListItem]:
    """Where these contacts (ids) stand on these lists."""
    return ListItem.objects.filter(list__any_of=lists, contact__any_of=ids).order_by()


def rows_of(user: User, engagement: Engagement, ids: list[int], lists: list[int], *, dressed: bool = True) -> list[Row]:
    """Lines of these contacts, whom the reader may see by name, in their order; `dressed` with tags and replies."""
    facts = _facts(user, ids, lists, with_tags=dressed)
    ledger = {row.contact_id: row for row in ledger_of(engagement).filter(contact__any_of=ids)}
    own = [ledger[pk] for pk in ids if pk in ledger and pk in facts]
    replies = replies_to(user, [row for row in own if facts[row.contact_id].is_open]) if dressed else {}
    held = [row.contact_id for row in own if row.status in statuses.WAITING and row.not_before]
    zones = zones_of(held) if held else {}
    return [
        _row(row, facts[row.contact_id], engagement.kind, replies.get(row.pk, ""), zones.get(row.contact_id, ""))
        for row in own
    ]


def _row(recipient: Recipient, facts: Facts, kind: str, reply: str, zone: str) -> Row:
    own = facts.email if kind == Engagement.Kind.EMAIL else facts.phone
    # An error is the provider's text and may name the address: for those who may open the contact.
    told = facts.is_open or recipient.status not in statuses.FAILURES
    return Row(
        pk=recipient.pk,
        contact=recipient.contact_id,
        facts=facts,
        recipient=recipient,
        address=(recipient.address if facts.is_open else "") or own,
        status=status_of(recipient),
        look=look_of(recipient),
        note=f"“{reply}”" if reply else (reason_of(recipient, kind, zone) if told else ""),
        at=moment_of(recipient),
    )


def _facts(user: User, ids: list[int], lists: list[int], *, with_tags: bool) -> dict[int, Facts]:
    """Contact id -> what `user` may know of it, for those whom he or she may see by name. One to five queries."""
    if not ids:
        return {}
    seen = contact_policy.visible_to(user).filter(pk__any_of=ids).order_by()
    values = seen.values("pk", "kind", "photo_digest", *NAME_FIELDS, **_primary("pk"))
    found = {value["pk"]: _facts_from(value) for value in values}
    if with_tags and found:
        tags = department_tags(user, [(pk, facts.kind) for pk, facts in found.items()])
        found = {pk: replace(facts, tags=tags.get(pk, ())) for pk, facts in found.items()}
    return found | facts_by_list([pk for pk in ids if pk not in found], lists)


def facts_by_list(ids: list[int], lists: list[int]) -> dict[int, Facts]:
    """What a list shows of these people: name, primary phone, primary email, and nothing else. One query or none."""
    if not ids or not lists:
        return {}
    listed = Contact.objects.filter(pk__in=on_lists(ids, lists).values("contact_id")).order_by()
    return {value["pk"]: _facts_from(value) for value in listed.values("pk", *NAME_FIELDS, **_primary("pk"))}


def _facts_from(value: dict[str, Any]) -> Facts:
    return Facts(
        name=display_name(value),
        phone=value["phone"] or "",
        email=value["email"] or "",
        kind=value.get("kind", ""),
        photo_digest=value.get("photo_digest", ""),
    )


def _primary(contact: str) -> dict[str, Subquery]:
    def first(rows: Any, column: str) -> Subquery:
        current = rows.filter(contact=OuterRef(contact), former_at__isnull=True)
        return Subquery(current.order_by("-is_primary", "pk").values(column)[:1])

    return {"phone": first(ContactPhone.objects, "number"), "email": first(ContactEmail.objects, "address")}


def matches(facts: Facts, q: str) -> bool:
    """Whether what is shown of somebody holds what was typed: every word of it, or the number."""
    typed, digits = _folded(q), _digits(q)
    if len(digits) >= FEWEST_DIGITS and digits in _digits(facts.phone):
        return True
    words = [word for text in (facts.name, facts.email) for word in _folded(text).split()]
    return all(any(known.startswith(word) for known in words) for word in typed.split())


def _folded(text: str) -> str:
    """Case and accents do not matter."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(sign))


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdecimal())


def replies_to(user: User, recipients: Iterable[Recipient]) -> dict[int, str]:
    """Recipient id -> the first thing that the person answered, in a few words, where `user` reads the line.

    The contacts must be ones that the reader sees: both are needed (seed S1). Two queries.
    """
    answered = [row.pk for row in recipients if row.interaction_id and (row.replied_at or row.unsubscribed_at)]
    if not answered:
        return {}
    replies = InteractionContact.objects.filter(
        at__gte=OuterRef("handed_over_at"),
        contact=OuterRef("contact"),
        is_current=True,
        interaction__conversation=OuterRef("interaction__conversation"),
        interaction__direction=Interaction.Direction.IN,
    )
    first = Subquery(replies.order_by("at", "interaction").values("interaction")[:1])
    rows = Recipient.objects.filter(pk__any_of=answered).annotate(reply=first).filter(reply__isnull=False)
    found = dict(rows.values_list("pk", "reply"))
    visible = interactions_visible_to(user).filter(pk__any_of=found.values()).in_bulk()
    return {pk: preview_of(visible[reply]) for pk, reply in found.items() if reply in visible}
