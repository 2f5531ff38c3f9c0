"""The rows of a collection page: everything a line shows, read in one query for ids that the access sources gave."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery

from contacts_project.accounts.models import User

from . import callable as call_times
from . import policy
from .blocking import blocked_rows
from .department_tags import Operated, Tags, department_tags, operated_by, removable_from
from .last_contacts import Last, lasts
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
    owner: str  # "" for a Department Contact, which its departments own
    owned_by_viewer: bool
    tags: list[str]
    created_at: datetime.datetime
    photo_digest: str
    actions: set[str]
    version: int = 0
    owner_left: bool = False
    departments: Tags = ()
    removable_from: Tags = ()  # departments from which the viewer may remove it one at a time
    last: Last | None = None  # the latest that the viewer may see, where it was asked for
    blocked: bool = False  # by a block that the viewer may know
    callable: bool = False  # in a good hour to call now
    second: bool = False  # stands beneath another record of the same person

    @property
    def is_shared(self) -> bool:
        return self.kind == Kind.SHARED

    @property
    def belongs_to(self) -> str:
        """The linked departments of a Department Contact, first link first."""
        return ", ".join(tag.name for tag in self.departments) if self.kind == Kind.DEPARTMENT else ""

    @property
    def kind_label(self) -> str:
        return Kind(self.kind).label


def first_of(rows: QuerySet, field: str) -> Subquery:
    """`field` of the primary row, else of the first: what stands for the contact in a line."""
    current = rows.filter(contact=OuterRef("pk"), former_at__isnull=True)
    return Subquery(current.order_by("-is_primary", "pk").values(field)[:1])


def read_rows(user: User, ids: list[int], *, with_last: bool = False) -> list[Row]:
    """Rows of these contacts in the order of `ids`; hidden or vanished ids are left out.

    At most seven queries: rows, actions, blocks, call times, and those of `department_tags`; one more `with_last`.
    """
    if not ids:
        return []
    tags = ContactTag.objects.filter(contact=OuterRef("pk")).order_by("tag__name").values("tag__name")
    phones, emails = ContactPhone.objects, ContactEmail.objects
    found = policy.visible_to(user).filter(pk__any_of=ids).order_by()
    values = found.values(
        "pk", "kind", "archived", "created_at", "photo_digest", "owner_id", "owner__name", "owner__email",
        "owner__is_active", "version", *NAME_FIELDS,
        phone=first_of(phones, "number"), extension=first_of(phones, "extension"), email=first_of(emails, "address"),
        tag_names=ArraySubquery(tags),
    )  # fmt: skip
    by_id = {value["pk"]: value for value in values}
    facts = [(pk, value["kind"], value["archived"]) for pk, value in by_id.items()]
    actions = policy.actions_by_contact(user, facts)
    operated = operated_by(user)
    departments = department_tags(user, [(pk, kind) for pk, kind, _ in facts], operated)
    blocked = blocked_rows(user, by_id)
    callable_now = call_times.among([pk for pk, value in by_id.items() if value["phone"] and not value["archived"]])
    rows = (_row(user, by_id[pk], actions[pk], departments.get(pk, ()), operated) for pk in ids if pk in by_id)
    latest = lasts(user, by_id) if with_last else {}
    return [
        replace(row, blocked=row.id in blocked, callable=row.id in callable_now, last=latest.get(row.id))
        for row in rows
    ]


def read_stacked(user: User, page: list[tuple[int, list[int]]], *, with_last: bool = False) -> list[Row]:
    """Rows of a page as `twins.stacked` gives it, each followed by the records that stand beneath it."""
    places = [(pk, place > 0) for first, beneath in page for place, pk in enumerate((first, *beneath))]
    rows = {row.id: row for row in read_rows(user, [pk for pk, _ in places], with_last=with_last)}
    return [replace(rows[pk], second=second) for pk, second in places if pk in rows]


def _row(user: User, value: dict, actions: set[str], departments: Tags, operated: list[Operated]) -> Row:
    removable = removable_from(value["kind"], departments, operated) if "archive" in actions else ()
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
        owner_left=value["owner__is_active"] is False,
        tags=value["tag_names"],
        created_at=value["created_at"],
        photo_digest=value["photo_digest"],
        actions=actions,
        version=value["version"],
        departments=departments,
        removable_from=removable,
    )
