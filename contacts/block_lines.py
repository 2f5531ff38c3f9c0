"""Blocks as lines of a list, for one viewer: where each holds, whose address it is, whether the viewer may lift it."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import QuerySet

from contacts_project.accounts.models import User
from departments.models import Department

from . import blocking, policy
from .models import Block, Contact, ContactEmail, ContactPhone
from .services.blocks import liftable

PAGE = 50


@dataclass(frozen=True)
class BlockLine:
    """One block. `contacts` are those that the viewer sees: the blocked one, or who has the address now.

    A blocked contact that the viewer does not see leaves `contacts` empty: the line then names nobody.
    """

    block: Block
    can_lift: bool
    contacts: list[Contact] = field(default_factory=list)
    reader: User | None = None

    @property
    def value(self) -> str:
        return blocking.value_of(self.block)

    @property
    def place(self) -> str:
        return blocking.place_in_words(self.block, self.reader)


@dataclass(frozen=True)
class BlockPage:
    lines: list[BlockLine]
    count: int
    after: int | None


def block_page(user: User, *, department: Department | None = None, after: int | None = None) -> BlockPage:
    """Blocks in force that `user` may know, the newest first; of one department, or in all scopes. Seven queries.

    `department` must be one that the user operates.
    """
    rows = blocking.standing(user).filter(blocking.known_to(user))
    if department:
        rows = rows.filter(department=department)
    count = rows.count()
    rows = rows.select_related("department", "author").order_by("-pk")
    found = list((rows.filter(pk__lt=after) if after else rows)[: PAGE + 1])
    page = found[:PAGE]
    return BlockPage(_lines(user, page), count, page[-1].pk if len(found) > PAGE else None)


def lines_on(user: User, contact: Contact) -> list[BlockLine]:
    """The blocks on one visible contact that `user` may know, for its record. One query, one more if any."""
    blocks = list(blocking.visible_blocks(user, contact))
    may = liftable(user, blocks, contact) if blocks else set()
    return [BlockLine(block, block.pk in may, reader=user) for block in blocks]


def _lines(user: User, blocks: list[Block]) -> list[BlockLine]:
    may = liftable(user, blocks)
    holders = _holders({block.address for block in blocks if block.address})
    ids = {block.contact_id for block in blocks} | {pk for found in holders.values() for pk in found}
    visible = policy.visible_to(user).filter(pk__any_of=[pk for pk in ids if pk])
    contacts = {contact.pk: contact for contact in visible.prefetch_related("phones", "emails")}
    lines = []
    for block in blocks:
        whose = [block.contact_id] if block.contact_id else holders.get(block.address, [])
        lines.append(BlockLine(block, block.pk in may, [contacts[pk] for pk in whose if pk in contacts], user))
    return lines


def _holders(addresses: set[str]) -> dict[str, list[int]]:
    """Address -> ids of the contacts that have it now, seen or not. Two queries; none without addresses."""
    found: dict[str, list[int]] = {}
    if not addresses:
        return found
    parts: list[QuerySet] = [
        ContactPhone.objects.filter(number__in=addresses).values_list("number", "contact"),
        ContactEmail.objects.filter(address__lower__in=addresses).values_list("address", "contact"),
    ]
    for rows in parts:
        for address, pk in rows.filter(former_at__isnull=True).order_by("contact"):
            held = found.setdefault(address.lower(), [])
            if pk not in held:
                held.append(pk)
    return found
