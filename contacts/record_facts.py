"""What stands in the head of every tab of a record, read in one query: each tab asks for it beside its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from contacts_project.accounts.models import User

from . import callable as call_times
from . import department_tags as tags
from .blocking import visible_blocks
from .models import Contact, ContactTag, DepartmentLink, Kind
from .twins import Twin, twin_from, twins_rows

# What higher apps know besides, by name: a subquery of values for a contact whose emails and phones were prefetched
# (their AppConfig.ready).
FURTHER: dict[str, Callable[[Contact], QuerySet]] = {}


@dataclass(frozen=True)
class RecordFacts:
    """For one viewer: readable notes, the account's own tags {pk, name}, department tags, twins; and of a Department
    Contact the departments from which the viewer may remove it one at a time."""

    notes: int
    labels: list[dict[str, Any]]
    departments: tags.Tags
    removable_from: tags.Tags
    twins: list[Twin]
    is_blocked: bool  # by a block that the viewer may know
    is_callable: bool  # in a good hour to call now
    further: dict[str, list[Any]] = field(default_factory=dict)  # of FURTHER


def record_facts(user: User, contact: Contact, notes: QuerySet, *, may_archive: bool) -> RecordFacts:
    """Facts of a visible contact. `notes` are those that `user` may read. Emails and phones should be prefetched.

    One query; one more for a personal contact where the viewer operates a department.
    """
    labels = ContactTag.objects.filter(contact=OuterRef("pk")).order_by("tag__name")
    counted = notes.order_by().values("contact").annotate(number=Count("pk")).values("number")
    row: Any = (
        Contact.objects.filter(pk=contact.pk)
        .values(
            note_count=Coalesce(Subquery(counted), 0),
            labels=ArraySubquery(labels.values_list(JSONObject(pk="tag_id", name="tag__name"), flat=True)),
            linked=ArraySubquery(tags.linked_rows(DepartmentLink.objects.filter(contact=OuterRef("pk")))),
            operated=ArraySubquery(tags.operated_rows(user)),
            same=ArraySubquery(twins_rows(user, contact)),
            blocked=Exists(visible_blocks(user, contact)),
            hours=ArraySubquery(call_times.hours_of(contact.pk)),
            **{f"further_{name}": ArraySubquery(rows(contact)) for name, rows in FURTHER.items()},
        )
        .get()
    )
    # An array whose subquery can hold nothing (no address, a visitor) comes as None.
    operated = [tags.operated_from(facts) for facts in row["operated"] or ()]
    departments = tuple(tags.tag_from(facts) for facts in row["linked"] or ())
    if contact.kind == Kind.PERSONAL:
        departments = tags.derived_tags([contact.pk], operated).get(contact.pk, ())
    removable = tags.removable_from(contact.kind, departments, operated) if may_archive else ()
    twins = [*map(twin_from, row["same"] or ())]
    is_callable = contact.archived_at is None and call_times.is_now(row["hours"])
    further = {name: row[f"further_{name}"] or [] for name in FURTHER}
    return RecordFacts(
        row["note_count"], row["labels"], departments, removable, twins, row["blocked"], is_callable, further
    )
