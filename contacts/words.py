"""Sentences made of counts: what an action did, in the words people read."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from .models import BulkAction, BulkItem

VERBS = {
    BulkAction.Action.ARCHIVE: "archived",
    BulkAction.Action.UNARCHIVE: "unarchived",
    BulkAction.Action.TAG: "tagged",
    BulkAction.Action.SHARE: "shared",
    BulkAction.Action.UNSHARE: "unshared",
    BulkAction.Action.OWNER: "given a new owner",
    BulkAction.Action.GIVE: "handed over",
    BulkAction.Action.KEEP: "kept as personal",
    BulkAction.Action.LIST: "assigned",
    BulkAction.Action.UNDO: "put back",
}
ALREADY = {BulkAction.Action.LIST: "already there"}
NO_ACCESS = "You have no access to this contact."  # the resource access error of product.md §2a
WHY = {NO_ACCESS: "no access"}  # reasons short enough for the summary


@dataclass(frozen=True)
class Summary:
    """Counts of a bulk action's outcomes."""

    verb: str
    done: int
    already: int
    refused: int
    pending: int
    already_so: str = "already so"
    why: str = ""

    @property
    def finished(self) -> int:
        return self.done + self.already + self.refused

    @property
    def text(self) -> str:
        """ "8 contacts assigned, 1 already there, 2 not: no access" — parts that are zero are left out."""
        parts = [f"{contacts(self.done)} {self.verb}"] if self.done or not (self.already or self.refused) else []
        if self.already:
            parts.append(f"{self.already:,} {self.already_so}")
        if self.refused:
            parts.append(f"{self.refused:,} not{f': {self.why}' if self.why else ' done'}")
        return ", ".join(parts)


def contacts(number: int) -> str:
    """ "1 contact", "3 contacts"."""
    return f"{number:,} contact{'' if number == 1 else 's'}"


def bulk_summary(bulk: BulkAction) -> Summary:
    """Counts by outcome, with the reason where all that were refused have the same short one; one query."""
    counts: dict[str, int] = {}
    reasons = set()
    for status, reason, number in bulk.items.order_by().values_list("outcome", "reason").annotate(Count("pk")):
        counts[status] = counts.get(status, 0) + number
        if status == BulkItem.Outcome.REFUSED:
            reasons.add(WHY.get(reason, ""))
    outcome, action = BulkItem.Outcome, BulkAction.Action(bulk.action)
    return Summary(
        verb=VERBS[action],
        done=counts.get(outcome.DONE, 0),
        already=counts.get(outcome.ALREADY, 0),
        refused=counts.get(outcome.REFUSED, 0),
        pending=counts.get(outcome.PENDING, 0),
        already_so=ALREADY.get(action, Summary.already_so),
        why=reasons.pop() if len(reasons) == 1 else "",
    )
