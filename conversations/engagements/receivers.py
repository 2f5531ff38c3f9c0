"""What conversations tell of messages, calls and replies, as the ledger keeps it (product.md §10, Delivery, Response).

Each runs inside the transaction of what happened, and is one guarded update: reports may come twice and in any order.
What was told of an earlier try that failed counts for its recipient, too, where it is better than what is known.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Now

from contacts_project.accounts.models import User
from conversations import signals
from conversations.models import Interaction, OptOut
from conversations.services.opting import asks_to_leave

from .models import EarlierTry, Engagement, Recipient
from .services import leaving, succession
from .statuses import ARRIVED, CALLS, FAILURES, OPEN, advances

Status = Recipient.Status
ANSWERS_FOR = datetime.timedelta(days=30)  # what comes in later is no reply to it
STATUSES: dict[str, str] = {
    Interaction.Status.UNKNOWN: Status.UNKNOWN,
    Interaction.Status.SENT: Status.SENT,
    Interaction.Status.DELIVERED: Status.DELIVERED,
    Interaction.Status.FAILED: Status.FAILED,
}
CAME_BACK = "It came back"
CAME_TO = ARRIVED - {Status.SENT}  # what an earlier try may still turn out to have come to
FLAGS: dict[str, str] = {
    signals.OPENED: "opened_at", signals.CLICKED: "clicked_at", signals.COMPLAINED: "complained_at",
}  # fmt: skip
MEDIA: dict[str, str] = {
    OptOut.Medium.TEXT: Engagement.Kind.TEXT,
    OptOut.Medium.EMAIL: Engagement.Kind.EMAIL,
}


def note_report(sender: Any, *, interaction: Interaction, outcome: str = "", **_: Any) -> None:
    """Receiver of `interaction_reported`: how far the message came, or how the call ended."""
    new = outcome or STATUSES.get(interaction.status)
    if new:
        _advance(interaction, new, interaction.error)
    if new in CALLS and interaction.duration is not None:
        lacking = Recipient.objects.filter(interaction=interaction.pk, status__in=CALLS, seconds__isnull=True)
        lacking.update(seconds=interaction.duration)


def note_reply(sender: Any, *, interaction: Interaction, **_: Any) -> None:
    """Receiver of `interaction_arrived`: it answers the newest message or call of an engagement in its conversation."""
    if interaction.is_automatic or asks_to_leave(interaction.type, interaction.body):
        return
    sent = Interaction.objects.filter(
        Q(recipient__isnull=False) | Q(earlier_try__isnull=False),
        conversation=interaction.conversation_id, at__gte=interaction.at - ANSWERS_FOR,
    )  # fmt: skip
    newest = sent.exclude(status=Interaction.Status.FAILED).order_by("-at", "-pk").first()
    if newest:
        _flag(newest.pk, "replied_at", interaction.at)


def note_opt_out(sender: Any, *, account_id: int, medium: str, address: str, **_: Any) -> None:
    """Receiver of `address_opted_out`: it answers the newest message of that kind that went there."""
    rows = Recipient.objects.filter(
        address=address, engagement__account=account_id, engagement__kind=MEDIA[medium],
        handed_over_at__gte=Now() - ANSWERS_FOR,
    )  # fmt: skip
    newest = rows.order_by("-pk").values("pk")[:1]
    _keep_first(Recipient.objects.filter(pk__in=newest), "unsubscribed_at", Now())


def note_tracking(sender: Any, *, interaction: Interaction, event: str, at: datetime.datetime, **_: Any) -> None:
    """Receiver of `mail_tracked`: opened, clicked, complained about, bounced, or left by a link of the service."""
    if event in FLAGS:
        _flag(interaction.pk, FLAGS[event], at)
    elif event == signals.BOUNCED:
        _advance(interaction, Status.BOUNCED, interaction.error)
    elif event == signals.UNSUBSCRIBED:
        for rows in _of(interaction.pk):
            for recipient in rows.select_related("engagement"):
                leaving.leave(recipient)


def move_recipients(sender: Any, *, contact_id: int, kept_id: int, **_: Any) -> dict[str, list[int]]:
    """Receiver of `contact_joined`: what one got, the other has got, except where both were sent to."""
    both = Recipient.objects.filter(contact=kept_id).values("engagement")
    rows = Recipient.objects.filter(contact=contact_id).exclude(engagement__in=both)
    moved = list(rows.order_by("pk").values_list("pk", flat=True))
    Recipient.objects.filter(pk__any_of=moved).update(contact_id=kept_id)
    return {"recipients": moved}


def part_recipients(sender: Any, *, contact_id: int, moved: dict[str, Any], **_: Any) -> None:
    """Receiver of `contact_parted`."""
    Recipient.objects.filter(pk__any_of=moved.get("recipients", [])).update(contact_id=contact_id)


def take_over_engagements(sender: Any, *, user: User, successor: User, actor: User | None, **_: Any) -> None:
    """Receiver of `user_deactivated`: the successor gets the person's engagements (product.md §2a)."""
    succession.hand_over(user, successor, by=actor)


def _of(interaction_id: int) -> tuple[QuerySet[Recipient], QuerySet[Recipient]]:
    """Whose message or call this is, and whose it was: two sets, since one of both would be no index range."""
    tries = EarlierTry.objects.filter(interaction=interaction_id)
    return Recipient.objects.filter(interaction=interaction_id), Recipient.objects.filter(
        pk__in=tries.values("recipient")
    )


def _advance(interaction: Interaction, new: str, error: str) -> None:
    if new == Status.BOUNCED:
        error = error or CAME_BACK
    is_bad = new in FAILURES or new == Status.UNKNOWN
    facts: dict[str, Any] = {"status": new, "error": error if is_bad else ""}
    if new not in OPEN and new != Status.UNKNOWN:
        facts["final_at"] = Coalesce(F("final_at"), Now())
    before = [old for old in Status.values if advances(old, new)]
    current, past = _of(interaction.pk)
    if not current.filter(status__in=before).update(**facts) and new in CAME_TO:
        past.filter(status__in=before).update(**facts)


def _flag(interaction_id: int, column: str, at: datetime.datetime) -> None:
    for rows in _of(interaction_id):
        if _keep_first(rows, column, at):
            return


def _keep_first(rows: QuerySet[Recipient], column: str, at: Any) -> int:
    """Keep the first time that this was told; how many rows it was news for."""
    news = rows.filter(Q(**{f"{column}__isnull": True}) | Q(**{f"{column}__gt": at}))
    return news.update(**{column: at})
