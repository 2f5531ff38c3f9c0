"""The rows of a collection page: everything a line shows, read in one query for ids that the access sources gave."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery

from contacts_project.accounts.models import User

from . import policy
from .models import ContactEmail, ContactPhone, ContactTag, Kind
from .models.contact import NAME_FIELDS, display_name


@dataclass(frozen=True)
class Row:
    """One contact as a line of a collection, for one viewer."""

    id: int
    kind: str
    archived: bool
    name: str
    company: str
    phone: str
    extension: str
    email: str
    owner: str
    owned_by_viewer: bool
    tags: list[str]
    created_at: datetime.datetime
    photo_digest: str
    actions: set[str]

    @property
    def kind_label(self) -> str:
        return Kind(self.kind).label


def _first(rows: QuerySet, field: str) -> Subquery:
    """`field` of the primary row, else of the first: what stands for the contact in a line."""
    current = rows.filter(contact=OuterRef("pk"), former_at__isnull=True)
    return Subquery(current.order_by("-is_primary", "pk").values(field)[:1])


def read_rows(user: User, ids: list[int]) -> list[Row]:
    """Rows of these contacts in the order of `ids`; hidden or vanished ids are left out. Two queries."""
    tags = ContactTag.objects.filter(contact=OuterRef("pk")).order_by("tag__name").values("tag__name")
    phones, emails = ContactPhone.objects, ContactEmail.objects
    found = policy.visible_to(user).filter(pk__any_of=ids).order_by()
    values = found.values(
        "pk", "kind", "archived", "created_at", "photo_digest", "owner_id", "owner__name", "owner__email", *NAME_FIELDS,
        phone=_first(phones, "number"), extension=_first(phones, "extension"), email=_first(emails, "address"),
        tag_names=ArraySubquery(tags),
    )  # fmt: skip
    by_id = {value["pk"]: value for value in values}
    facts = [(pk, value["kind"], value["archived"]) for pk, value in by_id.items()]
    actions = policy.actions_by_contact(user, facts)
    return [_row(user, by_id[pk], actions[pk]) for pk in ids if pk in by_id]


def _row(user: User, value: dict, actions: set[str]) -> Row:
    return Row(
        id=value["pk"],
        kind=value["kind"],
        archived=value["archived"],
        name=display_name(value),
        company=value["company"],
        phone=value["phone"] or "",
        extension=value["extension"] or "",
        email=value["email"] or "",
        owner=value["owner__name"] or value["owner__email"] or "",
        owned_by_viewer=value["owner_id"] == user.pk,
        tags=value["tag_names"],
        created_at=value["created_at"],
        photo_digest=value["photo_digest"],
        actions=actions,
    )
