"""A call from its first ring to its end: answered by one, passed on by others, over (product.md §7, Ringing).

People come by `answer_call`, `dismiss_call` and `hang_up`; what a phone system reports comes by `call_answered` and
`end_call`, which webhooks, providers and the simulator use. A call only goes on, never back (`statuses.CALL_RANK`):
reports may come twice and in any order.
"""

from __future__ import annotations

import datetime
from typing import Any

import pghistory
from django.db import transaction
from django.db.models import QuerySet, Subquery
from django.utils import timezone

from contacts.models import Contact
from contacts.services.parties import say_answered
from contacts_project.accounts.models import User
from contacts_project.core.errors import Refused
from conversations.live.telling import MESSAGE, RING, THREAD, tell
from conversations.models import Interaction, RingDismissal, Unread
from conversations.providers.base import ANSWERED, UNANSWERED
from conversations.services.connecting import connect_later, hang_up_later
from conversations.signals import interaction_reported

Status, Direction = Interaction.Status, Interaction.Direction
# Nobody rings longer: what still does by then lost its end on the way.
RINGS_FOR = datetime.timedelta(minutes=2)
LASTS_FOR = datetime.timedelta(hours=4)
MOST_AT_ONCE = 500
ONLY_WHO_TALKS = "Only who is in this call ends it"


class NotRinging(Exception):
    """Somebody else was quicker (`by`), or the caller has hung up (None)."""

    def __init__(self, by: User | None) -> None:
        super().__init__(f"{by.get_full_name()} answered" if by else "This call does not ring any more")
        self.by = by


@transaction.atomic
def answer_call(actor: User, call: Interaction) -> None:
    """Take a ringing call; of several who try at once, one gets it. Raises NotRinging.

    The call must come from `visibility`, and the caller has asked whether `actor` may send from its channel.
    """
    with pghistory.context(user=actor.pk):
        if not call_answered(call, at=timezone.now(), by=actor):
            taken = Interaction.objects.select_related("author").get(pk=call.pk)
            if taken.status == Status.ACTIVE and taken.author == actor:
                return
            raise NotRinging(taken.author if taken.is_answered and taken.author != actor else None)
        connect_later(call)


@transaction.atomic
def call_answered(call: Interaction, *, at: datetime.datetime, by: User | None = None) -> bool:
    """Note that somebody speaks: `by` if a colleague took an incoming call. False if it does not ring (any more).

    `call` gets the new values. One transaction; the row's own update decides who of several was first.
    """
    facts: dict[str, Any] = {"status": Status.ACTIVE, "is_answered": True, "answered_at": at}
    if by:
        facts["author"] = by
    if not Interaction.objects.filter(pk=call.pk, status=Status.RINGING).update(**facts):
        return False
    _take(call, facts)
    say_answered(_people_of(call))
    if call.direction == Direction.IN:
        _was_read(call)
    _tell(call, RING, MESSAGE)
    return True


@transaction.atomic
def end_call(
    call: Interaction, *, answered: bool, duration: int | None = None, at: datetime.datetime | None = None
) -> bool:
    """Note that a call is over. False, and nothing changes, if it was over already.

    `answered`: whether a person spoke; true stays true. `duration` in seconds of talk; without it, from the answer to
    `at` (aware, now if None). `call` gets the new values. One transaction.
    """
    row = Interaction.objects.select_for_update(of=("self",)).get(pk=call.pk)
    if row.status not in (Status.RINGING, Status.ACTIVE):
        return False
    answered = answered or bool(row.is_answered)
    facts: dict[str, Any] = {"status": Status.DONE, "is_answered": answered}
    if answered:
        facts["answered_at"] = row.answered_at or at or timezone.now()
        facts["duration"] = _talked(facts["answered_at"], at) if duration is None else max(duration, 0)
    Interaction.objects.filter(pk=row.pk).update(**facts)
    _take(call, facts)
    if answered and row.status == Status.RINGING:
        say_answered(_people_of(row))
    _tell(row, RING, THREAD)
    interaction_reported.send(sender=Interaction, interaction=call, outcome=ANSWERED if answered else UNANSWERED)
    return True


@transaction.atomic
def dismiss_call(actor: User, call: Interaction) -> None:
    """ "Not me": it rings on for the others. Nothing happens once it is over."""
    if call.status != Status.RINGING:
        return
    RingDismissal.objects.get_or_create(interaction=call, user=actor)
    tell(call.account_id, RING, interaction=call.pk, user=actor.pk)


def hang_up(actor: User, call: Interaction) -> bool:
    """End a call that `actor` took or made; False if it is over. Raises Refused for a colleague's."""
    if call.author_id != actor.pk:
        raise Refused(ONLY_WHO_TALKS, who=[call.author.get_full_name()] if call.author else [])
    with transaction.atomic():
        if not end_call(call, answered=bool(call.is_answered), at=timezone.now()):
            return False
        hang_up_later(call)
    return True


def end_forgotten(now: datetime.datetime) -> int:
    """End calls of which no end was reported: missed after two minutes of ringing, over after four hours of talk.

    How long such a talk took is not known. Returns how many.
    """
    ended = 0
    for status, longest in ((Status.RINGING, RINGS_FOR), (Status.ACTIVE, LASTS_FOR)):
        rows = Interaction.objects.filter(status=status, at__lt=now - longest)
        for pk in rows.values_list("pk", flat=True)[:MOST_AT_ONCE]:
            ended += _end_forgotten(pk, status, now)
    return ended


@transaction.atomic
def _end_forgotten(pk: int, status: str, now: datetime.datetime) -> bool:
    """Unless it has gone on meanwhile."""
    call = Interaction.objects.select_for_update(of=("self",)).filter(pk=pk, status=status).first()
    if call is None or not end_call(call, answered=False, at=now):
        return False
    Interaction.objects.filter(pk=pk).update(duration=None)
    return True


def _talked(since: datetime.datetime, until: datetime.datetime | None) -> int:
    return max(int(((until or timezone.now()) - since).total_seconds()), 0)


def _people_of(call: Interaction) -> QuerySet[Contact]:
    return Contact.objects.filter(pk__in=call.with_contacts.filter(is_current=True).values("contact"))


def _was_read(call: Interaction) -> None:
    """What somebody answered is news for nobody: what this call alone has made unread is read."""
    began = Interaction.objects.filter(pk=call.pk).values("created_at")
    Unread.objects.filter(party__last_interaction=call, at__gte=Subquery(began)).delete()


def _take(call: Interaction, facts: dict[str, Any]) -> None:
    for name, value in facts.items():
        setattr(call, name, value)


def _tell(call: Interaction, *kinds: str) -> None:
    """Only what came in rings on pages."""
    for kind in kinds:
        if kind == RING and call.direction == Direction.OUT:
            continue
        tell(call.account_id, kind, channel=call.channel_id, conversation=call.conversation_id, interaction=call.pk)
