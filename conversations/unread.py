"""What is unread survives that it moves to another contact: a reader who has not read it has not read it there."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import F

from .models import ConversationParty, Interaction, Unread

ARRIVING = datetime.timedelta(seconds=10)  # between the row of what arrives and the note that it is unread


@dataclass(frozen=True)
class Kept:
    """Who has not read what (user -> conversations), to be noted for the party of `contact` in each."""

    contact: int
    pairs: frozenset[tuple[int, int]]  # (conversation, user)

    def put_back(self) -> None:
        """Note it once the interactions are with `contact`. Two queries, none where nothing was unread."""
        if not self.pairs:
            return
        threads = [conversation for conversation, _ in self.pairs]
        parties = ConversationParty.objects.filter(contact=self.contact, conversation__any_of=threads)
        places = dict(parties.values_list("conversation", "pk"))
        rows = [
            Unread(user_id=user, party_id=places[conversation])
            for conversation, user in sorted(self.pairs)
            if conversation in places
        ]
        Unread.objects.bulk_create(rows, ignore_conflicts=True)


def keep_unread(interactions: Collection[Interaction], contact: int) -> Kept:
    """Remember who has not read these interactions, before they are put on `contact` (an id). One query."""
    newest: dict[int, Interaction] = {}
    for row in interactions:
        if row.conversation_id and row.direction == Interaction.Direction.IN:
            best = newest.get(row.conversation_id)
            newest[row.conversation_id] = row if best is None or row.created_at > best.created_at else best
    if not newest:
        return Kept(contact, frozenset())
    rows = Unread.objects.filter(party__conversation__any_of=list(newest)).exclude(party__contact=contact)
    found = rows.values_list(F("party__conversation"), "user", "at")
    return Kept(
        contact, frozenset((thread, user) for thread, user, at in found if at <= newest[thread].created_at + ARRIVING)
    )


def keep_unread_of(contact: int, kept: int) -> Kept:
    """The same of everything that was with one contact and goes to another (ids). One query."""
    rows = Unread.objects.filter(party__contact=contact)
    return Kept(kept, frozenset(rows.values_list(F("party__conversation"), "user")))
