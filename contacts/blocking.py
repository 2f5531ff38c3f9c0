"""Which blocks stand, and who may know of them (product.md §9): the reading half; `services.blocks` writes.

A department's block is known to its operators, and on a shared contact also to its original owner; the account's to
everybody of the account (a named exception of product.md §2); own lines to their author, and to everybody who may use
one of these lines: channels are a higher app's, which tells through `LINE_MATES`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from contacts_project.accounts.models import Account, User
from contacts_project.accounts.somebody import SOME_IDS, STAND_INS, answers, somebody
from contacts_project.core.written import Text, once, write
from departments.models import Department, Operator

from . import policy
from .models import Block, Contact, ContactEmail, ContactPhone, DepartmentLink, Kind

Scope = Block.Scope
# Each gives, for a user, a subquery of ids of people on whose own lines he or she is (a higher app's AppConfig.ready).
LINE_MATES: list[Callable[[User], QuerySet]] = []


def in_force(today: datetime.date) -> Q:
    """True of blocks that are not lifted and whose last day, if any, is not over; `today` is the account's date."""
    return Q(lifted_at__isnull=True) & (Q(until__isnull=True) | Q(until__gte=today))


def known_to(user: User) -> Q:
    """True of blocks in scopes that `user` may know wherever they stand: the page of blocks shows these."""
    operated = Operator.objects.filter(user=user).values("department")
    known = Q(scope=Scope.ACCOUNT) | Q(scope=Scope.LINES, author=user) | Q(department__in=operated)
    for mates in LINE_MATES:
        known |= Q(scope=Scope.LINES, author__in=mates(user))
    return known


def value_of(block: Block) -> str:
    """Where the block holds as forms post it (contract.md): department:<id>, account or lines."""
    return f"{block.scope}:{block.department_id}" if block.department_id else block.scope


def place_in_words(block: Block, reader: User | None = None) -> str:
    """Where the block holds, inside a sentence about a block that the reader knows: "Blocked for …".

    Without a `reader` he or she is its author.
    """
    if block.department:
        return block.department.name
    if block.scope == Scope.ACCOUNT:
        return "the whole account"
    others = block.author and reader and reader.pk != block.author.pk
    return f"the lines of {block.author}" if others else "your own lines"


def standing(user: User) -> QuerySet[Block]:
    """All blocks in force of the user's account, known or not. None for those who belong to no account."""
    if not policy.holds_anything(user):
        return Block.objects.none()
    return Block.objects.filter(in_force(policy.today(user)), account=user.account_id)


def known_on(user: User, contact: Contact) -> Q:
    """True of blocks that `user` may know where they stand on this visible contact, lifted ones too."""
    known = known_to(user)
    if contact.kind == Kind.SHARED and contact.owner_id == user.pk:
        known |= Q(department__in=contact.links.filter(counts=True).values("department"))
    return known


def visible_blocks(user: User, contact: Contact) -> QuerySet[Block]:
    """Blocks in force on this visible contact that `user` may know, by itself or by an address that it has or had.

    With department and author, the oldest first. One query when read.
    """
    blocks = standing(user).filter(known_on(user, contact), _on(contact.pk))
    return blocks.select_related("department", "author", "account").order_by("pk")


def _on(contact: int | OuterRef) -> Q:
    """True of blocks of this contact, or of an address that it has or had."""
    phones = ContactPhone.objects.filter(contact=contact).order_by()
    emails = ContactEmail.objects.filter(contact=contact).order_by()
    by_address = Q(address__in=phones.values("number")) | Q(address__in=emails.values("address__lower"))
    return Q(contact=contact) | (Q(contact__isnull=True) & by_address)


def blocked_for(user: User) -> QuerySet:
    """Ids of contacts with a block that `user` may know, for the filter `blocked=1`; visibility is the caller's.

    Driven from the blocks, which are few. Values are plain ids.
    """
    first, *others = _blocked_parts(user)
    return Contact.objects.filter(pk__in=first.union(*others)).order_by().values_list("pk", flat=True)


def blocked_rows(user: User, ids: Iterable[int]) -> set[int]:
    """Those of these contact ids that carry the chip for `user`. One query; none without ids."""
    ids = list(ids)
    if not ids or not policy.holds_anything(user):
        return set()
    return {pk for (pk,) in answers(_blocked_text(), user, ids=ids)}


@once
def _blocked_text() -> Text:
    first, *others = (part.filter(contact_id__any_of=SOME_IDS) for part in _blocked_parts(somebody()))
    return write(first.union(*others), stand_ins=STAND_INS)


def _blocked_parts(user: User) -> list[QuerySet]:
    """(contact id) of what is blocked by itself, by number, by email, and for an original owner."""
    blocks = standing(user).filter(known_to(user))
    addresses = blocks.filter(contact__isnull=True).values("address")
    here = {"contact__account": user.account_id}
    parts: list[QuerySet] = [
        blocks.filter(contact__isnull=False),
        ContactPhone.objects.filter(number__in=addresses, **here),
        ContactEmail.objects.filter(address__lower__in=addresses, **here),
        _of_original_owner(user),
    ]
    return [part.order_by().values_list("contact_id") for part in parts]


def _of_original_owner(user: User) -> QuerySet[DepartmentLink]:
    """Links of the user's shared contacts to departments that block them: few, so each is asked."""
    on_it = standing(user).filter(_on_linked(), department=OuterRef("department"))
    own = DepartmentLink.objects.filter(contact__owner=user.pk, contact__kind=Kind.SHARED, counts=True)
    return own.filter(Exists(on_it))


def _on_linked() -> Q:
    phones = ContactPhone.objects.filter(contact=OuterRef(OuterRef("contact"))).order_by()
    emails = ContactEmail.objects.filter(contact=OuterRef(OuterRef("contact"))).order_by()
    by_address = Q(address__in=phones.values("number")) | Q(address__in=emails.values("address__lower"))
    return Q(contact=OuterRef("contact")) | (Q(contact__isnull=True) & by_address)


def is_blocked(department: Department, address: str, contacts: Iterable[int] = ()) -> bool:
    """Whether traffic of this department with `address` is blocked: by the department, or by the account. One query.

    `address` is E.164 or an email; `contacts` are ids of those it is with. A block of a contact covers all addresses
    that it has now, also those that were added later, whoever else holds them.
    """
    return stands(department.account, Q(department=department), address, contacts)


def stands(account: Account, where: Q, address: str, contacts: Iterable[int] = ()) -> bool:
    """Whether a block in force of the account, or one of those that `where` is true of, covers this traffic. One query.

    As for `is_blocked`, on whatever line.
    """
    address = address.lower()
    holders = ContactPhone.objects.filter(number=address, former_at__isnull=True).order_by().values("contact")
    writers = ContactEmail.objects.filter(address__lower=address, former_at__isnull=True).order_by().values("contact")
    of_contact = Q(contact__in=list(contacts)) | Q(contact__in=holders) | Q(contact__in=writers)
    blocks = Block.objects.filter(in_force(account.today()), account=account)
    blocks = blocks.filter(Q(scope=Scope.ACCOUNT) | where)
    return blocks.filter(Q(contact__isnull=True, address=address) | of_contact).exists()
