"""Calls that go on between the simulator and us, played from outside: answered, refused, hung up (product.md §7)."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from contacts_project.accounts.models import User
from conversations.models import Interaction
from conversations.services.people import UNKNOWN
from conversations.services.ringing import call_answered, end_call
from conversations.services.simulating import SIMULATOR, Happening, Type, happen
from conversations.statuses import CALL_RANK
from conversations.visibility import interactions_visible_to

Status, Direction = Interaction.Status, Interaction.Direction
ANSWER, BUSY, NO_ANSWER, VOICEMAIL, HANG_UP = "answer", "busy", "no answer", "voicemail", "hang up"
RESULTS = (ANSWER, BUSY, NO_ANSWER, VOICEMAIL, HANG_UP)
# What may be done: with a call of ours that rings there, with one of theirs that rings here, and during a call.
OUT_RINGING, IN_RINGING, TALKING = (ANSWER, BUSY, NO_ANSWER, VOICEMAIL), (HANG_UP, VOICEMAIL), (HANG_UP,)
# What a call of ours that nobody took came to (`outcomes`).
OUTCOMES = {BUSY: "no answer", NO_ANSWER: "no answer", VOICEMAIL: "left message"}
WITHHELD_SENDER = "withheld"


class CallOver(Exception):
    """The call has gone on meanwhile: this is not possible any more. The text is for people."""


def calls_going_on(user: User) -> QuerySet[Interaction]:
    """Calls of simulated lines that ring or run and that `user` may see, the newest first; few at any time."""
    open_calls = Interaction.objects.filter(
        account=user.account_id, status__in=list(CALL_RANK)[:2], type=Type.CALL, channel__provider=SIMULATOR
    ).values_list("pk", flat=True)  # fmt: skip
    # Asked about by id: what is open is few, what is visible is much.
    rows = interactions_visible_to(user).filter(pk__in=list(open_calls[:200]))
    return rows.select_related("channel", "author").order_by("-at", "-pk")


def possible(call: Interaction) -> tuple[str, ...]:
    """The results that can be played on this call now."""
    if call.status == Status.ACTIVE:
        return TALKING
    if call.status != Status.RINGING:
        return ()
    return OUT_RINGING if call.direction == Direction.OUT else IN_RINGING


def play(call: Interaction, result: str) -> None:
    """Let the other side do this with the call, one of RESULTS. Raises CallOver. One transaction."""
    with transaction.atomic():
        call = Interaction.objects.select_for_update(of=("self",)).select_related("channel__account").get(pk=call.pk)
        if result not in possible(call):
            raise CallOver("This call has gone on meanwhile.")
        if result == ANSWER:
            call_answered(call, at=timezone.now())
            return
        end_call(call, answered=call.status == Status.ACTIVE, at=timezone.now())
        if result == VOICEMAIL and call.direction == Direction.IN:
            assert call.channel
            sender = "" if call.outside_address == UNKNOWN else call.outside_address
            happen(Happening(call.channel, Type.VOICEMAIL, sender or WITHHELD_SENDER))
        elif call.direction == Direction.OUT and result in OUTCOMES:
            Interaction.objects.filter(pk=call.pk, outcome="").update(outcome=OUTCOMES[result])
