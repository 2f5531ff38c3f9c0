"""People on lists: put there, subscribed or not, taken off and put back (product.md §10).

Putting somebody on a list needs Write on the list and the right `list` on the contact (product.md §2a); all else is
the list's alone, so that who fills it also takes off and unsubscribes people whom he or she cannot open.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from contacts import list_policy, policy
from contacts.models import Contact, JoinedContact, ListItem
from contacts.words import NO_ACCESS
from contacts_project.accounts.models import User
from contacts_project.core.errors import Refused

from .lists import hold
from .outcomes import ALREADY, DONE, REFUSED, Outcome
from .undoing import CannotUndo, remember, undoes

LIST_GONE = "You may not change who is on this list any more."
THERE_AGAIN = "This contact is on the list again already."
How = ListItem.How


@transaction.atomic
def assign(actor: User, ids: Iterable[int], list_id: int, *, how: str = How.BULK) -> list[Outcome]:
    """Put contacts on a list, with the outcome for each id in its order; `before` is the id of the new item.

    Ids that the actor does not see are refused like those that name nothing: the caller asks only about ids that he or
    she may know of. Locks the contacts, then the list. Nine queries whatever the number.
    """
    wanted = list(dict.fromkeys(ids))
    seen = policy.visible_to(actor).filter(pk__any_of=wanted)
    list(seen.order_by("pk").select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))
    try:
        found = hold(actor, "fill", list_id)
    except (Http404, Refused) as refusal:
        reason = getattr(refusal, "rule", LIST_GONE)
        return [Outcome(pk, REFUSED, reason) for pk in wanted]
    # Asked again behind the locks: access that ended meanwhile counts.
    visible = set(seen.values_list("pk", flat=True))
    allowed = set(policy.scope(actor, "list").filter(pk__any_of=wanted).values_list("pk", flat=True))
    there = set(found.items.filter(contact__any_of=wanted).values_list("contact", flat=True))
    new = [
        ListItem(list=found, contact_id=pk, added_by=actor, how=how)
        for pk in sorted(allowed - there)
    ]  # fmt: skip
    made = {item.contact_id: item.pk for item in ListItem.objects.bulk_create(new, batch_size=3000)}
    return [_assigned(pk, made, there, visible) for pk in wanted]


def _assigned(pk: int, made: dict[int, int], there: set[int], visible: set[int]) -> Outcome:
    if pk in made:
        return Outcome(pk, DONE, before=made[pk])
    if pk in there:
        return Outcome(pk, ALREADY)
    return Outcome(pk, REFUSED, policy.ARCHIVED if pk in visible else NO_ACCESS)


def add(actor: User, pk: int, list_id: int) -> tuple[Outcome, str]:
    """Put one visible contact on a list from the list's own page; with the contact's name. As `assign`."""
    outcome = assign(actor, [pk], list_id, how=How.PAGE)[0]
    return outcome, name_on_list(Contact.objects.get(pk=pk))


def remember_adding(actor: User, list_id: int, outcome: Outcome) -> str:
    """Keep what a message's Undo takes off again."""
    return remember(actor, "add-list-item", list=list_id, contact=outcome.contact_id, item=outcome.before)


@undoes("add-list-item")
def undo_adding(user: User, data: dict[str, Any]) -> tuple[str, str]:
    """Take off the list who was just added."""
    outcome = take_back(user, {data["contact"]: data["item"]}, data["list"])[0]
    if outcome.status == REFUSED:
        raise CannotUndo(outcome.reason)
    return "Taken off the list", reverse("contacts:list-detail", args=[data["list"]])


@transaction.atomic
def take_back(actor: User, before: dict[int, int], list_id: int) -> list[Outcome]:
    """Undo `assign`: contact id -> `before` of its outcome. What somebody else has taken off stays off."""
    try:
        found = hold(actor, "fill", list_id)
    except (Http404, Refused):
        return [Outcome(pk, REFUSED, LIST_GONE) for pk in before]
    items = found.items.filter(pk__any_of=list(before.values()))
    there = set(items.values_list("pk", flat=True))
    items.delete()
    return [Outcome(pk, DONE if item in there else ALREADY) for pk, item in before.items()]


@transaction.atomic
def set_subscribed(actor: User, list_id: int, item_id: int, *, is_subscribed: bool) -> tuple[ListItem, bool]:
    """Subscribe or unsubscribe somebody on this list, with whether that changes anything. Raises Http404, Refused.

    Subscribing lifts no opt-out: that is the address's (product.md §10), and engagements leave it out still.
    """
    item = _item(actor, list_id, item_id)
    if item.is_subscribed == is_subscribed:
        return item, False
    item.is_subscribed, item.changed_at, item.changed_by = is_subscribed, timezone.now(), actor
    item.save(update_fields=["is_subscribed", "changed_at", "changed_by"])
    return item, True


@transaction.atomic
def remove(actor: User, list_id: int, item_id: int) -> tuple[ListItem, str]:
    """Take somebody off the list: the item that was, and the token of an undo. Raises Http404, Refused."""
    item = _item(actor, list_id, item_id)
    token = remember(actor, "remove-list-item", **kept_item(item))
    item.delete()
    return item, token


def _item(actor: User, list_id: int, item_id: int) -> ListItem:
    found = hold(actor, "fill", list_id)
    rows = found.items.select_related("contact", "list").select_for_update(of=("self",))
    return get_object_or_404(rows, pk=item_id)


def kept_item(item: ListItem) -> dict[str, Any]:
    """An item as JSON: what undo needs to put it back."""
    return {
        "list": item.list_id,
        "contact": item.contact_id,
        "is_subscribed": item.is_subscribed,
        "changed_at": item.changed_at.isoformat() if item.changed_at else None,
        "changed_by": item.changed_by_id,
        "added_at": item.added_at.isoformat(),
        "added_by": item.added_by_id,
        "how": item.how,
    }


@undoes("remove-list-item")
def put_back(user: User, data: dict[str, Any]) -> tuple[str, str]:
    """Put the person back on the list as he or she stood there; of a record that was joined since, the kept one."""
    try:
        found = hold(user, "fill", data["list"])
    except (Http404, Refused):
        raise CannotUndo(LIST_GONE) from None
    kept = JoinedContact.objects.filter(contact=data["contact"]).values_list("kept", flat=True).first()
    item = item_from(data, list_id=found.pk, contact_id=kept or data["contact"])
    try:
        with transaction.atomic():
            item.save()
    except IntegrityError as error:
        raise CannotUndo(THERE_AGAIN if "list_item_once" in str(error) else "This contact is gone.") from None
    return f"{name_on_list(item.contact)} is on {found} again", reverse("contacts:list-detail", args=[found.pk])


def item_from(kept: dict[str, Any], *, list_id: int, contact_id: int) -> ListItem:
    """An unsaved item with the facts of `kept_item`; people who are gone are left out."""
    ids = {kept["changed_by"], kept["added_by"]} - {None}
    known = set(User.objects.filter(pk__in=ids).values_list("pk", flat=True))
    return ListItem(
        list_id=list_id,
        contact_id=contact_id,
        is_subscribed=kept["is_subscribed"],
        changed_at=_moment(kept["changed_at"]),
        changed_by_id=kept["changed_by"] if kept["changed_by"] in known else None,
        added_at=_moment(kept["added_at"]) or timezone.now(),
        added_by_id=kept["added_by"] if kept["added_by"] in known else None,
        how=kept["how"],
    )


def _moment(text: str | None) -> datetime.datetime | None:
    return datetime.datetime.fromisoformat(text) if text else None


def name_on_list(contact: Contact) -> str:
    """What messages call somebody on a list: all its readers know the name."""
    return contact.name or "The contact"


def known_ids(user: User, ids: Iterable[int]) -> set[int]:
    """Of these contacts those that `user` knows of: sees, or reads on a list. Two queries."""
    wanted = list(ids)
    seen = set(policy.visible_to(user).filter(pk__any_of=wanted).values_list("pk", flat=True))
    readable: Any = list_policy.visible_to(user).order_by().values("pk")
    on_lists = ListItem.objects.filter(contact__any_of=wanted, list__in=readable)
    return seen | set(on_lists.values_list("contact", flat=True))
