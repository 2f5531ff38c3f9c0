"""The lists on which an import puts its people (product.md §6), judged again with each chunk.

One is chosen at the check; a column of the file may name others.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from contacts import list_policy
from contacts.models import Import, ImportRow, List, ListItem
from contacts.services.list_items import assign
from contacts.services.lists import create_list
from contacts.services.outcomes import ALREADY, DONE

# Of an import's options: {list: id, name} as chosen; {name in a cell: id of its list}; and by id of a list
# {added, there, reasons}, as text because this is JSON.
TARGET, NAMED, LISTED = "target", "lists", "listed"
MADE = "lists_made"  # how many of those were made by the import
MOST_MADE = 20  # new lists of one file: a column of names mapped by mistake makes no thousands
MORE = f"One file makes at most {MOST_MADE} lists. Make the others, then import it again."
NOT_MADE = 0  # stands for the id of lists that were not made
Outcome = ImportRow.Outcome


@dataclass(frozen=True)
class Listed:
    """What putting people on one list came to. `list` is None where the import's user may not open it any more, or
    where it was not made."""

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


def put_on_lists(made: Import, rows: Iterable[ImportRow], named: Mapping[int, list[str]]) -> None:
    """Put the people of these rows there, new ones and those who were here already, and count what came of it.

    On the list that was chosen, and on those that the file names: `named` is row id -> names. In the transaction of
    the rows, which saves `made.options`. Whom its user may not put on a list, or not see, is left out with the reason,
    as in a bulk action; so is everybody, once the list is archived or taken away.
    """
    people = {row.pk: row.contact_id for row in rows if row.contact_id and row.outcome != Outcome.FAILED}
    wanted: dict[int, set[int]] = defaultdict(set)
    if chosen(made)["list"] and people:
        wanted[chosen(made)["list"]] = set(people.values())
    ids = _ids_of(made, {name for row in people for name in named.get(row, ())})
    for row, contact in people.items():
        for name in named.get(row, ()):
            wanted[ids.get(name.casefold(), NOT_MADE)].add(contact)
    for pk in sorted(wanted):
        outcomes = assign(made.user, sorted(wanted[pk]), pk, how=ListItem.How.IMPORT) if pk else []
        count = Counter(outcome.status for outcome in outcomes)
        reasons = Counter(outcome.reason for outcome in outcomes if outcome.reason)
        if not pk:
            reasons[MORE] = len(wanted[pk])
        _add(made.options.setdefault(LISTED, {}).setdefault(str(pk), {}), count, reasons)


def _ids_of(made: Import, names: Iterable[str]) -> dict[str, int]:
    """Casefolded name -> id of the user's list, an existing one or one made now; kept for the chunks that follow."""
    known: dict[str, int] = made.options.setdefault(NAMED, {})
    new = {name.casefold(): name for name in sorted(names) if name.casefold() not in known}
    if not new:
        return known
    mine = list_policy.lists_with(made.user, "fill").order_by("-pk").values_list("name", "pk")
    there = {name.casefold(): pk for name, pk in mine}  # the oldest of several
    for key, name in new.items():
        if key in there:
            known[key] = there[key]
        elif made.options.get(MADE, 0) < MOST_MADE:
            known[key] = create_list(made.user, name=name).pk
            made.options[MADE] = made.options.get(MADE, 0) + 1
    return known


def _add(total: dict[str, Any], count: Mapping[str, int], reasons: Mapping[str, int]) -> None:
    total["added"] = total.get("added", 0) + count[DONE]
    total["there"] = total.get("there", 0) + count[ALREADY]
    total["reasons"] = dict(Counter(total.get("reasons")) + Counter(reasons))


def names_lists(made: Import) -> bool:
    """Whether a column of the file says on which lists people stand."""
    return "list" in (made.mapping.get("targets") or ())


def listed(made: Import) -> list[Listed]:
    """What became of it, list by list, for the page of the result; none without a list. One query."""
    totals: dict[str, dict[str, Any]] = made.options.get(LISTED) or {}
    seen = list_policy.visible_to(made.user).in_bulk([int(pk) for pk in totals])
    found = [
        Listed(
            seen.get(int(pk)), total["added"] + total["there"], total["added"], sorted(total["reasons"].items())
        )
        for pk, total in totals.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.list is None, one.list.name.casefold() if one.list else ""))
