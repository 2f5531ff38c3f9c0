"""What a join of two records does to the lists that they stand on, and what parting them takes back (product.md §8)."""

from __future__ import annotations

from typing import Any

from contacts.models import Contact, List, ListItem

from .list_items import item_from, kept_item

Moved = dict[str, Any]


def move_items(source: Contact, kept: Contact) -> Moved:
    """Put `kept` in the place of `source` on every list; JSON for `move_items_back`.

    Where both stand on a list the kept one's place stays, and whoever had unsubscribed stays unsubscribed. Both
    contacts must be locked. Four queries, and one for each list that only one of the two had left.
    """
    mine = {item.list_id: item for item in ListItem.objects.filter(contact=source).order_by("pk")}
    theirs = {item.list_id: item for item in ListItem.objects.filter(contact=kept, list__in=list(mine))}
    moving = [item.pk for pk, item in mine.items() if pk not in theirs]
    double = [item for pk, item in mine.items() if pk in theirs]
    left = [_unsubscribe(theirs[item.list_id], item) for item in double if not item.is_subscribed]
    ListItem.objects.filter(pk__any_of=[item.pk for item in double]).delete()
    ListItem.objects.filter(pk__any_of=moving).update(contact=kept)
    return {"moved": moving, "double": [kept_item(item) for item in double], "left": list(filter(None, left))}


def _unsubscribe(item: ListItem, like: ListItem) -> dict[str, Any] | None:
    """Unsubscribe `item` as `like` was: when and by whom. None where it had left already."""
    if not item.is_subscribed:
        return None
    before = {name: kept_item(item)[name] for name in ("changed_at", "changed_by")}
    item.is_subscribed, item.changed_at, item.changed_by_id = False, like.changed_at, like.changed_by_id
    item.save(update_fields=["is_subscribed", "changed_at", "changed_by"])
    return {"item": item.pk, "since": kept_item(like)["changed_at"], **before}


def move_items_back(source: Contact, kept: Contact, moved: Moved) -> None:
    """Undo `move_items` as far as it still stands: what was taken off or changed since stays, as do lists now gone."""
    ListItem.objects.filter(pk__any_of=moved.get("moved", []), contact=kept).update(contact=source)
    for one in moved.get("left", []):
        still = ListItem.objects.filter(pk=one["item"], is_subscribed=False, changed_at=one["since"])
        still.update(is_subscribed=True, changed_at=one["changed_at"], changed_by=one["changed_by"])
    double = moved.get("double", [])
    lists = set(List.objects.filter(pk__in=[one["list"] for one in double]).values_list("pk", flat=True))
    items = [item_from(one, list_id=one["list"], contact_id=source.pk) for one in double if one["list"] in lists]
    ListItem.objects.bulk_create(items, ignore_conflicts=True)
