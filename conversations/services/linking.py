"""Putting a contact on what it was with before anybody knew it (product.md §2c, Interactions and people).

When a contact gets a number or an email, interactions with that address become its own where nobody had them: never
those of somebody who had the address then. It takes part only on lines of which one reader can read it. Whoever read
these interactions keeps them: `arrived_without_contact` stays true.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Lower

from contacts import policy
from contacts.models import Contact, ContactEmail, ContactPhone
from contacts_project.accounts.models import User
from conversations.live.telling import THREAD, tell
from conversations.models import Channel, Conversation, Interaction, InteractionContact
from conversations.policy import readers_of
from departments.models import Operator

BATCH = 1000  # interactions at once
AT_ONCE = 200  # interactions linked while somebody waits; more are left to a job
Line = tuple[int | None, int | None]  # ids of channel and department


def waiting_for(contact_ids: Iterable[int]) -> QuerySet[Interaction]:
    """Interactions that nobody has, with an address that one of these live contacts has now; unordered."""
    live = Contact.objects.filter(pk__any_of=sorted(set(contact_ids)), archived=False, joined__isnull=True)
    account = live.values_list("account", flat=True).first()
    if account is None:
        return Interaction.objects.none()
    return _of_nobody().filter(account=account, outside_address__in=sorted(_held_by(live)))


def link_contacts(contact_ids: Iterable[int]) -> int:
    """Put these contacts on what waits for them; returns how many interactions got somebody.

    In batches; safe to call again. Queries: a few for each batch, one for each reader of a line until one is found
    who reads the contacts.
    """
    ids = sorted(set(contact_ids))
    number, last, readable = 0, 0, _Readable(ids)
    while rows := list(waiting_for(ids).filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = rows[-1].pk
        number += _link(rows, ids, readable)
    return number


def link_conversation(conversation: Conversation, contact: Contact) -> int:
    """Put the contact on everything of this conversation that nobody has; returns how many. It must be readable to a
    reader of the line."""
    number, last = 0, 0
    while rows := list(_of_nobody().filter(conversation=conversation, pk__gt=last).order_by("pk")[:BATCH]):
        last = rows[-1].pk
        links = [InteractionContact(interaction=row, contact=contact) for row in rows]
        number += len(InteractionContact.objects.bulk_create(links, ignore_conflicts=True))
    return number


def _of_nobody() -> QuerySet[Interaction]:
    """No contact now, and none before: what was moved away by hand stays away."""
    anybody = InteractionContact.objects.filter(interaction=OuterRef("pk"))
    rows = Interaction.objects.filter(~Exists(anybody), arrived_without_contact=True)
    return rows.exclude(type=Interaction.Type.NOTE)


def _held_by(contacts: QuerySet[Contact]) -> set[str]:
    ids = list(contacts.values_list("pk", flat=True))
    phones = ContactPhone.objects.filter(contact__any_of=ids, former_at__isnull=True).values_list("number", flat=True)
    emails = ContactEmail.objects.filter(contact__any_of=ids, former_at__isnull=True)
    return {*phones, *emails.annotate(low=Lower("address")).values_list("low", flat=True)}


def _link(rows: list[Interaction], ids: list[int], readable: _Readable) -> int:
    holders = _holders({row.outside_address for row in rows}, ids)
    links, asking, threads = [], [], {}
    for row in rows:
        may = readable.on((row.channel_id, row.department_id))
        found = [pk for pk in holders.get(row.outside_address, ()) if pk in may]
        links += [InteractionContact(interaction=row, contact_id=pk) for pk in found]
        if len(found) > 1:
            asking.append(row.pk)
        if found and row.conversation_id:
            threads[row.conversation_id] = row
    InteractionContact.objects.bulk_create(links, ignore_conflicts=True)
    if asking:
        Interaction.objects.filter(pk__any_of=asking).update(asks_who=True)
    for thread, row in threads.items():
        tell(row.account_id, THREAD, channel=row.channel_id, conversation=thread)
    return len({link.interaction_id for link in links})


def _holders(addresses: set[str], ids: list[int]) -> dict[str, list[int]]:
    """Address -> those of these contacts (ids) that have it now."""
    phones = ContactPhone.objects.filter(contact__any_of=ids, former_at__isnull=True, number__in=addresses)
    emails = ContactEmail.objects.filter(contact__any_of=ids, former_at__isnull=True).annotate(low=Lower("address"))
    pairs = {*phones.values_list("number", "contact")}
    pairs |= {*emails.filter(low__in=addresses).values_list("low", "contact")}
    found: dict[str, list[int]] = {}
    for address, pk in sorted(pairs):
        found.setdefault(address, []).append(pk)
    return found


class _Readable:
    """Which of these contacts (ids) at least one reader of a line can read; asked once for each line."""

    def __init__(self, ids: list[int]) -> None:
        self.ids = ids
        self.known: dict[Line, set[int]] = {}

    def on(self, line: Line) -> set[int]:
        if line not in self.known:
            left = set(self.ids)
            for reader in _readers(line):
                left -= set(policy.visible_to(reader).filter(pk__any_of=list(left)).values_list("pk", flat=True))
                if not left:
                    break
            self.known[line] = set(self.ids) - left
        return self.known[line]


def _readers(line: Line) -> QuerySet[User]:
    """The readers of a channel; of what was logged by hand for a department, its operators."""
    channel, department = line
    if channel is not None:
        return readers_of(Channel.objects.select_related("account").get(pk=channel))
    operators = Operator.objects.filter(department=department).values("user")
    return User.objects.filter(pk__in=operators, is_active=True)
