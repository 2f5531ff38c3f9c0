"""Counts of contacts for pages about people. Numbers only, without any name: account administrators see them for
everybody in the account (product.md §1: no role opens a contact)."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Func, IntegerField, OuterRef, QuerySet

from contacts_project.accounts.grants import Level, current, permission_id
from contacts_project.accounts.models import User

from ..models import Contact, ContactUserObjectPermission, Kind

register = template.Library()

MOST = 10_000  # a count is shown as 10,000+ from here, so no row behind it needs to be read
NOTHING = {"owned": 0, "shared": 0}


@register.simple_tag
def contact_counts(users: User | Iterable[User]) -> dict[int, dict[str, int]]:
    """{user id: {"owned": n, "shared": n}} for people of one account, archived contacts included; one query.

    `owned` are personal contacts, `shared` those of others with a current grant to the person. Both stop at MOST.
    """
    people = [users] if isinstance(users, User) else list(users)
    if not people or people[0].account is None:
        return {}
    owned = Contact.objects.filter(owner=OuterRef("pk"), kind=Kind.PERSONAL)
    readable = permission_id(Contact, Level.READ)
    shared = ContactUserObjectPermission.objects.filter(
        current(people[0].account.today()), user=OuterRef("pk"), permission=readable, is_owner=False
    )
    rows = User.objects.filter(pk__in=[user.pk for user in people]).values("pk")
    rows = rows.annotate(owned=_capped(owned), shared=_capped(shared)).order_by()
    return {row["pk"]: {"owned": row["owned"], "shared": row["shared"]} for row in rows}


@register.filter
def of_person(counts: dict[int, dict[str, int]], pk: int) -> dict[str, int]:
    """The counts of one person."""
    return counts.get(pk, NOTHING)


def _capped(rows: QuerySet) -> Func:
    one_each = rows.order_by().annotate(counted=F("pk")).values("counted")[:MOST]
    return Func(ArraySubquery(one_each), function="CARDINALITY", output_field=IntegerField())
