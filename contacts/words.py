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
    BulkAction.Action.UNDO: "put back",
}


@dataclass(frozen=True)
class Summary:
    """Counts of a bulk action's outcomes."""

    verb: str
    done: int
    already: int
    refused: int
    pending: int

    @property
    def finished(self) -> int:
        return self.done + self.already + self.refused

    @property
    def text(self) -> str:
        """ "8 contacts archived, 1 already so, 2 not: no access" — parts that are zero are left out."""
        parts = [f"{contacts(self.done)} {self.verb}"] if self.done or not (self.already or self.refused) else []
        if self.already:
            parts.append(f"{self.already:,} already so")
        if self.refused:
            parts.append(f"{self.refused:,} not done")
        return ", ".join(parts)


def contacts(number: int) -> str:
    """ "1 contact", "3 contacts"."""
    return f"{number:,} contact{'' if number == 1 else 's'}"


def bulk_summary(bulk: BulkAction) -> Summary:
    """Counts by outcome; one query."""
    counts = dict(bulk.items.order_by().values_list("outcome").annotate(Count("pk")))
    outcome = BulkItem.Outcome
    return Summary(
        VERBS[BulkAction.Action(bulk.action)],
        *(counts.get(status, 0) for status in (outcome.DONE, outcome.ALREADY, outcome.REFUSED, outcome.PENDING)),
    )
