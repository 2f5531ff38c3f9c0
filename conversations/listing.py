"""What stands on a contact's Conversations tab: its threads, and the entries of all of them or of one."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from contacts.models import Contact
from contacts.policy import actions_seen
from contacts_project.accounts.models import User

from .corrections import by_contacts
from .entries import Entry, Stream, entries_of, stream_of
from .inbox import Found
from .models import Channel, ConversationParty, Interaction, Unread
from .paging import PAGE, Place, behind, decode
from .services.dialling import makes_calls
from .visibility import interactions_with

MOST_THREADS = 50  # on the tab; what is older stands in All


def threads_of_contact(user: User, contact: Contact, channels: list[Channel], most: int = MOST_THREADS) -> list[Found]:
    """The threads that this visible contact takes part in on these readable channels, newest first. One query."""
    rows = ConversationParty.objects.filter(contact=contact, channel__any_of=[channel.pk for channel in channels])
    rows = rows.annotate(is_unread=Exists(Unread.objects.filter(user=user, party=OuterRef("pk"))))
    rows = rows.select_related("conversation").order_by("-last_at", "-pk")[:most]
    return [
        Found(
            conversation=row.conversation_id,
            channel=row.channel_id,
            last_interaction=row.last_interaction_id,
            outside_address=row.conversation.outside_address,
            place=Place(row.last_at, 0, row.pk),
            contacts=(contact.pk,),
            contact=contact,
            is_unread=row.is_unread,
        )
        for row in rows
    ]


def by_use(lines: list[Channel], threads: list[Found]) -> list[Channel] | None:
    """These lines, that of the newest thread with the contact first; None where that does not say which of them calls
    first, so that the user's preference must be asked. No query."""
    newest = {one.channel: place for place, one in reversed(list(enumerate(threads)))}
    ordered = sorted(lines, key=lambda one: newest.get(one.pk, len(threads)))
    calling = [one for one in ordered if makes_calls(one)]
    says = len(calling) < 2 or calling[0].pk in newest
    return ordered if says and len(threads) < MOST_THREADS else None


def interactions_of_contact(
    user: User, contact: Contact, after: str = "", conversation: int | None = None
) -> list[Interaction]:
    """What `user` may read of this visible contact, of one conversation if given, newest first, up to a page and one.

    One query: an index range of the contact.
    """
    rows = interactions_with(user, contact).filter(behind(decode(after), 0, at="at", pk="interaction_id"))
    if conversation is not None:
        rows = rows.filter(interaction__conversation=conversation)
    rows = rows.select_related("interaction__author", "interaction__department", "interaction__channel__department")
    return [row.interaction for row in rows.order_by("-at", "-interaction_id")[: PAGE + 1]]


def stream_of_contact(
    user: User, contact: Contact, senders: set[int], after: str = "", conversation: int | None = None
) -> Stream:
    """A page of the merged stream, in which each entry names its line, or of one thread. `senders` are ids of the
    channels from which the user may send. Two to six queries."""
    corrects_all = "correct" in actions_seen(user, contact)  # else another contact of an entry may let him or her

    def corrects(rows: list[Interaction]) -> dict[int, bool]:
        return {row.pk: True for row in rows} if corrects_all else by_contacts(user, rows)

    def dress(rows: list[Interaction]) -> list[Entry]:
        return entries_of(
            user, rows, sends=lambda row: row.channel_id in senders, with_lines=conversation is None, corrects=corrects
        )

    return stream_of(interactions_of_contact(user, contact, after, conversation), dress)
