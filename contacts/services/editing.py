"""Saving edits of a contact: its attributes, rows and tags, in one transaction, with stale saves refused (contract.md).

Raises `Stale` when a field that the post changes was changed since the version it was made from, `Invalid` when the
result would break a rule. Nothing is written in either case.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import pghistory
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from contacts import policy
from contacts.models import Contact, ContactTag, Tag
from contacts.signals import addresses_added
from contacts_project.accounts.models import User

from . import merging, rows, tagging
from .holding import hold
from .merging import Changes, Conflict, Plan
from .states import ROW_KINDS, State, state_at, state_now

NEEDS = "A contact needs a name, a company, an email or a phone."
NAMES = ("given_name", "middle_name", "family_name", "nickname", "company")
EXCHANGED = "Two rows exchange their values. Save one change first, then the other."
ROW_IS_GONE = "This row has been removed meanwhile."


class Invalid(Exception):
    """The changes break a rule: [(form field, sentence)]; the field is "" where the whole form is meant."""

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(message for _, message in errors))
        self.errors = errors


@dataclass
class Stale(Exception):
    """Somebody saved the same fields meanwhile: the collisions, what would be saved beside them, and the states."""

    contact: Contact
    changes: Changes
    plan: Plan
    before: State
    now: State
    conflicts: list[Conflict]


def save_edit(actor: User, contact_id: int, changes: Changes) -> bool:
    """Write what `changes` changes; returns whether anything did. Raises the version by one when so.

    Locks the contact against other savings. Raises Http404 and Refused as `policy.require`, `Invalid`, `Stale`.
    About 10 queries when nothing is stale, 25 when it is.
    """
    with transaction.atomic(), pghistory.context(user=actor.pk):
        contact = locked(actor, contact_id)
        now = state_now(contact)
        before = _state_before(contact, changes, now)
        plan = merging.merge(changes, before, now)
        if plan.conflicts:
            raise Stale(contact, changes, plan, before, now, plan.conflicts)
        if not plan and not plan.missing:
            return False
        _validate(contact, plan, now)
        _write(contact, plan)
    return True


def check(contact: Contact, changes: Changes) -> None:
    """Raise `Invalid` where these changes of the contact as it stands would break a rule. Writes nothing."""
    now = state_now(contact)
    plan = merging.merge(changes, now, now)
    _validate(copy.copy(contact), plan, now)


def locked(actor: User, contact_id: int) -> Contact:
    """The contact, locked for an edit by `actor`: Http404 if hidden, Refused if forbidden or archived.

    What the lock was asked with is what stood before a wait for it: rights are asked again behind it.
    """
    lock = policy.scope(actor, "edit").select_related("account").select_for_update(no_key=True, of=("self",))
    contact = lock.filter(pk=contact_id).first() or hold(policy.get_visible(actor, contact_id))
    policy.require(actor, "edit", contact)
    return contact


def _state_before(contact: Contact, changes: Changes, now: State) -> State:
    """The state the post was made from. An unknown version is taken as the current one."""
    if changes.version is None or changes.version >= contact.version:
        return now
    return state_at(contact, changes.version, now) or now


def _validate(contact: Contact, plan: Plan, now: State) -> None:
    errors = [(key, ROW_IS_GONE) for key in plan.missing]
    final = {**now.attributes, **plan.attributes}
    for name, value in plan.attributes.items():
        setattr(contact, name, value)
    try:
        contact.validate_constraints()
    except ValidationError as error:
        errors += [("", message) for message in error.messages]
    left: dict[str, int] = {}
    for name, kind in ROW_KINDS.items():
        found, left[name] = rows.check(kind, plan.rows.get(name), now.rows[name])
        errors += found
    if not any(final[name] for name in NAMES) and not left["emails"] and not left["phones"]:
        errors.append(("", NEEDS))
    if errors:
        raise Invalid(errors)


def _write(contact: Contact, plan: Plan) -> None:
    try:
        with transaction.atomic():
            for name, rowplan in plan.rows.items():
                rows.write(ROW_KINDS[name], contact, rowplan)
    except IntegrityError as error:
        raise Invalid([("", EXCHANGED)]) from error
    _write_tags(contact, plan.tags_added, plan.tags_removed)
    contact.version += 1
    contact.save(update_fields=[*plan.attributes, "version"])
    if any(rows.adds_addresses(ROW_KINDS[name], rowplan) for name, rowplan in plan.rows.items()):
        addresses_added.send(sender=None, contact_ids=[contact.pk])


def _write_tags(contact: Contact, added: list[str], removed: list[str]) -> None:
    if added:
        tags = tagging.tags_named(contact.account, added)
        links = [ContactTag(contact=contact, tag=tag) for tag in tags]
        ContactTag.objects.bulk_create(links, ignore_conflicts=True)
    if removed:
        gone = Tag.objects.filter(account=contact.account_id, name__in=removed)
        ContactTag.objects.filter(contact=contact, tag__in=gone).delete()
