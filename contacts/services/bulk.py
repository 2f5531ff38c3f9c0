"""One action on a selection of contacts, with its outcome for each (product.md §4).

Small selections run at once, large ones in a background job; both by `run`, which works in chunks of one transaction
each and records every outcome with its effect. So a killed worker goes on where it stopped and does nothing twice.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

import pghistory
from django.db import transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from contacts import paging, policy
from contacts.filters import read_filters
from contacts.models import BulkAction, BulkItem
from contacts.words import bulk_summary
from contacts_project.accounts.models import User
from contacts_project.accounts.services.notices import notify

from . import archiving, converting, list_items, lists, ownership, reverting, sharing, tagging
from .outcomes import DONE, REFUSED, Outcome
from .undoing import MONTH, remember, undoes

AT_ONCE = 200
CHUNK = 500
LARGEST = 500_000
Parameters = dict[str, Any]
Inverse = Callable[[User, dict[int, Any], Parameters], list[Outcome]]
Action = BulkAction.Action


class ContactsGone(Exception):
    """Nothing of what was selected can be seen by the user (any more)."""


def _user(actor: User, parameters: Parameters) -> User:
    return User.objects.get(pk=parameters["user"], account=actor.account_id)


def _day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


# Each acts on many ids in a constant number of queries, judges rights itself and leaves hidden ids out.
ACTIONS: dict[str, Callable[[User, list[int], Parameters], list[Outcome]]] = {
    Action.ARCHIVE: lambda actor, ids, p: archiving.archive(actor, ids, department=p.get("department")),
    Action.UNARCHIVE: lambda actor, ids, _: archiving.unarchive(actor, ids),
    Action.TAG: lambda actor, ids, p: tagging.add_tags(actor, ids, p["tags"]),
    Action.SHARE: lambda actor, ids, p: sharing.set_access(
        actor, ids, _user(actor, p), p["access"], _day(p["until"]), tells=False
    ),
    Action.UNSHARE: lambda actor, ids, p: sharing.remove_access(actor, ids, _user(actor, p)),
    Action.OWNER: lambda actor, ids, p: ownership.change_owner(actor, ids, _user(actor, p), tells=False),
    Action.GIVE: lambda actor, ids, p: converting.give(actor, ids, department=p["department"], existing=p["existing"]),
    Action.KEEP: lambda actor, ids, _: converting.keep(actor, ids),
    Action.LIST: lambda actor, ids, p: list_items.assign(actor, ids, p["list"]),
    Action.UNDO: lambda actor, ids, p: _take_back(actor, ids, p["of"]),
}


def start(
    actor: User, action: str, parameters: Parameters, *, ids: Iterable[int] = (), filter_query: str = ""
) -> BulkAction:
    """Begin `action` on these ids, or on all that match `filter_query`; runs it at once when it is small.

    Raises ContactsGone when nothing of the selection is visible. The caller enqueues a job when the answer's status
    is still WAITING, in the same transaction.
    """
    assert actor.account is not None
    chosen = list(dict.fromkeys(ids)) if not filter_query else _matching(actor, filter_query, AT_ONCE + 1)
    if not filter_query and action != Action.UNDO:  # what was given away or removed is hidden, and can come back
        known = KNOWN.get(action, _seen)(actor, chosen)
        chosen = [pk for pk in chosen if pk in known]
    if not chosen:
        raise ContactsGone
    parameters = PREPARED[action](actor, parameters) if action in PREPARED else parameters
    small = len(chosen) <= AT_ONCE
    selection: Parameters = {"filter": filter_query} if filter_query and not small else {"ids": chosen}
    bulk = BulkAction.objects.create(
        account=actor.account, user=actor, action=action, parameters=parameters, selection=selection
    )
    if small:
        run(bulk)
    return bulk


def _seen(actor: User, ids: list[int]) -> set[int]:
    return set(policy.visible_to(actor).filter(pk__any_of=ids).values_list("pk", flat=True))


# Whom one knows from a list only cannot be put on another one: that is said, not left out (product.md §2a).
KNOWN: dict[str, Callable[[User, list[int]], set[int]]] = {Action.LIST: list_items.known_ids}


def _with_list(actor: User, parameters: Parameters) -> Parameters:
    """The list that was named in the form is made once, before the first chunk."""
    if "name" not in parameters:
        return parameters
    return {"list": lists.create_list(actor, name=parameters["name"]).pk}


PREPARED: dict[str, Callable[[User, Parameters], Parameters]] = {Action.LIST: _with_list}


def _matching(actor: User, filter_query: str, limit: int) -> list[int]:
    filters = read_filters(actor, QueryDict(filter_query))
    found = (pk for batch in paging.all_ids(actor, filters.selection) for pk in batch)
    return list(islice(found, limit))


def run(bulk: BulkAction) -> None:
    """Do what is left to do of `bulk`; safe to call again after a crash. The edit history knows that it was in bulk."""
    with pghistory.context(bulk=bulk.pk):
        if bulk.status == BulkAction.Status.WAITING:
            _collect(bulk)
        while _do_chunk(bulk):
            pass
    bulk.status, bulk.finished_at = BulkAction.Status.DONE, timezone.now()
    bulk.save(update_fields=["status", "finished_at"])


@transaction.atomic
def _collect(bulk: BulkAction) -> None:
    """Write down once which contacts are meant: those that match when the work begins."""
    selection = bulk.selection
    ids = selection["ids"] if "ids" in selection else _matching(bulk.user, selection["filter"], LARGEST)
    BulkItem.objects.bulk_create([BulkItem(bulk=bulk, contact_id=pk) for pk in ids], batch_size=3000)
    bulk.total, bulk.status = len(ids), BulkAction.Status.RUNNING
    bulk.save(update_fields=["total", "status"])


@transaction.atomic
def _do_chunk(bulk: BulkAction) -> bool:
    """Act on the next contacts that wait, and record the outcomes in the same transaction."""
    waiting = BulkItem.objects.filter(bulk=bulk, outcome=BulkItem.Outcome.PENDING).order_by("pk")
    items = {item.contact_id: item for item in waiting.select_for_update(skip_locked=True)[:CHUNK]}
    if not items:
        return False
    actor = User.objects.select_related("account").get(pk=bulk.user_id)  # who may be deactivated while this runs
    outcomes = ACTIONS[bulk.action](actor, list(items), bulk.parameters)
    for outcome in outcomes:
        item = items[outcome.contact_id]
        item.outcome, item.reason, item.before = outcome.status, outcome.reason, outcome.before
    for item in items.values():
        if item.outcome == BulkItem.Outcome.PENDING:  # hidden from the user since it was selected
            item.outcome, item.reason = REFUSED, "You cannot see it any more."
    BulkItem.objects.bulk_update(items.values(), ["outcome", "reason", "before"])
    _tell(bulk, actor, outcomes)
    return True


def _tell(bulk: BulkAction, actor: User, outcomes: list[Outcome]) -> None:
    """Whoever got the contacts is told once of all of them."""
    news = {
        Action.SHARE: ("contacts-shared", bool(sharing.newly_given(outcomes))),
        Action.OWNER: ("contacts-owner", any(outcome.status == DONE for outcome in outcomes)),
    }
    kind, is_news = news.get(Action(bulk.action), ("", False))
    if is_news:
        notify(kind, bulk.pk, to=[_user(actor, bulk.parameters)], by=actor)


def offer_undo(bulk: BulkAction) -> str | None:
    """Token for the message's Undo; None where nothing was changed."""
    changed = bulk.items.filter(outcome=DONE).exists()
    if not changed or bulk.action == Action.UNDO:
        return None
    return remember(bulk.user, "bulk-month" if bulk.action in LASTING else "bulk", bulk=bulk.pk)


LASTING = {Action.ARCHIVE, Action.GIVE, Action.KEEP}  # undone for 30 days, like the same act on one contact


@undoes("bulk-month", good_for=MONTH)
@undoes("bulk")
def _undo_bulk(user: User, data: dict[str, Any]) -> tuple[str, str]:
    """Take a bulk action back as a bulk action of its own, with outcomes like any other."""
    ids = BulkItem.objects.filter(bulk=data["bulk"], bulk__user=user, outcome=DONE).values_list("contact_id", flat=True)
    try:
        bulk = start(user, Action.UNDO, {"of": data["bulk"]}, ids=list(ids))
    except ContactsGone:
        return "Nothing is left to undo", reverse("contacts:contact-list")
    if bulk.status == BulkAction.Status.WAITING:
        enqueue(bulk)
        return "Undo has begun", reverse("contacts:bulk-detail", args=[bulk.pk])
    return bulk_summary(bulk).text, reverse("contacts:contact-list")


def enqueue(bulk: BulkAction) -> None:
    """Give the work to a background worker; the job appears with the transaction that made it."""
    from contacts.jobs_bulk import run_bulk

    run_bulk.defer(bulk_id=bulk.pk)


def _take_back(actor: User, ids: list[int], of: int) -> list[Outcome]:
    original = BulkAction.objects.get(pk=of, user=actor)
    before = dict(original.items.filter(outcome=DONE, contact_id__in=ids).values_list("contact_id", "before"))
    return INVERSES[original.action](actor, before, original.parameters)


def _grouped(before: dict[int, Any], act: Callable[[list[int], Any], list[Outcome]]) -> list[Outcome]:
    """Call `act` once for each distinct value of `before`."""
    groups: dict[str, tuple[Any, list[int]]] = {}
    for pk, value in before.items():
        groups.setdefault(repr(value), (value, []))[1].append(pk)
    return [outcome for value, ids in groups.values() for outcome in act(ids, value)]


def _restore_access(expected: Callable[[Parameters], str | None]) -> Inverse:
    return lambda actor, before, p: sharing.restore_access(actor, before, _user(actor, p), expected=expected(p))


INVERSES: dict[str, Inverse] = {
    Action.ARCHIVE: lambda actor, before, _: archiving.undo_archiving(actor, before),
    Action.UNARCHIVE: lambda actor, before, _: archiving.undo_unarchiving(actor, before),
    Action.GIVE: lambda actor, before, _: reverting.take_back(actor, before),
    Action.KEEP: lambda actor, before, _: reverting.take_back(actor, before),
    Action.LIST: lambda actor, before, p: list_items.take_back(actor, before, p["list"]),
    Action.TAG: lambda actor, before, _: _grouped(before, lambda ids, tags: tagging.remove_tags(actor, ids, tags)),
    Action.SHARE: _restore_access(lambda p: p["access"]),
    Action.UNSHARE: _restore_access(lambda p: None),
    Action.OWNER: lambda actor, before, p: ownership.restore_owner(actor, before, _user(actor, p)),
}
