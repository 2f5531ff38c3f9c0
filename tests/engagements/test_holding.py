"""Two sessions at once: who archives, blocks, opts out or pauses is finished before a hand-over, or comes after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contacts.services import archiving, blocks
from conversations.engagements.models import Engagement, Recipient
from conversations.engagements.services import carrying, handing_over, lanes, ledger, sending
from conversations.engagements.services.errors import TooLate
from conversations.models import Channel, Interaction
from conversations.services import opting
from tests.contracts.test_races import meanwhile
from tests.factories_conversations import arrive

from .mailing import Mailing, left, row, states

pytestmark = pytest.mark.django_db(transaction=True)
# What ends it for the first person, and the reason that the ledger then says.
ENDS: dict[str, Callable[[Mailing], Any]] = {
    "archived": lambda mailing: archiving.archive(mailing.ann, [mailing.people[0].pk]),
    "opted_out": lambda mailing: opting.opt_out(mailing.account.pk, "text", mailing.number(0)),
    "STOP": lambda mailing: arrive(mailing.line, mailing.number(0), body="STOP"),
    "blocked": lambda mailing: blocks.block_contact(mailing.ann, mailing.people[0]),
    "blocked address": lambda mailing: blocks.block_address(mailing.ann, mailing.number(0), scope="lines"),
}
REASONS = {"STOP": "opted_out", "blocked address": "blocked"}


def claimed(mailing: Mailing) -> tuple[Engagement, ledger.Claim]:
    engagement = mailing.begun()
    return engagement, ledger.claim(engagement.pk, 50)


@pytest.mark.parametrize("end", ENDS)
def test_what_ends_it_is_seen_or_comes_after(end: str) -> None:
    mailing = Mailing(people=2)
    engagement, claim = claimed(mailing)
    before = meanwhile(lambda: ENDS[end](mailing), lambda: handing_over.hand_over(engagement.pk, claim))
    assert [one.recipient.contact_id for one in before.handed] == [mailing.people[1].pk]
    assert row(engagement, mailing.people[0]).reason == REASONS.get(end, end)

    mailing = Mailing(people=2)
    engagement, claim = claimed(mailing)
    seen: list[Any] = []
    late = meanwhile(
        lambda: seen.append(handing_over.hand_over(engagement.pk, claim)),
        lambda: (ENDS[end](mailing), Interaction.objects.filter(recipient__engagement=engagement).count()),
    )
    assert late[1] == 2  # it had to wait: what it comes after stands
    carrying.carry(seen[0])
    assert states(engagement) == {"delivered": 2}


def test_two_workers_never_get_one() -> None:
    mailing = Mailing(people=4)
    engagement = mailing.begun()
    first: list[ledger.Claim] = []
    late = meanwhile(lambda: first.append(ledger.claim(engagement.pk, 2)), lambda: ledger.claim(engagement.pk, 50))
    assert (len(first[0].rows), len(late.rows)) == (2, 2)
    assert not set(first[0].rows) & set(late.rows)
    slow = mailing.begun(per_minute=60)
    late = meanwhile(lambda: first.append(ledger.claim(slow.pk, 50)), lambda: ledger.claim(slow.pk, 50))
    assert (len(first[1].rows), late.rows, bool(late.wait)) == (1, (), True)


def test_one_address_in_two_hands_at_once_leaves_once() -> None:
    mailing = Mailing(people=2)
    engagement = mailing.begun()
    hands = [ledger.claim(engagement.pk, 1) for _ in range(2)]
    # Meanwhile they share a number, of which the ledger does not know.
    mailing.people[0].phones.update(number=mailing.number(1))
    late = meanwhile(
        lambda: handing_over.hand_over(engagement.pk, hands[0]), lambda: lanes._handed_over(engagement.pk, hands[1])
    )
    assert late.handed == ()
    assert (left(), states(engagement)) == (1, {"handed": 1, "duplicate": 1})


def test_pause_is_the_last_word() -> None:
    mailing = Mailing(people=2)
    engagement, claim = claimed(mailing)
    none = meanwhile(
        lambda: sending.pause(mailing.ann, engagement), lambda: handing_over.hand_over(engagement.pk, claim)
    )
    assert (none, left(), states(engagement)) == (None, 0, {"pending": 2})
    sending.resume(mailing.ann, engagement)
    claim = ledger.claim(engagement.pk, 1)
    late = meanwhile(
        lambda: handing_over.hand_over(engagement.pk, claim), lambda: sending.cancel(mailing.ann, engagement).status
    )
    assert (late, states(engagement)) == ("cancelled", {"handed": 1, "cancelled": 1})


def test_sent_twice_at_once_is_sent_once() -> None:
    mailing = Mailing(people=2)
    draft = mailing.draft()
    late = meanwhile(lambda: sending.send(mailing.ann, draft), lambda: sending.send(mailing.ann, draft))
    assert isinstance(late, TooLate)
    meanwhile(lambda: ledger.fan_out(draft.pk), lambda: ledger.fan_out(draft.pk))
    assert Recipient.objects.filter(engagement=draft).count() == 2
    mailing.run(draft)
    late = meanwhile(lambda: ledger.finish(draft.pk), lambda: sending.pause(mailing.ann, draft))
    assert isinstance(late, TooLate)


def test_cancelled_while_its_ledger_is_written_it_has_none() -> None:
    mailing = Mailing(people=2)
    begun = sending.begin(mailing.draft(), by=mailing.ann)
    meanwhile(lambda: sending.cancel(mailing.ann, begun), lambda: ledger.fan_out(begun.pk))
    begun.refresh_from_db()
    assert (begun.status, Recipient.objects.count()) == ("cancelled", 0)


def test_a_line_that_is_archived_while_it_sends_stops_it() -> None:
    mailing = Mailing(people=2)
    engagement, claim = claimed(mailing)
    Channel.objects.update(archived_at="2026-01-01T00:00Z")
    with pytest.raises(handing_over.Stopped):
        handing_over.hand_over(engagement.pk, claim)
    assert (states(engagement), left()) == ({"pending": 2}, 0)
