"""Which live Department Contact holds an address of a contact that is about to become one (product.md §8).

Only records that the viewer can see are found: a hidden one changes nothing of what is shown or done.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from contacts_project.accounts.models import User

from . import policy
from .models import Contact, ContactEmail, ContactPhone, DepartmentLink, Kind


@dataclass(frozen=True)
class Match:
    """A visible Department Contact with the address.

    `may_join`: the viewer may edit it and, where a hand-over would link it to a further department, share it.
    `may_share`: the viewer grants on it, so that the grants of a personal contact move too.
    """

    pk: int
    address: str
    is_phone: bool
    is_primary: bool
    departments: frozenset[int]
    may_join: bool
    may_share: bool


def matches(user: User, ids: Iterable[int], *, department: int | None = None) -> dict[int, list[Match]]:
    """Contact id -> its matches, the best first: linked to the same departments before others, a primary address
    before other ones, the oldest. `department` is the one that a personal contact goes to. At most nine queries.
    """
    wanted = list(ids)
    held = _addresses(Contact.objects.filter(pk__any_of=wanted))
    holding = _holding(user, {address for addresses in held.values() for address in addresses})
    if not holding:
        return {}
    links = _departments([*wanted, *{match.pk for found in holding.values() for match in found}])
    result: dict[int, list[Match]] = {}
    for pk, addresses in held.items():
        own = links.get(pk, set()) | ({department} if department else set())
        found: dict[int, Match] = {}
        for address in addresses:
            for match in holding.get(address, []):
                if match.pk != pk and (match.pk not in found or match.is_primary):
                    departments = frozenset(links.get(match.pk, set()))
                    joins = match.may_join and (department is None or department in departments or match.may_share)
                    found[match.pk] = replace(match, departments=departments, may_join=joins)
        if found:
            result[pk] = sorted(found.values(), key=lambda one: (not one.departments & own, not one.is_primary, one.pk))
    return result


def best_matches(
    user: User, ids: Iterable[int], *, department: int | None = None, prefer: int | None = None
) -> dict[int, Match]:
    """Contact id -> the record that it may be joined into: `prefer` if it is one of them, else the best."""
    best = {}
    for pk, found in matches(user, ids, department=department).items():
        joinable = [match for match in found if match.may_join]
        if joinable:
            best[pk] = next((match for match in joinable if match.pk == prefer), joinable[0])
    return best


def _addresses(contacts: QuerySet[Contact]) -> dict[int, list[str]]:
    """Contact id -> its current numbers and emails, folded. Two queries."""
    held: dict[int, list[str]] = {}
    phones = ContactPhone.objects.filter(contact__in=contacts, former_at__isnull=True)
    emails = ContactEmail.objects.filter(contact__in=contacts, former_at__isnull=True)
    for pk, address in [
        *phones.order_by("-is_primary", "pk").values_list("contact", "number"),
        *emails.order_by("-is_primary", "pk").values_list("contact", Lower("address")),
    ]:
        held.setdefault(pk, []).append(address)
    return held


def _holding(user: User, addresses: set[str]) -> dict[str, list[Match]]:
    """Address -> live Department Contacts that hold it now and that `user` sees. Five queries."""
    if not addresses:
        return {}
    live = Q(
        contact__account=user.account_id, contact__kind=Kind.DEPARTMENT, contact__archived=False, former_at__isnull=True
    )
    phones = ContactPhone.objects.filter(live, number__in=addresses).values_list("contact", "number", "is_primary")
    emails = ContactEmail.objects.alias(low=Lower("address")).filter(live, low__in=addresses)
    rows = [(*row, True) for row in phones]
    rows += [(*row, False) for row in emails.values_list("contact", Lower("address"), "is_primary")]
    ids = [row[0] for row in rows]
    seen = set(policy.visible_to(user).filter(pk__any_of=ids).values_list("pk", flat=True))
    editable = set(policy.scope(user, "edit").filter(pk__any_of=ids).values_list("pk", flat=True))
    shareable = set(policy.scope(user, "grant").filter(pk__any_of=ids).values_list("pk", flat=True))
    holding: dict[str, list[Match]] = {}
    for pk, address, is_primary, is_phone in rows:
        if pk in seen:
            match = Match(pk, address, is_phone, is_primary, frozenset(), pk in editable, pk in shareable)
            holding.setdefault(address, []).append(match)
    return holding


def _departments(ids: list[int]) -> dict[int, set[int]]:
    """Contact id -> departments with a live link. One query."""
    found: dict[int, set[int]] = {}
    links = DepartmentLink.objects.filter(contact__any_of=ids, ended_at__isnull=True)
    for contact, department in links.values_list("contact", "department"):
        found.setdefault(contact, set()).add(department)
    return found
