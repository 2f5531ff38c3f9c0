"""Bulk actions and imports: one line each, with the page that says what became of every contact."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, IntegerField, OuterRef, QuerySet
from django.db.models.fields.json import KT
from django.urls import reverse

from contacts.models import BulkAction, BulkItem, Import, ImportRow, UndoStep
from contacts.words import ALREADY, VERBS
from contacts_project.accounts.models import User
from contacts_project.core.templatetags.kithline import COUNT_LIMIT, capped

from .places import BULKS, IMPORTS, Place, behind, walk
from .telling import Deed, Entry, Unit

BULK_STEPS = ("bulk", "bulk-month")
Outcome = BulkItem.Outcome
AT_WORK = (BulkAction.Status.WAITING, BulkAction.Status.RUNNING)
STARTED = (Import.Status.RUNNING, Import.Status.DONE, Import.Status.FAILED)
ICONS = {
    BulkAction.Action.ARCHIVE: "archive",
    BulkAction.Action.UNARCHIVE: "archive-off",
    BulkAction.Action.TAG: "tag",
    BulkAction.Action.LIST: "list",
    BulkAction.Action.UNDO: "arrow-back-up",
}


def _counted(rows: QuerySet) -> Func:
    """How many rows, up to the number from which on a count is "10,000+": so the cost is bounded."""
    ids = ArraySubquery(rows.order_by().values("pk")[:COUNT_LIMIT])
    return Func(ids, function="CARDINALITY", output_field=IntegerField())


def bulks_of(user: User, place: Place | None, since: datetime.datetime) -> list[Unit]:
    """One's own bulk actions behind `place`. One query."""
    items = BulkItem.objects.filter(bulk=OuterRef("pk"))
    counts = {outcome.value: _counted(items.filter(outcome=outcome)) for outcome in Outcome}
    rows = BulkAction.objects.filter(user=user, created_at__gte=since).defer("selection").annotate(**counts)
    rows = rows.order_by("-created_at", "-pk")

    def fetch(place: Place | None, number: int) -> list[BulkAction]:
        return list(rows.filter(behind(place, BULKS))[:number])

    def keep(found: list[BulkAction]) -> list[Unit]:
        return [Unit(_bulk_place(bulk), [Entry(bulk.created_at, _bulk_deed(bulk))]) for bulk in found]

    return walk(place, fetch, keep, _bulk_place)


def _bulk_place(bulk: BulkAction) -> Place:
    return Place(bulk.created_at, BULKS, bulk.pk)


def _bulk_deed(bulk: Any) -> Deed:
    action = BulkAction.Action(bulk.action)
    more = [f"{capped(bulk.already)} {ALREADY.get(action, 'already so')}" if bulk.already else ""]
    more.append(f"{capped(bulk.refused)} not done" if bulk.refused else "")
    more.append(f"{capped(bulk.pending)} still to do" if bulk.status in AT_WORK and bulk.pending else "")
    return Deed(
        said="",
        name=f"{capped(bulk.done)} contact{'' if bulk.done == 1 else 's'} {VERBS[action]}",
        url=reverse("contacts:bulk-detail", args=[bulk.pk]),
        more=", ".join(filter(None, more)),
        icon=ICONS.get(action, "users"),
    )


def imports_of(user: User, place: Place | None, since: datetime.datetime) -> list[Unit]:
    """One's own imports that were run, behind `place`: what was uploaded only is left out. One query."""
    lines = ImportRow.objects.filter(source=OuterRef("pk"))
    wanted = (ImportRow.Outcome.CREATED, ImportRow.Outcome.UPDATED)
    counts = {outcome.value: _counted(lines.filter(outcome=outcome)) for outcome in wanted}
    rows = Import.objects.filter(user=user, created_at__gte=since, status__in=STARTED).annotate(**counts)
    rows = rows.only("file_name", "status", "created_at").order_by("-created_at", "-pk")

    def fetch(place: Place | None, number: int) -> list[Import]:
        return list(rows.filter(behind(place, IMPORTS))[:number])

    return walk(place, fetch, _run_ones, _import_place)


def _import_place(made: Import) -> Place:
    return Place(made.created_at, IMPORTS, made.pk)


def _run_ones(found: list[Any]) -> list[Unit]:
    """Without files that could not be read: nothing was done with them."""
    run = [one for one in found if one.status != Import.Status.FAILED or one.created or one.updated]
    return [Unit(_import_place(one), [Entry(one.created_at, _import_deed(one))]) for one in run]


def _import_deed(made: Any) -> Deed:
    parts = [f"{capped(made.created)} contact{'' if made.created == 1 else 's'} created"]
    parts += [f"{capped(made.updated)} updated"] if made.updated else []
    return Deed(
        said="Imported",
        name=made.file_name,
        url=reverse("contacts:import-detail", args=[made.pk]),
        more=", ".join(parts),
        icon="file-import",
    )


def offer_undo(user: User, units: list[Unit]) -> None:
    """Put the Undo of their messages on these bulk actions. One query, none where there are none."""
    bulks = {unit.place.pk: unit for unit in units if unit.place.stream == BULKS}
    if not bulks:
        return
    since = min(unit.place.at for unit in bulks.values())  # a step is remembered after its bulk action
    steps = UndoStep.objects.filter(user=user, action__in=BULK_STEPS, created_at__gte=since)
    steps = steps.annotate(of=KT("about__bulk")).filter(of__in=[str(pk) for pk in bulks])
    for step in steps.defer("data").order_by("created_at"):
        bulks[step.about["bulk"]].entries[0].offer(step)
