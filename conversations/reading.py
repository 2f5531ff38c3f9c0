"""One conversation as one reader sees it: whom it is with, what he or she may do in it, its state, what is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Lower
from django.http import Http404

from contacts import blocking
from contacts.department_tags import Operated, Tags, department_tags, operated_from, operated_rows
from contacts.models import Contact, Note
from contacts.policy import actions_by_contact, visible_to
from contacts.record import readable_notes
from contacts.templatetags.contacts import local_time
from contacts_project.accounts.models import User
from contacts_project.accounts.services.notices import see

from . import policy
from .audience import people_in
from .corrections import by_known_contacts, facts_of, waiting_for_answer
from .entries import Entry, Stream, entries_of, interactions_of, stream_of
from .inbox import active, party_facts
from .models import Channel, Conversation, Interaction, Unread
from .notice_kinds import of_thread
from .ringing import to_wrap_up, unwrapped
from .rows import address_in_words, face_of, line_name, tags_of, visitors_of
from .visibility import get_conversation


@dataclass
class Thread:
    """`contacts` are those whom the reader sees in it, the newest first; `with_nobody` says that something in it
    arrived with no contact. `acts` are keys of policy.RIGHTS on its channel. `is_closed` and `is_snoozed` are the
    reader's own (see `inbox`)."""

    user: User
    conversation: Conversation
    parties: list[dict[str, Any]]
    contacts: list[Contact]
    acts: frozenset[str]

    @property
    def pk(self) -> int:
        return self.conversation.pk

    @property
    def channel(self) -> Channel:
        return self.conversation.channel

    @property
    def contact(self) -> Contact | None:
        return self.contacts[0] if self.contacts else None

    @property
    def with_nobody(self) -> bool:
        return any(party["contact"] is None for party in self.parties)

    @property
    def is_closed(self) -> bool:
        return not any(party["is_open"] for party in self.parties)

    @property
    def is_snoozed(self) -> bool:
        return not self.is_closed and not any(party["is_active"] for party in self.parties)

    @property
    def is_unread(self) -> bool:
        return any(party["is_unread"] for party in self.parties)

    @property
    def region(self) -> str:
        return self.user.region

    @cached_property
    def title(self) -> str:
        if self.contact and self.contact.name:
            return self.contact.name
        visitors = visitors_of([self.pk]) if self.channel.kind == Channel.Kind.CHAT else {}
        return visitors.get(self.pk) or self.address

    @property
    def address(self) -> str:
        return address_in_words(self.conversation.outside_address, self.channel, self.region)

    @property
    def own_address(self) -> str:
        return address_in_words(self.channel.address, self.channel, self.region)

    @property
    def face(self) -> str:
        """Of whom the initials are drawn where there is no record."""
        return face_of(self.title)

    @property
    def clock(self) -> str:
        """The time now where the contact is; "" where nobody or no zone is known. No query."""
        if self.contact is None:
            return ""
        phone = next((phone for phone in self.contact.phones.all() if phone.former_at is None), None)
        return local_time(self.contact, phone)

    @property
    def can_call(self) -> bool:
        """Whether the reader can ring the other end up from this line."""
        own = self.channel
        works = own.has_voice and own.archived_at is None and "send" in self.acts and not self.is_blocked
        return works and self.conversation.outside_address.startswith("+")

    @cached_property
    def actions(self) -> dict[int, set[str]]:
        """Contact id -> what the reader may do with it, of all contacts that he or she sees here. One query."""
        return actions_by_contact(self.user, facts_of(self.contacts)) if self.contacts else {}

    @property
    def contact_acts(self) -> set[str]:
        """What the reader may do with the first contact."""
        return self.actions.get(self.contact.pk, set()) if self.contact else set()

    @property
    def line(self) -> str:
        return line_name(self.channel, self.region)

    @cached_property
    def head_tags(self) -> Tags:
        """Of the first contact; one query, none where a page that has read them puts them here."""
        if self.contact is None:
            return tags_of(self.channel)
        facts = [(self.contact.pk, self.contact.kind)]
        return department_tags(self.user, facts, self.operated).get(self.contact.pk, ())

    @property
    def operated(self) -> list[Operated]:
        """The departments that the reader operates, by name."""
        return [operated_from(facts) for facts in self.conversation.operated or ()]  # type: ignore[attr-defined]

    @cached_property
    def is_blocked(self) -> bool:
        """By a block that the reader may know (product.md §9). One query at most."""
        by_address: bool = self.conversation.is_blocked_address  # type: ignore[attr-defined]
        return by_address or bool(blocking.blocked_rows(self.user, [contact.pk for contact in self.contacts]))

    @cached_property
    def people(self) -> list[User]:
        """Who may have it assigned and be mentioned in it; nobody where the reader may not do either."""
        if "send" not in self.acts:
            return []
        return people_in(self.conversation, self.contacts, with_nobody=self.with_nobody)

    @cached_property
    def asks_who(self) -> bool:
        """Several people hold the address, and the reader may say which of them this is. One query at most."""
        if "send" not in self.acts or not self.conversation.may_ask_who:  # type: ignore[attr-defined]
            return False
        return waiting_for_answer(self.user, self.conversation).filter(asks_who=True, seen__gt=1).exists()

    @cached_property
    def wrap_ups(self) -> list[Interaction]:
        """Calls of the reader in it that are yet to be wrapped up. No query where he or she has none in it."""
        return to_wrap_up(self.user, self.conversation) if self.conversation.may_wrap_up else []  # type: ignore[attr-defined]

    @property
    def offers_contact(self) -> bool:
        """Nobody is known, or nobody whom the reader sees: a record can be made of the address."""
        return not self.contacts and self.channel.kind != Channel.Kind.CHAT and "send" in self.acts

    @property
    def offers_save(self) -> bool:
        """Mail makes no Department Contact by itself: saving it does (product.md §8)."""
        return self.offers_contact and self.channel.kind == Channel.Kind.EMAIL and bool(self.channel.department_id)


def thread_for(user: User, pk: int) -> Thread:
    """The thread, or Http404 for one that is hidden exactly as for none. Three queries."""
    conversation = get_conversation(user, pk, **_facts(user))
    facts = party_facts(user, [pk], active())
    found = visible_to(user).filter(pk__any_of=[party["contact"] for party in facts if party["contact"]])
    notes = readable_notes(user, OuterRef("pk")).filter(  # type: ignore[arg-type]
        visibility=Note.Visibility.PUBLIC
    )
    found = found.annotate(last_note=Subquery(notes.order_by("-created_at", "-pk").values("body")[:1]))
    seen = {contact.pk: contact for contact in found.select_related("owner", "account")}
    parties = [party for party in facts if party["contact"] is None or party["contact"] in seen]
    if not parties:  # it went out of sight between the two questions
        raise Http404
    contacts: list[Contact] = [seen[party["contact"]] for party in parties if party["contact"]]
    acts = frozenset({"read", "send"} if conversation.sends else {"read"})  # type: ignore[attr-defined]
    return Thread(user, conversation, parties, contacts, acts)


def _facts(user: User) -> dict[str, Any]:
    """What is asked of the conversation along with it; two of them only say whether a further query is worth it."""
    here = Interaction.objects.filter(conversation=OuterRef("pk"))
    blocks = blocking.standing(user).filter(blocking.known_to(user), contact__isnull=True)
    return {
        "sends": Exists(policy.channels_with(user, "send").filter(pk=OuterRef("channel_id"))),
        "is_blocked_address": Exists(blocks.filter(address=Lower(OuterRef("outside_address")))),
        "operated": ArraySubquery(operated_rows(user)),
        "may_ask_who": Exists(here.filter(asks_who=True, removed_at__isnull=True)),
        "may_wrap_up": Exists(unwrapped(user).filter(conversation=OuterRef("pk"))),
    }


def stream_for(thread: Thread, after: str = "") -> Stream:
    """A page of its entries behind `after`. Three to seven queries."""
    return stream_of(interactions_of(thread.user, thread.conversation, after), lambda rows: _dressed(thread, rows))


def _dressed(thread: Thread, rows: list[Interaction]) -> list[Entry]:
    sends = "send" in thread.acts
    corrects = partial(by_known_contacts, actions=thread.actions)
    return entries_of(thread.user, rows, sends=lambda row: sends, corrects=corrects)


def mark_read(thread: Thread) -> None:
    """The reader has it open: nothing in it is unread, no notice about it new. Two queries where something was."""
    if not thread.is_unread:
        return
    Unread.objects.filter(user=thread.user, party__any_of=[party["pk"] for party in thread.parties]).delete()
    see(thread.user, of_thread(thread.pk))


@dataclass(frozen=True)
class About:
    """What the pane beside a thread says of its contact."""

    contact: Contact
    tags: Tags
    phone: Any
    email: Any
    note: str | None
    others: list[Any] = field(default_factory=list)


def about(thread: Thread, others: list[Any]) -> About | None:
    """The first contact that the reader sees in the thread, with its last public note; None where nobody is known."""
    contact = thread.contact
    if contact is None:
        return None
    return About(
        contact,
        thread.head_tags,
        next((phone for phone in contact.phones.all() if phone.former_at is None), None),
        next((email for email in contact.emails.all() if email.former_at is None), None),
        contact.last_note,  # type: ignore[attr-defined]
        [row for row in others if row.pk != thread.pk],
    )
