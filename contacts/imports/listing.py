"""The list on which an import puts its people (product.md §6): chosen at the check, judged again with each chunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from contacts import list_policy
from contacts.models import Import, ImportRow, List, ListItem
from contacts.services.list_items import assign
from contacts.services.lists import create_list
from contacts.services.outcomes import ALREADY, DONE

TARGET, LISTED = "target", "listed"  # of an import's options: {list: id, name}, and {added, there, reasons}
Outcome = ImportRow.Outcome


@dataclass(frozen=True)
class Listed:
    """What putting an import's people on its list came to. `list` is None where its user may not open it any more."""

    list: List | None
    on_it: int
    added: int
    left_out: list[tuple[str, int]]


def choose(made: Import, found: List | None, *, name: str = "") -> None:
    """Keep the list, the name of one that is to be made, or that there is none. One query."""
    target = {"list": found.pk if found else None, "name": name}
    if target != (made.options.get(TARGET) or {"list": None, "name": ""}):
        made.options[TARGET] = target
        made.save(update_fields=["options"])


def chosen(made: Import) -> dict[str, Any]:
    """What `choose` kept, as a form's initial values."""
    target = made.options.get(TARGET) or {}
    return {"list": target.get("list"), "list_name": target.get("name", "")}


def make_list(made: Import) -> None:
    """Make the new list as the import begins. Raises Refused for somebody who is being deactivated.

    Its status must be locked: a second click finds it begun. Five queries, none where no name was chosen.
    """
    if name := chosen(made)["list_name"]:
        choose(made, create_list(made.user, name=name))


def put_on_list(made: Import, rows: Iterable[ImportRow]) -> None:
    """Put the people of these rows there, new ones and those who were here already, and count what came of it.

    In the transaction of the rows, which saves `made.options`. Whom its user may not put on a list, or not see, is left
    out with the reason, as in a bulk action; so is everybody, once the list is archived or taken away.
    """
    ids = {row.contact_id for row in rows if row.contact_id and row.outcome != Outcome.FAILED}
    to = chosen(made)["list"]
    if not to or not ids:
        return
    before = made.options.get(LISTED) or {}
    reasons = Counter(before.get("reasons"))
    outcomes = assign(made.user, sorted(ids), to, how=ListItem.How.IMPORT)
    count = Counter(outcome.status for outcome in outcomes)
    reasons.update(outcome.reason for outcome in outcomes if outcome.reason)
    added, there = before.get("added", 0) + count[DONE], before.get("there", 0) + count[ALREADY]
    made.options[LISTED] = {"added": added, "there": there, "reasons": dict(reasons)}


def listed(made: Import) -> Listed | None:
    """What became of it, for the page of the result; None without a list. One query."""
    to = chosen(made)["list"]
    if not to:
        return None
    found = list_policy.visible_to(made.user).filter(pk=to).first()
    count = made.options.get(LISTED) or {}
    added = count.get("added", 0)
    return Listed(found, added + count.get("there", 0), added, sorted(count.get("reasons", {}).items()))
