"""What a contact consists of, now and as it was at an earlier version: the ground on which stale saves are judged.

The version stands on the contact; its rows (emails, phones …) and tags have none. A row's state at version v is its
latest event outside the history contexts in which the contact was raised above v (one saving = one context).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import Q

from contacts.models import (
    Contact,
    ContactAddress,
    ContactEmail,
    ContactOtherField,
    ContactPhone,
    ContactTag,
    ContactWebsite,
    Tag,
)

ATTRIBUTES = (
    "prefix", "given_name", "middle_name", "family_name", "suffix", "nickname", "company", "job_title", "birthday",
    "language", "time_zone", "outside_id", "outside_source",
)  # fmt: skip
Values = dict[str, Any]
Rows = dict[int, Values]


@dataclass(frozen=True)
class RowKind:
    """What a contact has many of. `name` is the formset's prefix and the contact's related name (contract.md).

    `columns` are edited; `value` is the one that makes a row; `identity` may stand on a contact only once. Reachable
    rows have a primary one and become former when removed; others are deleted.
    """

    name: str
    model: type[models.Model]
    columns: tuple[str, ...]
    value: str
    noun: str
    identity: tuple[str, ...] = ()
    once: str = ""
    reachable: bool = False

    @property
    def stored(self) -> tuple[str, ...]:
        return (*self.columns, "is_primary", "former_at") if self.reachable else self.columns

    def identity_of(self, values: Values) -> tuple[str, ...]:
        """What must be unique on one contact; emails whatever their case."""
        return tuple(str(values.get(column) or "").lower() for column in self.identity)

    @property
    def once_message(self) -> str:
        """The words of the database constraint that keeps a value from standing on a contact twice."""
        names = {constraint.name: constraint for constraint in self.model._meta.constraints}
        return str(names[self.once].violation_error_message)


ROW_KINDS = {
    kind.name: kind
    for kind in (
        RowKind(
            "emails", ContactEmail, ("address", "label"), "address", "email",
            identity=("address",), once="contact_email_once", reachable=True,
        ),
        RowKind(
            "phones", ContactPhone, ("number", "extension", "label"), "number", "number",
            identity=("number", "extension"), once="contact_phone_once", reachable=True,
        ),
        RowKind(
            "addresses", ContactAddress, ("street", "city", "region", "postal_code", "country", "label"),
            "street", "address",
        ),
        RowKind("websites", ContactWebsite, ("url", "label"), "url", "web site"),
        RowKind("other_fields", ContactOtherField, ("label", "value"), "value", "field"),
    )
}  # fmt: skip


@dataclass
class State:
    """A contact at one moment: attribute values, rows by kind and id, and tags (lower-case name -> name)."""

    attributes: Values
    rows: dict[str, Rows] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def primary(self, kind: str) -> int | None:
        """Id of the row that is marked as the primary one."""
        marked = (pk for pk, row in self.rows[kind].items() if row.get("is_primary") and not row.get("former_at"))
        return next(marked, None)


def state_now(contact: Contact) -> State:
    """The contact as it stands. Six queries, none for what was prefetched; to save, the caller holds its lock."""
    rows = {
        kind.name: {
            row.pk: {name: getattr(row, name) for name in kind.stored} for row in getattr(contact, kind.name).all()
        }
        for kind in ROW_KINDS.values()
    }
    tags = {tag.name.lower(): tag.name for tag in contact.tags.all()}
    return State({name: getattr(contact, name) for name in ATTRIBUTES}, rows, tags)


def empty_state() -> State:
    """Of a contact that is not made yet."""
    return State(dict.fromkeys(ATTRIBUTES, ""), {name: {} for name in ROW_KINDS})


def state_at(contact: Contact, version: int, now: State) -> State | None:
    """The contact as it was when it reached `version`, or None when history does not know it.

    Two queries, and two for each kind of row and for tags.
    """
    events = Contact.pgh_event_model.objects.filter(pgh_obj_id=contact.pk)  # type: ignore[attr-defined]
    then = events.filter(version=version).order_by("-pgh_id").values(*ATTRIBUTES).first()
    if then is None:
        return None
    since = _since(events.filter(version__gt=version))
    rows = {kind.name: _rows_before(kind, contact, since, now.rows[kind.name]) for kind in ROW_KINDS.values()}
    return State(then, rows, _tags_before(contact, since, now.tags))


def _since(newer: models.QuerySet) -> Q:
    """Events of the savings that wrote these events of the contact: same context, or, without one, same transaction."""
    savings = list(newer.values_list("pgh_context_id", "pgh_created_at"))
    contexts = {context for context, _ in savings if context}
    moments = {moment for context, moment in savings if not context}  # pgh_created_at is the transaction's start
    return Q(pgh_context__in=contexts) | Q(pgh_context__isnull=True, pgh_created_at__in=moments)


def _rows_before(kind: RowKind, contact: Contact, since: Q, now: Rows) -> Rows:
    events = kind.model.pgh_event_model.objects.filter(contact_id=contact.pk)  # type: ignore[attr-defined]
    touched = set(events.filter(since).values_list("pgh_obj_id", flat=True))
    rows = {pk: row for pk, row in now.items() if pk not in touched}
    older = events.filter(pgh_obj_id__in=touched).exclude(since).order_by("pgh_id")
    latest = {row.pop("pgh_obj_id"): row for row in older.values("pgh_obj_id", "pgh_label", *kind.stored)}
    return rows | {pk: row for pk, row in latest.items() if row.pop("pgh_label") != "delete"}


def _tags_before(contact: Contact, since: Q, now: dict[str, str]) -> dict[str, str]:
    """Tags are a set: taken back are the first of the changes to each tag since then."""
    events = ContactTag.pgh_event_model.objects.filter(since, contact_id=contact.pk)  # type: ignore[attr-defined]
    first: dict[int, str] = {}
    for tag, label in events.order_by("pgh_id").values_list("tag_id", "pgh_label"):
        first.setdefault(tag, label)
    names = dict(Tag.objects.filter(pk__in=first).values_list("pk", "name"))
    tags = dict(now)
    for tag, label in first.items():
        name = names.get(tag, "")
        if label == "delete" and name:
            tags[name.lower()] = name
        elif name:
            tags.pop(name.lower(), None)
    return tags
