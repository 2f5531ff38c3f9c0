"""The latest that one reader may see with each contact: told to the collection (contacts.last_contacts).

From the parties of conversations on lines that he or she reads, and from what was logged by hand, for a department or
from elsewhere. Nothing is copied: a message on a hidden line moves nobody's list.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection
from typing import Any

from django.db.models import F, Q, QuerySet

from contacts import policy
from contacts.last_contacts import Last
from contacts_project.accounts.models import User
from contacts_project.accounts.somebody import SOME_IDS, STAND_INS, answers, somebody
from contacts_project.core.written import Text, once, write

from .models import ConversationParty, Interaction, InteractionContact
from .policy import channels_with
from .visibility import departments_read_by, made_elsewhere, reads_line
from .words import duration_in_words

FACTS = ("contact_id", "moment", "kind", "seconds", "picked_up", "way")


class LastContacts:
    """contacts.last_contacts.Source"""

    def times(self, user: User, ids: Collection[int]) -> dict[int, datetime.datetime]:
        found: dict[int, datetime.datetime] = {}
        for contact, moment, *_ in self._rows(user, ids):
            found[contact] = max(moment, found.get(contact, moment))
        return found

    def lasts(self, user: User, ids: Collection[int]) -> dict[int, Last]:
        best: dict[int, tuple] = {}
        for row in self._rows(user, ids):
            if row[0] not in best or row[1] > best[row[0]][1]:
                best[row[0]] = row
        return {contact: Last(row[1], in_words(*row[2:])) for contact, row in best.items()}

    def newest(self, user: User, until: datetime.datetime | None, number: int) -> list[tuple[int, datetime.datetime]]:
        parts = [*_of_channels(user, until), *_by_hand_parts(user, until)]
        if not parts:
            return []
        cut = [part[:number] for part in parts]
        together = cut[0].union(*cut[1:], all=True) if len(cut) > 1 else cut[0]
        return list(together.order_by("-moment")[:number] if len(cut) > 1 else together)

    def _rows(self, user: User, ids: Collection[int]) -> list[tuple]:
        """FACTS of the latest of each source, in no order."""
        if not policy.holds_anything(user) or not ids:
            return []
        return answers(_latest(), user, ids=list(ids))


@once
def _latest() -> Text:
    """FACTS of the latest with each of some contacts: on lines that are read, and logged by hand."""
    user = somebody()
    parties = ConversationParty.objects.filter(
        contact__any_of=SOME_IDS, channel__in=channels_with(user, "read").order_by().values("pk")
    )
    parties = parties.order_by("contact", "-last_at").distinct("contact")
    by_hand = InteractionContact.objects.filter(_by_hand(user), contact__any_of=SOME_IDS)
    by_hand = by_hand.order_by("contact", "-at", "-interaction").distinct("contact")
    rows = _facts(parties, "last_at", "last_interaction").union(_facts(by_hand, "at", "interaction"), all=True)
    return write(rows, stand_ins=STAND_INS)


def _facts(rows: QuerySet, at: str, one: str) -> QuerySet:
    named = {"moment": F(at), "kind": F(f"{one}__type"), "seconds": F(f"{one}__duration")}
    named |= {"picked_up": F(f"{one}__is_answered"), "way": F(f"{one}__direction")}
    return rows.annotate(**named).values_list(*FACTS)


def _by_hand(user: User) -> Q:
    """True of InteractionContact of calls that were logged without a line, and that `user` reads with the contact."""
    place = reads_line(user, "interaction__") | made_elsewhere("interaction__")
    return place & Q(is_current=True, is_apart=True, interaction__channel=None, interaction__removed_at=None)


def _of_channels(user: User, until: datetime.datetime | None) -> list[QuerySet]:
    """A part for each readable channel: one range of the index conversation_party_newest."""
    rows = ConversationParty.objects.filter(contact__isnull=False)
    if until:
        rows = rows.filter(last_at__lte=until)
    channels = channels_with(user, "read").order_by("pk").values_list("pk", flat=True)
    return [
        rows.filter(channel=pk)
        .annotate(moment=F("last_at"))
        .order_by("-last_at", "-pk")
        .values_list("contact_id", "moment")
        for pk in channels
    ]


def _by_hand_parts(user: User, until: datetime.datetime | None) -> list[QuerySet]:
    """A part for each operated department, and one for calls from elsewhere: ranges of the index interaction_apart."""
    departments: list[Any] = [None, *departments_read_by(user)]
    rows = InteractionContact.objects.filter(
        is_current=True, is_apart=True, interaction__account=user.account_id, interaction__conversation=None,
        interaction__channel=None, interaction__removed_at=None,
    )  # fmt: skip
    if until:
        rows = rows.filter(interaction__at__lte=until)
    return [
        rows.filter(interaction__department=pk)
        .annotate(moment=F("interaction__at"))
        .order_by("-interaction__at", "-interaction__pk")
        .values_list("contact_id", "moment")
        for pk in departments
    ]


def in_words(kind: str, seconds: int | None, is_answered: bool | None, direction: str) -> str:
    """ "Call, 4 min", "Missed call", "Text"."""
    label = str(Interaction.Type(kind).label)
    if kind == Interaction.Type.CALL and is_answered is False:
        return "Missed call" if direction == Interaction.Direction.IN else "Call, no answer"
    if kind in (Interaction.Type.CALL, Interaction.Type.VOICEMAIL) and seconds:
        return f"{label}, {duration_in_words(seconds if seconds < 60 else seconds // 60 * 60)}"
    return label
