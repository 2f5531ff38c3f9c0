"""One person held twice: a personal and a department record that share a current address (product.md §4 and §8).

Only records that the viewer sees are ever named, so neither tells of the other to anybody who does not see both. An
address is a number, whatever the extension, or an email, whatever its case; a former one counts on neither side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import JSONObject, Lower

from contacts_project.accounts.models import User

from . import paging, policy
from .models import Contact, ContactEmail, ContactPhone, Kind
from .models.contact import NAME_FIELDS, display_name
from .paging import Order, Selection

MOST_SHOWN = 5  # twins that a record names
MOST_HOLDERS = 4  # visible holders of an address that stands for one person; a switchboard's number does not


@dataclass(frozen=True)
class Twin:
    """Another record of the same person: `same` says which kind of address both have, "number" or "email"."""

    id: int
    kind: str
    name: str
    owner_id: int | None
    owner: str
    same: str

    @property
    def kind_label(self) -> str:
        return Kind(self.kind).label


def twins_rows(user: User, contact: Contact) -> QuerySet:
    """Live records of the other kind that share a current address with this visible contact, as JSON of `twin_from`.

    At most MOST_SHOWN, in the order of names; a subquery for the facts of a record. Emails and phones of `contact`
    should be prefetched.
    """
    numbers = {phone.number for phone in contact.phones.all() if phone.former_at is None}
    emails = {email.address.lower() for email in contact.emails.all() if email.former_at is None}
    kinds = [kind for kind in Kind if (kind == Kind.PERSONAL) != (contact.kind == Kind.PERSONAL)]
    # The kind is asked of the holders too: of a switchboard's thousands only the others need a look at their access.
    other = {"contact__kind__in": kinds, "contact__archived": False}
    by_number = _current(ContactPhone).filter(number__in=numbers, **other).values("contact")
    by_email = _current(ContactEmail).filter(address__lower__in=emails, **other).values("contact")
    found = policy.visible_to(user).filter(pk__in=by_number.union(by_email))
    columns = {"id": "pk", "kind": "kind", "owner_id": "owner_id", "owner": "owner__name", "email": "owner__email"}
    facts = JSONObject(**columns, same_number=Q(pk__in=by_number), **{field: field for field in NAME_FIELDS})
    return found.order_by("sort_key", "pk").values_list(facts, flat=True)[:MOST_SHOWN]


def twin_from(facts: dict[str, Any]) -> Twin:
    """One row of `twins_rows`."""
    owner = facts["owner"] or facts["email"] or ""
    same = "number" if facts["same_number"] else "email"
    return Twin(facts["id"], facts["kind"], display_name(facts), facts["owner_id"], owner, same)


def stacked(user: User, selection: Selection, order: Order, ids: list[int]) -> list[tuple[int, list[int]]]:
    """A page of search results with each person once: (id, ids of the department records that stand beneath it).

    `ids` is the page that `paging.page_for` gave for this selection. A department record whose personal twin is in the
    selection stands beneath it, on whatever page that is, and nowhere else; so every record is shown. One query, up to
    three more where a twin is on another page.
    """
    personal_of, department_of = _pairs(user, selection, ids)
    elsewhere = {pk for twins in (*personal_of.values(), *department_of.values()) for pk in twins} - set(ids)
    found = set(ids) | _in_selection(user, selection, order, sorted(elsewhere))
    placed: set[int] = set()
    page = []
    for pk in ids:
        if personal_of.get(pk, set()) & found:
            continue
        beneath = sorted((department_of.get(pk, set()) & found) - placed)
        placed |= set(beneath)
        page.append((pk, beneath))
    return page


Pairs = dict[int, set[int]]


def _pairs(user: User, selection: Selection, ids: list[int]) -> tuple[Pairs, Pairs]:
    """Of the page's contacts: department record -> its personal twins, personal record -> its department twins."""
    personal_of: Pairs = {}
    department_of: Pairs = {}
    if not ids:
        return personal_of, department_of
    seen = policy.visible_to(user).filter(archived=selection.archived)
    by_number = _holders(_current(ContactPhone).values("number"), ids, seen, "number")
    by_email = _holders(_current(ContactEmail).annotate(low=Lower("address")).values("low"), ids, seen, "low")
    for people, department_records in by_number.union(by_email, all=True):
        for one in people:
            department_of.setdefault(one, set()).update(department_records)
        for one in department_records:
            personal_of.setdefault(one, set()).update(people)
    return personal_of, department_of


def _holders(rows: QuerySet, ids: list[int], seen: QuerySet, column: str) -> QuerySet:
    """(personal ids, department ids) for each address that contacts of the page have and both kinds hold."""
    here = rows.filter(contact__any_of=ids).values(column)
    held = rows.filter(contact__in=seen, **{f"{column}__in": here})
    is_personal = Q(contact__kind=Kind.PERSONAL)
    held = held.annotate(
        people=ArrayAgg("contact_id", filter=is_personal, distinct=True),
        department_records=ArrayAgg("contact_id", filter=~is_personal, distinct=True),
        holders=Count("contact_id", distinct=True),
    )
    both = held.filter(holders__lte=MOST_HOLDERS, people__isnull=False, department_records__isnull=False)
    return both.values_list("people", "department_records")


def _in_selection(user: User, selection: Selection, order: Order, ids: list[int]) -> set[int]:
    """Those of these visible contacts that the selection holds. None asked, no query."""
    if not ids:
        return set()
    found = {pk for _, pk in paging.streams(user, selection, order, among=ids, limit=None)}
    if selection.fits is None or not found:
        return found
    return set(selection.fits.filter(pk__any_of=list(found)).order_by().values_list("pk", flat=True))


def _current(model: type[ContactPhone] | type[ContactEmail]) -> QuerySet:
    return model.objects.filter(former_at__isnull=True).order_by()
