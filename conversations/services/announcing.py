"""Calls that a machine makes, such as those of an engagement: what became of them (product.md §10, Delivery).

Such a call never rings on our pages. It is Sending until its provider has taken it, then Sent until its end is
reported; reports may come twice and in any order, the first one says how it ended.
"""

from __future__ import annotations

import datetime
from typing import Any

import pghistory
from django.db import transaction
from django.utils import timezone

from contacts.models import Contact
from contacts.services.parties import say_answered
from conversations.live.telling import STATUS, tell
from conversations.models import Interaction
from conversations.providers.base import ANSWERED, BUSY, MACHINE, UNANSWERED
from conversations.signals import interaction_reported

Status, Direction = Interaction.Status, Interaction.Direction
# Outcome of a provider -> as it is stored (`outcomes`).
OUTCOMES: dict[str, str] = {ANSWERED: "answered", MACHINE: "left message", UNANSWERED: "no answer", BUSY: "no answer"}


@transaction.atomic
def end_announcement(
    of: Interaction | int, outcome: str, *, seconds: int | None = None, at: datetime.datetime | None = None
) -> Interaction | None:
    """Note how an announcement ended: `outcome` of `providers.base`, `seconds` that it took, where known.

    One that has ended keeps its outcome and gets the seconds that it lacks; one that has failed stays so. Returns the
    call; None when there is none (any more). One transaction; the row is locked.
    """
    with pghistory.context(source="provider"):
        pk = of if isinstance(of, int) else of.pk
        rows = Interaction.objects.filter(pk=pk, type=Interaction.Type.CALL, direction=Direction.OUT)
        row = rows.select_for_update().first()
        if row is None or row.status == Status.FAILED:
            return row
        facts = _facts(row, outcome, seconds, at or timezone.now())
        if not facts:
            return row
        for name, value in facts.items():
            setattr(row, name, value)
        row.save(update_fields=list(facts))
        if facts.get("is_answered"):
            say_answered(Contact.objects.filter(pk__in=row.with_contacts.filter(is_current=True).values("contact")))
    tell(row.account_id, STATUS, channel=row.channel_id, conversation=row.conversation_id, interaction=row.pk)
    interaction_reported.send(sender=Interaction, interaction=row, outcome=outcome)
    return row


def _facts(row: Interaction, outcome: str, seconds: int | None, at: datetime.datetime) -> dict[str, Any]:
    """What of this is new."""
    heard = outcome in (ANSWERED, MACHINE) and seconds is not None
    if row.status == Status.DONE:
        return {"duration": seconds} if heard and row.duration is None else {}
    facts: dict[str, Any] = {
        "status": Status.DONE, "outcome": OUTCOMES[outcome], "is_answered": outcome == ANSWERED,
        "error": "", "wrapped_at": row.wrapped_at or at,  # nobody has talked: there is nothing to wrap up
    }  # fmt: skip
    if outcome == ANSWERED:
        facts["answered_at"] = row.answered_at or at
    if heard:
        facts["duration"] = seconds
    return facts
