"""Setting and lifting blocks (product.md §9, and §2b for who may). What stands is read through `blocking`.

A block of an address holds that address alone, one of a contact its addresses and the contact's row: a send that is
being decided shares these locks, and either sees the block or is finished first (product.md §10). Lifted rows stay:
they are the history.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_text_list

from contacts import blocking, policy, rights
from contacts.models import Block, Contact, Kind
from contacts_project.accounts.models import User
from contacts_project.accounts.policy import is_account_admin
from contacts_project.core.emails import EmailImpossible, parse_email
from contacts_project.core.errors import Refused
from contacts_project.core.locks import hold_addresses
from contacts_project.core.phones import PhoneImpossible, parse_phone
from departments.models import Department, Operator

from .holding import hold
from .undoing import CannotUndo, remember, undoes

Scope = Block.Scope
OWN_LINES, ACCOUNT = Scope.LINES.value, Scope.ACCOUNT.value
ACCOUNT_RULE = "Only account administrators block and unblock for the whole account"
LINES_RULE = "Own lines are blocked on a personal contact that you may edit"
DEPARTMENT_RULE = "Only an Admin Operator of {department} can block and unblock for it"
NO_DEPARTMENT = "No department works this contact: there is nothing to block it for."
NEITHER = "Type a phone number or an email."


class Unreadable(ValueError):
    """The text is neither a phone number nor an email; `str(error)` is the sentence for people."""


@dataclass(frozen=True)
class Place:
    """Where a block holds. `value` is what forms post (contract.md): department:<id>, account or lines."""

    scope: str
    department: Department | None = None
    hint: str = ""
    is_default: bool = True

    @property
    def value(self) -> str:
        return f"{self.scope}:{self.department.pk}" if self.department else self.scope

    @property
    def label(self) -> str:
        return self.department.name if self.department else Scope(self.scope).label


def own_lines() -> Place:
    return Place(OWN_LINES, hint="Numbers and emails that you may send from")


def whole_account(*, is_default: bool) -> Place:
    return Place(ACCOUNT, hint="Every line of everybody", is_default=is_default)


def scopes_for(user: User, contact: Contact) -> list[Place]:
    """Where `user` may block this visible contact; the default ones are marked (product.md §9). At most two queries.

    A department's contact: every linked department that the user administers, for an original owner every linked one.
    A personal contact: own lines. Account administrators who see the contact: the account as well.
    """
    held = policy.roles_on(user, contact)
    places = []
    if held & rights.roles_for("block", contact.kind):
        places = [own_lines()] if contact.kind == Kind.PERSONAL else _linked_places(user, contact, held)
    if held and is_account_admin(user):
        places.append(whole_account(is_default=not places))
    return places


def _linked_places(user: User, contact: Contact, held: set[str]) -> list[Place]:
    linked = Department.objects.filter(links__contact=contact, links__counts=True).order_by("name", "pk")
    if rights.ORIGINAL_OWNER in held:
        return [Place(Scope.DEPARTMENT, department, "You are the original owner") for department in linked]
    return _led_places(linked.filter(operators__user=user, operators__is_admin=True))


def _led_places(departments: Iterable[Department]) -> list[Place]:
    return [Place(Scope.DEPARTMENT, department, "You are Admin Operator") for department in departments]


def require_scopes(user: User, contact: Contact) -> list[Place]:
    """As scopes_for, for a form: never empty. Raises Refused with the rule where the user may block nowhere."""
    places = scopes_for(user, contact)
    if not places:
        policy.require(user, "block", contact)
        raise Refused(NO_DEPARTMENT)
    return places


def scopes_of(user: User) -> list[Place]:
    """Where `user` may block an address without a contact: own lines, departments administered, the account.

    The default is the account for its administrators (contract.md, /blocks/), else own lines. One query.
    """
    led = Department.objects.filter(account=user.account_id, operators__user=user, operators__is_admin=True)
    everywhere = is_account_admin(user)
    places = [Place(OWN_LINES, hint=own_lines().hint, is_default=not everywhere)]
    for place in _led_places(led.order_by("name", "pk")):
        places.append(Place(place.scope, place.department, place.hint, is_default=False))
    return [*places, whole_account(is_default=True)] if everywhere else places


def block_contact(
    actor: User,
    contact: Contact,
    *,
    scopes: Iterable[str] | None = None,
    reason: str = "",
    until: datetime.date | None = None,
) -> list[Block]:
    """Block a visible contact, with all its addresses now and later; the new blocks, empty where it is blocked already.

    `scopes` are values of `scopes_for`; None means the default ones. Works on archived contacts. Raises Refused with
    the rule. Locks the contact.
    """
    with transaction.atomic():
        contact = _hold_with_addresses(contact)
        places = require_scopes(actor, contact)
        chosen = _chosen(actor, places, scopes)
        made = [_set(actor, place, reason, until, contact=contact, address="") for place in chosen]
        return [block for block in made if block]


def block_address(
    actor: User, address: str, *, scope: str | None = None, reason: str = "", until: datetime.date | None = None
) -> tuple[Block, bool]:
    """Block a number or an email, whoever has it: the block in force there, and whether it is new.

    `scope` is a value of `scopes_of`; None means the default. Raises Unreadable with a sentence, Refused.
    """
    with transaction.atomic():
        (place,) = _chosen(actor, scopes_of(actor), None if scope is None else [scope])
        on: dict[str, Any] = {"contact": None, "address": read_address(actor, address)}
        assert actor.account_id
        hold_addresses(actor.account_id, [on["address"]])
        made = _set(actor, place, reason, until, **on)
        return made or _there(actor, place, **on).get(), made is not None


def read_address(actor: User, text: str) -> str:
    """E.164, or an email in lower case; numbers without a country are the account's. Raises Unreadable."""
    assert actor.account is not None
    try:
        if "@" in text:
            return parse_email(text).lower()
        if not any(sign.isdigit() for sign in text):
            raise Unreadable(NEITHER)
        return parse_phone(text, actor.account.default_region, hints=False).e164
    except (EmailImpossible, PhoneImpossible) as error:
        raise Unreadable(str(error)) from error


def _hold_with_addresses(contact: Contact) -> Contact:
    """The contact behind its lock; its addresses first, as everybody who sends takes them."""
    phones = contact.phones.filter(former_at__isnull=True).values_list("number", flat=True)
    emails = contact.emails.filter(former_at__isnull=True).values_list("address", flat=True)
    hold_addresses(contact.account_id, [*phones, *emails])
    return hold(contact)


def _chosen(actor: User, places: list[Place], scopes: Iterable[str] | None) -> list[Place]:
    if scopes is None:
        return [place for place in places if place.is_default]
    offered = {place.value: place for place in places}
    for value in scopes:
        if value not in offered:
            raise Refused(_rule(actor, value))
    return [offered[value] for value in dict.fromkeys(scopes)]


def _rule(actor: User, value: str) -> str:
    """Why `actor` may not use the scope of this value; the same whether or not the contact is linked there."""
    if value == ACCOUNT:
        return ACCOUNT_RULE
    number = value.partition(":")[2]
    pk = int(number) if number.isdecimal() and len(number) <= 18 else 0
    department = Department.objects.filter(account=actor.account_id, pk=pk).first()
    return DEPARTMENT_RULE.format(department=department.name) if department else LINES_RULE


def _there(actor: User, place: Place, **on: Any):
    """The block that is not lifted at exactly this place, if any; what the unique constraints allow once."""
    own = {"author": actor} if place.scope == OWN_LINES else {}
    return Block.objects.filter(
        account=actor.account_id, scope=place.scope, department=place.department, lifted_at__isnull=True, **own, **on
    )


def _set(actor: User, place: Place, reason: str, until: datetime.date | None, **on: Any) -> Block | None:
    there = _there(actor, place, **on)
    there.filter(until__lt=policy.today(actor)).update(lifted_at=timezone.now())  # it has ended by itself
    if there.exists():
        return None
    assert actor.account is not None
    facts = {"scope": place.scope, "department": place.department, "reason": reason, "until": until}
    try:
        with transaction.atomic():
            return Block.objects.create(account=actor.account, author=actor, **facts, **on)
    except IntegrityError:  # somebody else was quicker
        return None


def liftable(actor: User, blocks: Iterable[Block], contact: Contact | None = None) -> set[int]:
    """Ids of those of these known blocks that `actor` may lift: who may set a scope may lift it. One query at most.

    `contact` is the one they are shown on: an original owner lifts what holds in the departments of a shared contact.
    """
    blocks = list(blocks)
    departments: set[int] = set()
    if any(block.department_id for block in blocks):
        led = Operator.objects.filter(user=actor, is_admin=True).values_list("department")
        if contact and contact.kind == Kind.SHARED and contact.owner_id == actor.pk:
            led = led.union(contact.links.filter(counts=True).values_list("department"))
        departments = {pk for (pk,) in led}
    return {block.pk for block in blocks if _may_lift(actor, block, departments)}


def _may_lift(actor: User, block: Block, departments: set[int]) -> bool:
    if block.scope == Scope.ACCOUNT:
        return is_account_admin(actor)
    return block.department_id in departments if block.department_id else block.author_id == actor.pk


def unblock(actor: User, contact: Contact, *, scopes: Iterable[str] | None = None) -> list[Block]:
    """Lift what blocks a visible contact in these scopes, by itself or by an address; None means all one may lift.

    Returns the lifted blocks, none where nothing stood there. Raises Refused with the rule. Locks the contact.
    """
    with transaction.atomic():
        contact = hold(contact)
        standing = blocking.visible_blocks(actor, contact)
        asked = None if scopes is None else set(scopes)
        wanted = [block for block in standing if asked is None or blocking.value_of(block) in asked]
        may = liftable(actor, wanted, contact)
        lifted = [block for block in wanted if block.pk in may]
        if not lifted and not is_account_admin(actor):
            policy.require(actor, "unblock", contact)
        if asked is not None and len(lifted) < len(wanted):
            raise Refused(_rule(actor, blocking.value_of(next(one for one in wanted if one.pk not in may))))
        _lift(actor, lifted)
        return lifted


def lift(actor: User, block: Block) -> bool:
    """Lift one block that `actor` knows; False where it is lifted already. Raises Refused with the rule."""
    if not liftable(actor, [block]):
        raise Refused(_rule(actor, blocking.value_of(block)))
    return _lift(actor, [block]) > 0


def _lift(actor: User, blocks: Iterable[Block]) -> int:
    standing = Block.objects.filter(pk__in=[block.pk for block in blocks], lifted_at__isnull=True)
    return standing.update(lifted_at=timezone.now(), lifted_by=actor)


def places_in_words(blocks: Iterable[Block]) -> str:
    """ "Sales and Support", "your own lines", "the whole account": where these blocks hold, for a sentence."""
    return get_text_list(list(dict.fromkeys(blocking.place_in_words(block) for block in blocks)), "and")


def remember_blocks(actor: User, action: str, blocks: Iterable[Block], contact: Contact | None = None) -> str:
    """Keep what a message's Undo takes back; `action` is "block" or "unblock"."""
    return remember(actor, action, blocks=[block.pk for block in blocks], contact=contact.pk if contact else None)


@undoes("block")
def undo_block(actor: User, data: dict[str, Any]) -> tuple[str, str]:
    """Lift again what was set, where nobody else has."""
    blocks, contact = _step(actor, data)
    _lift(actor, blocks)
    return "Unblocked", _address_of(contact)


@undoes("unblock")
def undo_unblock(actor: User, data: dict[str, Any]) -> tuple[str, str]:
    """Put back what was lifted, with its author, reason and end."""
    for block in Block.objects.filter(pk__in=data["blocks"]).select_related("contact").order_by("pk"):
        hold_addresses(block.account_id, [block.address])
        if block.contact:
            _hold_with_addresses(block.contact)
    blocks, contact = _step(actor, data)
    try:
        with transaction.atomic():
            Block.objects.filter(pk__in=[block.pk for block in blocks]).update(lifted_at=None, lifted_by=None)
    except IntegrityError:
        raise CannotUndo("It has been blocked again meanwhile.") from None
    return "Blocked again", _address_of(contact)


def _step(actor: User, data: dict[str, Any]) -> tuple[list[Block], Contact | None]:
    """The blocks of a step, if `actor` may still set and lift them; the contact, where he or she still sees it."""
    contact = policy.visible_to(actor).filter(pk=data["contact"] or 0).first()
    blocks = list(Block.objects.filter(pk__in=data["blocks"], account=actor.account_id).select_for_update())
    if not blocks or liftable(actor, blocks, contact) != {block.pk for block in blocks}:
        raise CannotUndo("You may not block or unblock here any more.")
    return blocks, contact


def _address_of(contact: Contact | None) -> str:
    return reverse("contacts:contact-overview", args=[contact.pk]) if contact else reverse("contacts:block-list")
