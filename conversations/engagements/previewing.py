"""What a draft says to one of the people on its lists, for somebody who may see them there (product.md §10).

A list shows names to its readers and no more (product.md §2c): of people whose record the reader may not open, the
other merge fields stay unfilled here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import QuerySet

from contacts import list_policy
from contacts import policy as contact_policy
from contacts.models import Contact, List, ListItem
from contacts_project.accounts.models import User
from conversations import merging
from conversations import policy as channel_policy
from conversations.reaching import address_text

from . import policy
from .models import Engagement
from .writing import FALLBACKS, Length, fields_used, greeted_without_name, length_of, own_values, values_for

MOST_PEOPLE = 20
FROM_LISTS = 3  # lists whose first people are offered
NOBODY = "nobody"  # ?contact= for somebody without a name
OF_LIST = frozenset({"given-name", "family-name", "full-name"})


@dataclass(frozen=True)
class Person:
    """Somebody to preview: `key` is what `?contact=` takes."""

    key: str
    name: str


@dataclass
class Preview:
    """`missing`: labels of fields that are empty for the person, who therefore gets nothing. `own`: from which
    address."""

    people: list[Person] = field(default_factory=list)
    chosen: str = NOBODY
    subject: str = ""
    body: str = ""
    own: str = ""
    length: Length | None = None
    missing: tuple[str, ...] = ()
    unknown: str = ""


def preview_of(user: User, engagement: Engagement, wanted: str = "") -> Preview:
    """The preview for `wanted` (a contact's id, or NOBODY); anything else is the first of the people. Five queries."""
    people = people_on(user, engagement)
    names = {str(one.pk): one for one in people}
    chosen = wanted if wanted in names or wanted == NOBODY else next(iter(names), NOBODY)
    preview = Preview(
        people=[*(Person(key, one.name or "No name") for key, one in names.items()),
                Person(NOBODY, "Someone without a name")],
        chosen=chosen,
        own=line_seen(user, engagement),
    )  # fmt: skip
    contact = names.get(chosen)
    _write(user, engagement, contact, preview)
    return preview


def people_on(user: User, engagement: Engagement) -> list[Contact]:
    """The first people of its lists, as far as `user` sees these lists; archived ones left out. Two queries or more."""
    found: dict[int, Contact] = {}
    for one in lists_seen(user, engagement).order_by("pk")[:FROM_LISTS]:
        rows = ListItem.objects.filter(list=one, archived=False).order_by("sort_key", "contact")
        for item in rows.select_related("contact")[:MOST_PEOPLE]:
            found.setdefault(item.contact_id, item.contact)
    return list(found.values())[:MOST_PEOPLE]


def lists_seen(user: User, engagement: Engagement, *, left_out: bool = False) -> QuerySet[List]:
    """The lists that it goes to (or leaves out), as far as `user` sees them."""
    rows = engagement.with_lists.filter(is_left_out=left_out).order_by().values("list")
    return list_policy.visible_to(user).filter(pk__in=rows)


def without_name(user: User, engagement: Engagement) -> int:
    """How many on the lists that `user` sees read "Hi there", where the text greets by name; each counted once."""
    if "given-name" not in fields_used(engagement):
        return 0
    lists = lists_seen(user, engagement).order_by().values("pk")
    rows = ListItem.objects.filter(greeted_without_name("contact__"), list__in=lists, archived=False)
    return rows.values("contact").distinct().count()


def values_seen(user: User, contact: Contact | None) -> dict[str, str]:
    """The values that `user` may see of this person on a list; "[company]" for what stands in the record only."""
    if contact is None:
        return {}
    values = dict(values_for(contact))
    if not contact_policy.visible_to(user).filter(pk=contact.pk).exists():
        values |= {name: f"[{merging.LABELS[name].lower()}]" for name in values if name not in OF_LIST}
    return values


def _write(user: User, engagement: Engagement, contact: Contact | None, preview: Preview) -> None:
    values = {**values_seen(user, contact), **own_values(engagement.author)}
    used = fields_used(engagement)
    preview.unknown = next((name for name in sorted(used) if name not in merging.LABELS), "")
    needed = sorted(used - FALLBACKS.keys() - {preview.unknown})
    preview.missing = tuple(merging.LABELS[name] for name in needed if name in merging.LABELS and not values.get(name))
    values |= {name: values.get(name) or word for name, word in FALLBACKS.items()}
    if engagement.kind == Engagement.Kind.EMAIL:
        preview.subject = merging.fill(engagement.subject, values)
    preview.body = merging.fill(engagement.body, values)
    if engagement.kind == Engagement.Kind.TEXT:
        preview.length = length_of(preview.body)


def line_seen(user: User, engagement: Engagement) -> str:
    """The address that it goes from, for those who know of the line, and for whoever reviews it. "" else."""
    channel = engagement.channel
    if channel is None:
        return ""
    sees = channel_policy.can(user, "view", channel) or policy.REVIEWER in policy.roles_on(user, engagement)
    return address_text(channel.address, channel.account) if sees else ""
