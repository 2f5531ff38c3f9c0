"""Who an interaction with a department was with, and what it makes of that person (product.md §8).

The only door by which Department Contacts come: calls logged by hand use it, channels will. It never touches a
personal contact, and never makes or restores a shared one.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pghistory
from django.db import connection, transaction
from django.db.models import Case, Exists, F, IntegerField, Model, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from contacts.blocking import is_blocked
from contacts.imports.names import split_name
from contacts.models import Contact, ContactEmail, ContactPhone, ContactTag, DepartmentLink, Kind, Note
from contacts.rights import ADMIN_OPERATOR, CREATORS, OPERATOR
from contacts.signals import addresses_added
from contacts_project.accounts.models import User
from contacts_project.core.emails import EmailImpossible, parse_email
from contacts_project.core.errors import Refused
from contacts_project.core.phones import PhoneImpossible, parse_phone
from departments.models import Department, Operator

from .holding import hold

PHONE, EMAIL = "phone", "email"
# A switchboard's number may be held by thousands; one call is with the first of them, and "who is this?" decides.
MOST_PARTIES = 50
ONLY_OPERATORS = "Only operators of {department} make and receive its calls."


@dataclass(frozen=True)
class Address:
    """A usable outside address: `value` is a number in E.164 form or an email; compared whatever its case."""

    kind: str
    value: str
    extension: str = ""

    @property
    def key(self) -> str:
        return self.value.lower()


@dataclass(frozen=True)
class Party:
    """Who an interaction was with. `contacts` is empty for an unusable address, and for a blocked unknown one.

    `made` holds ids of DepartmentLink that this interaction wrote or revived; `created` and `restored` say that the
    (one) contact is new, or was archived before; `asks_who`, that several people hold the address.
    """

    contacts: tuple[Contact, ...] = ()
    created: bool = False
    restored: bool = False
    asks_who: bool = False
    blocked: bool = False
    made: tuple[int, ...] = ()


@dataclass(frozen=True)
class Match:
    """A contact of the account that has the address, or had it (`is_current` False); see `_matches` for the order."""

    contact: Contact
    is_current: bool
    linked: bool  # a live link to this department
    was_linked: bool  # a link to it, live or ended


def read_address(department: Department, text: str, kind: str = PHONE) -> Address | None:
    """The address in its one spelling, numbers read with the account's region; None if it cannot be used."""
    try:
        if kind == EMAIL:
            return Address(EMAIL, parse_email(text))
        phone = parse_phone(text, department.account.default_region, hints=False)
    except (PhoneImpossible, EmailImpossible):
        return None
    return Address(PHONE, phone.e164, phone.extension)


def record_interaction_party(
    department: Department,
    address: str,
    *,
    kind: str = PHONE,
    answered: bool,
    by: User | None,
    at: datetime.datetime,
    name_hint: str = "",
    makes: bool = True,
) -> Party:
    """Find or make the Department Contacts that an interaction with `department` was with (product.md §8).

    `address` as people or machines write it, read as `kind` ("phone" or "email"); `by` is the operator who made or
    took it, None for what arrived by itself; `at` is when it happened. Without `makes` nothing is made, linked or
    restored: mail that nobody has answered finds who is the department's already. Raises Refused if `by` operates
    another department only. One transaction under an advisory lock of (account, address): about 8 queries.
    """
    _require_creator(department, by)
    found = read_address(department, address, kind)
    if found is None:
        return Party()
    with transaction.atomic(), pghistory.context(party=True) as context:
        context.metadata.setdefault("source", "call")
        if by:
            context.metadata.setdefault("user", by.pk)
        _hold_address(department, found)
        if not makes:
            return _found(department, found)
        return _party(department, found, answered=answered, by=by, at=at, name_hint=name_hint)


def _require_creator(department: Department, by: User | None) -> None:
    """The chart's first row (seed S2): a call of the department creates, for both kinds of operators."""
    allowed = CREATORS.get(Kind.DEPARTMENT, frozenset())
    held = {OPERATOR, ADMIN_OPERATOR}
    if by:
        role = Operator.objects.filter(department=department, user=by, user__is_active=True).values_list("is_admin")
        held = {ADMIN_OPERATOR if is_admin else OPERATOR for (is_admin,) in role}
    if not held & allowed:
        raise Refused(ONLY_OPERATORS.format(department=department.name))


def _hold_address(department: Department, address: Address) -> None:
    """Whoever else records this address in this account waits until the transaction ends."""
    key = f"party {department.account_id} {address.key}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _party(
    department: Department, address: Address, *, answered: bool, by: User | None, at: datetime.datetime, name_hint: str
) -> Party:
    matches = _matches(department, address)
    chosen, archived = _choose(matches), False
    if not chosen:
        chosen = [match for match in matches if match.was_linked and match.contact.kind == Kind.DEPARTMENT][:1]
        archived = bool(chosen)
    if is_blocked(department, address.key, [match.contact.pk for match in matches]):
        # Only who is this department's: with others the interaction would be hidden from its own operators.
        known = tuple(match.contact for match in chosen if match.was_linked)
        return Party(known, asks_who=len(known) > 1, blocked=True)
    if not chosen:
        return _create(department, address, answered=answered, by=by, at=at, name_hint=name_hint)
    contacts = [match.contact for match in chosen]
    if archived:
        Contact.objects.filter(pk=contacts[0].pk).update(archived_at=None)
        contacts[0].archived_at, contacts[0].archived = None, False
    if answered:
        say_answered(contacts)
    made = _link(department, [match for match in chosen if not match.linked], by=by, at=at)
    return Party(tuple(contacts), restored=archived, asks_who=len(contacts) > 1, made=tuple(made))


def _found(department: Department, address: Address) -> Party:
    """Who of this department has the address already; nobody is changed."""
    matches = _matches(department, address)
    known = tuple(match.contact for match in _choose(matches) if match.linked)
    blocked = is_blocked(department, address.key, [match.contact.pk for match in matches])
    return Party(known, asks_who=len(known) > 1, blocked=blocked)


def _matches(department: Department, address: Address) -> list[Match]:
    """Everybody who has or had the address and may be the party, best first; their rows locked.

    Department Contacts of the account, and shared ones with a live link here; nobody who was joined into another.
    """
    rows = _rows(address).filter(contact__account=department.account_id)
    held = list(Contact.objects.filter(pk__in=rows.values("contact"), kind__in=CREATORS).values_list("pk", flat=True))
    if not held:
        return []
    # Archiving and ending a link lock the contact: what is read behind this lock stays true.
    list(Contact.objects.filter(pk__in=held).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    links = DepartmentLink.objects.filter(contact=OuterRef("contact"), department=department)
    rows = rows.filter(contact__in=held, contact__joined__isnull=True).annotate(
        linked=Exists(links.filter(ended_at__isnull=True)),
        was_linked=Exists(links),
        former=Case(When(former_at__isnull=True, then=Value(0)), default=Value(1), output_field=IntegerField()),
    )
    rows = rows.filter(Q(contact__kind=Kind.DEPARTMENT) | Q(contact__kind=Kind.SHARED, linked=True))
    order = ("contact__archived", F("linked").desc(), "former", F("is_primary").desc(), "contact_id")
    best: dict[int, Match] = {}
    for row in rows.select_related("contact__account").order_by(*order):
        best.setdefault(row.contact_id, Match(row.contact, not row.former, row.linked, row.was_linked))
    return list(best.values())


def _rows(address: Address) -> QuerySet:
    if address.kind == EMAIL:
        return ContactEmail.objects.filter(address__lower=address.key)
    return ContactPhone.objects.filter(number=address.value)


def _choose(matches: list[Match]) -> list[Match]:
    """The live ones of this department, else all other live ones; who had the address only where nobody has it."""
    live = [match for match in matches if not match.contact.archived]
    group = [match for match in live if match.linked] or live
    return ([match for match in group if match.is_current] or group)[:MOST_PARTIES]


def say_answered(contacts: Iterable[Contact]) -> None:
    """Note that a person spoke with these: who is known by a number only leaves *Unnamed* (product.md §8)."""
    waiting = [contact for contact in contacts if contact.awaits_name]
    if waiting:
        Contact.objects.filter(pk__in=[contact.pk for contact in waiting]).update(awaits_name=False)
    for contact in waiting:
        contact.awaits_name = False


def _link(department: Department, unlinked: list[Match], *, by: User | None, at: datetime.datetime) -> list[int]:
    """Give these a live link: an ended one is revived, else a new one. Ids of the links."""
    ended = [match.contact.pk for match in unlinked if match.was_linked]
    revived = DepartmentLink.objects.filter(department=department, contact__in=ended)
    ids = list(revived.values_list("pk", flat=True)) if ended else []
    if ids:
        revived.update(ended_at=None, ended_by=None)
    new = [
        DepartmentLink(contact=match.contact, department=department, linked_by=by, linked_at=at)
        for match in unlinked
        if not match.was_linked
    ]
    return ids + [link.pk for link in DepartmentLink.objects.bulk_create(new)]


def _create(
    department: Department, address: Address, *, answered: bool, by: User | None, at: datetime.datetime, name_hint: str
) -> Party:
    names = names_from(name_hint)
    contact = Contact.objects.create(
        account=department.account, kind=Kind.DEPARTMENT, created_by=by, awaits_name=not (answered or names), **names
    )
    if address.kind == EMAIL:
        ContactEmail.objects.create(contact=contact, address=address.value, is_primary=True)
    else:
        ContactPhone.objects.create(contact=contact, number=address.value, extension=address.extension, is_primary=True)
    link = DepartmentLink.objects.create(contact=contact, department=department, linked_by=by, linked_at=at)
    addresses_added.send(sender=None, contact_ids=[contact.pk])
    return Party((contact,), created=True, made=(link.pk,))


def names_from(hint: str) -> dict[str, str]:
    """Fields of a contact out of the name that came with the call or the mail; cut to what they hold."""
    hint = " ".join(hint.replace("\x00", "").split())
    parts = split_name(hint) if hint else {}
    return {part: value[: getattr(Contact._meta.get_field(part), "max_length", None)] for part, value in parts.items()}


def take_back_links(
    links: Iterable[int], *, by: User, since: datetime.datetime, in_use: Callable[[DepartmentLink], bool]
) -> list[Contact]:
    """End these links, which one interaction made (`Party.made`), where nothing else happened to their contacts.

    A contact without a live link is archived (product.md §2b). `since` is the time of that interaction's transaction;
    `in_use` says of a link, behind a lock on its contact, whether other interactions need it by now. Returns the
    contacts that were left as they are, because somebody has worked on them. Inside a transaction.
    """
    rows = DepartmentLink.objects.filter(pk__in=list(links), ended_at__isnull=True).order_by("contact_id")
    kept = []
    for link in rows:
        contact = hold(link.contact)
        if _touched(contact, by, since) or in_use(link):
            kept.append(contact)
            continue
        now = timezone.now()
        DepartmentLink.objects.filter(pk=link.pk).update(ended_at=now, ended_by=by)
        if not contact.links.filter(ended_at__isnull=True).exists():
            Contact.objects.filter(pk=contact.pk, archived=False).update(archived_at=now)
    return kept


def _touched(contact: Contact, user: User, since: datetime.datetime) -> bool:
    """Whether something that operators may know of happened to the contact after the transaction of time `since`."""
    own = _events(Contact, since).filter(pgh_obj=contact.pk)
    parts = [_events(model, since) for model in (ContactEmail, ContactPhone, ContactTag, DepartmentLink)]
    notes = _events(Note, since).filter(Q(visibility=Note.Visibility.PUBLIC) | Q(author=user))
    return own.exists() or any(rows.filter(contact=contact.pk).exists() for rows in (*parts, notes))


def _events(model: type[Model], since: datetime.datetime) -> QuerySet:
    return model.pgh_event_model.objects.filter(pgh_created_at__gt=since)  # type: ignore[attr-defined]
