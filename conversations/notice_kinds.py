"""What conversations tell people of: that they were mentioned, that a conversation is theirs, that they got a line."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.urls import reverse

from contacts.notice_kinds import by_somebody, names_of
from contacts_project.accounts import notices
from contacts_project.accounts.models import Notice, User
from contacts_project.accounts.notices import Kind, Line

from .models import Channel, Conversation, Interaction
from .policy import visible_to
from .rows import address_in_words, line_name, visitors_of
from .visibility import conversations_visible_to, interactions_visible_to, parties_visible_to


def add() -> None:
    """Register the kinds: about a note, a conversation, a line."""
    notices.register(
        mention=Kind(_notes, _mention_lines),
        assigned=Kind(_assigned, _assigned_lines),
        channel_shared=Kind(_channels, _channel_lines),
    )


def of_thread(conversation: int) -> Q:
    """True of notices that whoever opens this conversation (its id) has seen by that."""
    notes = Interaction.objects.filter(conversation=conversation, type=Interaction.Type.NOTE)
    return Q(kind="mention", about__in=notes.values("pk")) | Q(kind="assigned", about=conversation)


def _notes(user: User, ids: list[int]) -> QuerySet:
    return interactions_visible_to(user).filter(pk__any_of=ids).values_list("pk")


def _assigned(user: User, ids: list[int]) -> QuerySet:
    """Told as long as it is the reader's."""
    return conversations_visible_to(user).filter(pk__any_of=ids, assigned_to=user).values_list("pk")


def _channels(user: User, ids: list[int]) -> QuerySet:
    return visible_to(user).filter(pk__any_of=ids).values_list("pk")


def _mention_lines(user: User, told: list[Notice]) -> dict[int, Line]:
    notes = Interaction.objects.filter(pk__in=[one.about for one in told]).values_list("pk", "conversation")
    return _lines(user, told, dict(notes), "mentioned you in the conversation with")


def _assigned_lines(user: User, told: list[Notice]) -> dict[int, Line]:
    return _lines(user, told, {one.about: one.about for one in told}, "gave you the conversation with")


def _lines(user: User, told: list[Notice], threads: dict[int, int], words: str) -> dict[int, Line]:
    """`threads`: id of what a notice is about -> its conversation."""
    titles = _titles(user, set(threads.values()))
    return {
        one.pk: Line(by_somebody(one, words), titles[thread], "", _address(thread))
        for one in told
        if (thread := threads.get(one.about)) in titles
    }


def _address(conversation: int) -> str:
    return reverse("conversations:conversation-detail", args=[conversation])


def _titles(user: User, ids: set[int]) -> dict[int, str]:
    """Conversation id -> whom it is with, as far as the reader sees: the contact last spoken to, else the address."""
    parties = parties_visible_to(user).filter(conversation__any_of=ids, contact__isnull=False)
    newest = sorted(parties.values_list("conversation", "contact", "last_at"), key=lambda row: row[2])
    contacts = {conversation: contact for conversation, contact, _ in newest}
    names = names_of(user, list(contacts.values()))
    threads = list(Conversation.objects.filter(pk__in=ids).select_related("channel"))
    visitors = visitors_of([one.pk for one in threads if one.channel.kind == Channel.Kind.CHAT])
    region = user.region
    return {
        one.pk: names.get(contacts.get(one.pk, 0))
        or visitors.get(one.pk)
        or address_in_words(one.outside_address, one.channel, region)
        for one in threads
    }


def _channel_lines(user: User, told: list[Notice]) -> dict[int, Line]:
    region = user.region
    found: dict[int, Channel] = visible_to(user).in_bulk([one.about for one in told])
    return {
        one.pk: Line(
            by_somebody(one, "shared the line"), line_name(found[one.about], region), "with you",
            reverse("conversations:channel-detail", args=[one.about]),
        )
        for one in told
        if one.about in found
    }  # fmt: skip
