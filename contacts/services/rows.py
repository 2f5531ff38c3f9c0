"""Writing the rows of a contact: emails, phones, addresses, websites, other fields.

Removed emails and phones become former; a value that is added again brings the former row back (product.md §3).
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from contacts.models import Contact

from .merging import RowChange, RowPlan
from .states import RowKind, Rows, Values


def check(kind: RowKind, plan: RowPlan | None, now: Rows) -> tuple[list[tuple[str, str]], int]:
    """What is wrong with the rows as they would be, as (form field, sentence), and how many current ones would stand.

    Plans the return of a former row where its value is added again.
    """
    plan = plan or RowPlan()
    errors: list[tuple[str, str]] = []
    if len(plan.marked) > 1:
        errors = [(f"{kind.name}-{row.index}-is_primary", _only_one(kind)) for row in plan.marked[1:]]
    removed, revived = set(plan.removed), set(plan.revived)
    final = {pk: {**row, **plan.updated.get(pk, {})} for pk, row in now.items()}
    current = {pk for pk, row in final.items() if pk not in removed and (not row.get("former_at") or pk in revived)}
    if not kind.identity:
        return errors, len(current) + len(plan.added)
    taken: dict[tuple[str, ...], int | None] = {}
    for pk in sorted(final, key=lambda pk: pk in plan.updated):  # what was there first keeps its place
        identity = kind.identity_of(final[pk])
        if identity in taken:
            errors.append((_key(kind, plan.indexes.get(pk)), _twice(kind, taken[identity] in current)))
        taken.setdefault(identity, pk)
    added = []
    for row in plan.added:
        identity = kind.identity_of(row.values)
        there = taken.get(identity)
        if identity not in taken:
            added.append(row)
            taken[identity] = None
        elif there is None or there in current:
            errors.append((_key(kind, row.index), kind.once_message))
        else:
            _bring_back(plan, row, there)
            current.add(there)
    plan.added = added
    return errors, len(current) + len(added)


def _key(kind: RowKind, index: int | None) -> str:
    return "" if index is None else f"{kind.name}-{index}-{kind.value}"


def _twice(kind: RowKind, is_current: bool) -> str:
    if is_current:
        return kind.once_message
    return f"{kind.once_message.rstrip('.')}, as a former one. Make that one current again."


def _only_one(kind: RowKind) -> str:
    return f"Only one {kind.noun} can be the primary one."


def _bring_back(plan: RowPlan, row: RowChange, pk: int) -> None:
    plan.revived.append(pk)
    if row.values.get("label"):
        plan.updated.setdefault(pk, {})["label"] = row.values["label"]
    row.pk = pk


def adds_addresses(kind: RowKind, plan: RowPlan) -> bool:
    """Whether the contact can be reached by something new once the plan is written."""
    return kind.reachable and bool(
        plan.added or plan.revived or any(kind.value in row for row in plan.updated.values())
    )


def write(kind: RowKind, contact: Contact, plan: RowPlan) -> None:
    """Write a plan that `check` found nothing wrong with. One query for each changed row."""
    stored: QuerySet[Any] = kind.model._default_manager.filter(contact=contact)
    if plan.primary or plan.unmarked:
        stored.filter(is_primary=True).update(is_primary=False)
    if plan.removed and kind.reachable:
        stored.filter(pk__in=plan.removed).update(former_at=timezone.now(), is_primary=False)
    elif plan.removed:
        stored.filter(pk__in=plan.removed).delete()
    if plan.revived:
        stored.filter(pk__in=plan.revived).update(former_at=None, is_primary=False)
    for pk, values in plan.updated.items():
        stored.filter(pk=pk).update(**values)
    made: dict[int, int] = {}
    for row in plan.added:
        made[row.index] = _create(kind, contact, row.values).pk
    if plan.primary:
        pk = plan.primary.pk or made[plan.primary.index]
        stored.filter(pk=pk).update(is_primary=True)


def _create(kind: RowKind, contact: Contact, values: Values) -> Any:
    return kind.model._default_manager.create(contact=contact, **values)
