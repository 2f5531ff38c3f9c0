"""What somebody can write in a thread or to a contact: from which channels, how, or why not (product.md §7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, QuerySet
from django.db.models.functions import JSONObject
from django.urls import reverse

from contacts import policy as contact_policy
from contacts.models import Contact
from contacts.templatetags.contacts import first_name
from contacts_project.accounts.models import User

from . import merging, policy
from .models import Attachment, Channel, Conversation, Draft, Interaction, MessageTemplate
from .reaching import (
    BLOCKED,
    OPTED_OUT,
    Option,
    address_text,
    own_address,
    preferred,
    ways_anywhere,
    ways_here,
    ways_to,
)
from .services.drafting import draft_of
from .services.people import read_outside
from .services.sending import LONGEST, NO_ADDRESS, types_of
from .visibility import parties_visible_to

Type, Kind = Interaction.Type, Channel.Kind
SEGMENT = 160  # characters of one text message
MOST_TEMPLATES = 50
MOST_PEOPLE = 5  # of a thread: with more of them it is with nobody by name
VERBS: dict[str, str] = {Type.SMS: "Text", Type.FAX: "Note to", Type.EMAIL: "Write to", Type.CHAT: "Write to"}

ARCHIVED = "Archived. Nothing is sent until it is unarchived."
LINE_ARCHIVED = "This line is archived: nothing is sent from it."
UNPROVEN = "This address is not verified yet: nothing is sent from it."
CALLS_ONLY = "This line makes calls only."
NO_LINES = "You have no line or mail address to write from."
NO_ADDRESSES = "There is no number and no email address to write to."
NOT_REACHED = "None of your lines reaches this contact. Its number takes a line, its email a mail address."
IS_BLOCKED = "Blocked. Nothing is sent until it is unblocked."
HAS_OPTED_OUT: dict[str, str] = {
    "": "They have opted out of messages from your account.",
    Type.SMS: "They have opted out of texts from your account. They can return by sending START.",
    Type.EMAIL: "They have opted out of email from your account.",
}


@dataclass(frozen=True)
class WayOut:
    """What can be done instead: a link, or with `fields` a form that posts them."""

    label: str
    url: str
    action: str = ""
    fields: dict[str, str] = field(default_factory=dict)


@dataclass
class Composer:
    """What templates/conversations/_composer.html shows. With a `reason` there is nothing to write in.

    `options`: From, one only in a thread; `errors`: field -> sentence, from a post that could not be sent.
    """

    action: str
    here: str
    draft_url: str = ""
    conversation: Conversation | None = None
    contact: Contact | None = None
    record: Contact | None = None  # on whose record it stands
    options: list[Option] = field(default_factory=list)
    chosen: Option | None = None
    reason: str = ""
    way_out: WayOut | None = None
    whom: str = ""
    body: str = ""
    subject: str = ""
    to: str = ""
    send_at: str = ""
    files: list[Attachment] = field(default_factory=list)
    templates: list[MessageTemplate] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def placeholder(self) -> str:
        verb = VERBS.get(self.chosen.type if self.chosen else "", "Write to")
        return f"{verb} {self.whom}" if self.whom else "Message"

    @property
    def own(self) -> str:
        """Our end of a thread: "Sales line (415) 555-0120"."""
        return own_address(self.chosen.channel) if self.chosen else ""

    @property
    def target(self) -> str:
        """The id of what a sent message changes on the page: the thread, or the tab of the record."""
        return "contact-conversations" if self.record else "thread"

    @property
    def back(self) -> str:
        """The page on which it stands."""
        thread = self.conversation.pk if self.conversation else None
        if self.record:
            tab = reverse("conversations:contact-conversations", args=[self.record.pk])
            return f"{tab}?thread={thread}" if thread else tab
        return reverse("conversations:conversation-detail", args=[thread]) if thread else reverse("conversations:inbox")

    @property
    def with_template(self) -> str:
        """The address of this composer with a template, but for its id."""
        return f"{self.here}{'&' if '?' in self.here else '?'}template="

    @property
    def has_mail(self) -> bool:
        return any(option.type == Type.EMAIL for option in self.options)

    @property
    def only_mail(self) -> bool:
        return all(option.type == Type.EMAIL for option in self.options)

    @property
    def has_texts(self) -> bool:
        return any(option.type == Type.SMS for option in self.options)

    @property
    def length(self) -> int:
        return len(self.body)

    @property
    def longest(self) -> int:
        return max((LONGEST[option.type] for option in self.options), default=LONGEST[Type.EMAIL])


@dataclass(frozen=True)
class Known:
    """What a page has asked already: the contacts that the user sees in the thread, whether he or she sends on its
    line; the lines of `reaching.lines_of`; the newest entries with the contact. None asks."""

    people: list[Contact] | None = None
    sends: bool | None = None
    lines: list[Channel] | None = None
    recent: list[Interaction] = field(default_factory=list)


def composer_for(
    user: User,
    *,
    conversation: Conversation | None = None,
    contact: Contact | None = None,
    template: str = "",
    known: Known | None = None,
) -> Composer:
    """What the composer shows in this thread, or on this contact's record, or in this thread on the record; both
    fetched by their policies.

    `template` is the id of a message template that the text begins with. Eight queries at most where nothing is
    blocked; phones and emails of the contact should be prefetched.
    """
    known = known or Known()
    composer = _in_thread(user, conversation, known) if conversation else _on_record(user, contact, known)
    composer.record = contact
    if conversation and contact:
        composer.here += f"?contact={contact.pk}"
    if not composer.reason:
        _take_up(user, composer, known)
        _insert(user, composer, template)
    return composer


def composer_to_anybody(user: User, *, to: str = "", channel: str = "", type: str = "", template: str = "") -> Composer:
    """The page New message: the address is typed. `channel` and `type` choose what it is written from."""
    here = reverse("conversations:conversation-start")
    composer = Composer(action=here, here=here, options=ways_anywhere(user), to=to[:254])
    if not composer.options:
        composer.reason, composer.way_out = NO_LINES, WayOut("Your lines", reverse("conversations:channel-list"))
        return composer
    wanted = [one for one in composer.options if str(one.channel.pk) == channel and type in ("", one.type)]
    composer.chosen = wanted[0] if wanted else preferred(user, None, composer.options)
    composer.templates = _templates(user)
    _insert(user, composer, template)
    return composer


def people_in(user: User, conversation: Conversation) -> list[Contact]:
    """The contacts that `user` sees in the thread, the newest first. One query."""
    parties: QuerySet[Any] = parties_visible_to(user).filter(conversation=conversation, contact__isnull=False)
    parties = parties.select_related("contact__account").order_by("-last_at", "-pk")
    return [party.contact for party in parties[:MOST_PEOPLE]]


def _in_thread(user: User, conversation: Conversation, known: Known) -> Composer:
    channel, here = conversation.channel, reverse("conversations:conversation-message", args=[conversation.pk])
    people = people_in(user, conversation) if known.people is None else known.people[:MOST_PEOPLE]
    sends = policy.can(user, "send", channel) if known.sends is None else known.sends
    composer = Composer(
        action=here, here=here, conversation=conversation, contact=people[0] if len(people) == 1 else None
    )
    composer.draft_url = reverse("conversations:conversation-draft", args=[conversation.pk])
    composer.whom = _whom(people, conversation)
    composer.reason, composer.way_out = _why_not_here(user, conversation, people, sends=sends)
    if composer.reason:
        return composer
    ways = ways_here(channel, conversation.outside_address, [one.pk for one in people])
    composer.options = ways.options
    # Whoever said STOP is told of first; that the line could still fax is no answer to it (product.md §7).
    if ways.stopped or not composer.options:
        composer.reason, composer.way_out = _stopped(user, ways.stopped, channel, people)
    return composer


def _on_record(user: User, contact: Contact | None, known: Known) -> Composer:
    assert contact
    here = reverse("conversations:conversation-start")
    composer = Composer(action=here, here=f"{here}?contact={contact.pk}", contact=contact)
    composer.draft_url = reverse("conversations:contact-draft", args=[contact.pk])
    composer.whom = first_name(contact) or contact.name
    if contact.archived_at:
        composer.reason, composer.way_out = ARCHIVED, _unarchive(user, contact)
        return composer
    ways = ways_to(user, contact, known.lines)
    composer.options = ways.options
    if not ways.options:
        writes = bool(ways_anywhere(user) if known.lines is None else known.lines)
        composer.reason, composer.way_out = _why_no_way(user, contact, ways.stopped, writes=writes)
    return composer


def _why_not_here(
    user: User, conversation: Conversation, people: list[Contact], *, sends: bool
) -> tuple[str, WayOut | None]:
    """Why nothing can be written in the thread at all; blocks and opting out apart."""
    channel = conversation.channel
    if not sends:
        path = reverse("conversations:channel-detail", args=[channel.pk])
        asks = WayOut(
            "Request access", reverse("contacts:access-requests"), "request-access", {"path": path, "access": "write"}
        )
        return f"{policy.RULES['send']}.", asks
    if channel.archived_at:
        return LINE_ARCHIVED, WayOut("Open the line", reverse("conversations:channel-detail", args=[channel.pk]))
    if channel.needs_check and not channel.verified_at:
        return UNPROVEN, WayOut("Open the line", reverse("conversations:channel-detail", args=[channel.pk]))
    if not types_of(channel):
        return CALLS_ONLY, None
    if channel.kind != Kind.CHAT and not read_outside(channel, conversation.outside_address).kind:
        return NO_ADDRESS, None
    if people and channel.department_id is None and all(one.archived_at for one in people):
        return ARCHIVED, _unarchive(user, people[0])
    return "", None


def _why_no_way(user: User, contact: Contact, stopped: set[str], *, writes: bool) -> tuple[str, WayOut | None]:
    if stopped:
        return _stopped(user, stopped, None, [contact])
    reachable = [one for one in (*contact.phones.all(), *contact.emails.all()) if one.former_at is None]
    if not reachable:
        edits = "edit" in contact_policy.actions_seen(user, contact)
        return NO_ADDRESSES, WayOut("Add one", reverse("contacts:contact-edit", args=[contact.pk])) if edits else None
    lines = WayOut("Your lines", reverse("conversations:channel-list"))
    return (NOT_REACHED if writes else NO_LINES), lines


def _stopped(
    user: User, reasons: set[str], channel: Channel | None, people: list[Contact]
) -> tuple[str, WayOut | None]:
    """The reason of a block goes first: it can be lifted here."""
    if BLOCKED not in reasons:
        type = {Kind.PHONE: Type.SMS, Kind.EMAIL: Type.EMAIL}.get(Kind(channel.kind), "") if channel else ""
        assert OPTED_OUT in reasons
        return HAS_OPTED_OUT[type], None
    if people:
        return IS_BLOCKED, WayOut("See the block", reverse("contacts:contact-overview", args=[people[0].pk]))
    if channel and channel.department_id:
        return IS_BLOCKED, WayOut("Blocks", reverse("contacts:department-blocks", args=[channel.department_id]))
    return IS_BLOCKED, WayOut("Blocks", reverse("contacts:block-list"))


def _unarchive(user: User, contact: Contact) -> WayOut | None:
    if "unarchive" not in contact_policy.allowed_actions(user, contact):
        return None
    return WayOut("Unarchive", reverse("contacts:contact-unarchive", args=[contact.pk]), "unarchive", {"": ""})


def _take_up(user: User, composer: Composer, known: Known) -> None:
    """The draft with its files, the option that it, or else experience, suggests, and the names of templates."""
    place: dict[str, Any] = {"conversation": composer.conversation}
    place = place if composer.conversation else {"contact": composer.contact}
    composer.templates, has_draft = _kept(user, place)
    draft = draft_of(user, **place) if has_draft else None
    if draft:
        composer.body, composer.subject = draft.body, draft.subject
        composer.files = list(draft.attachments.order_by("position", "pk"))
    on_record = composer.contact if composer.conversation is None else None
    composer.chosen = _of_draft(draft, composer.options) or preferred(user, on_record, composer.options, known.recent)


def _of_draft(draft: Draft | None, options: Iterable[Option]) -> Option | None:
    if draft is None:
        return None
    fits = [one for one in options if one.type == draft.type and draft.channel_id in (None, one.channel.pk)]
    return next((one for one in fits if one.to == draft.to), fits[0] if fits else None)


def _insert(user: User, composer: Composer, template: str) -> None:
    """Put the template's text behind what was written, its fields filled as far as they are known."""
    if not (template.isascii() and template.isdecimal() and len(template) < 19):
        return
    found = MessageTemplate.objects.filter(account=user.account_id, pk=int(template)).first()
    if found is None:
        return
    values = merging.values_for(composer.contact, user)
    composer.body = "\n".join(filter(None, (composer.body.rstrip(), merging.fill(found.body, values))))
    composer.subject = composer.subject or merging.fill(found.subject, values)


def _kept(user: User, place: dict[str, Any]) -> tuple[list[MessageTemplate], bool]:
    """The first templates, by name, and whether the user has a draft there. One query."""
    names = MessageTemplate.objects.filter(account=user.account_id).order_by("name")
    found: Any = (
        User.objects.filter(pk=user.pk)
        .values_list(
            ArraySubquery(names.values_list(JSONObject(pk="pk", name="name"), flat=True)[:MOST_TEMPLATES]),
            Exists(Draft.objects.filter(user=user, **place)),
        )
        .get()
    )
    return [MessageTemplate(**facts) for facts in found[0] or ()], found[1]


def _templates(user: User) -> list[MessageTemplate]:
    return list(MessageTemplate.objects.filter(account=user.account_id).order_by("name").only("name")[:MOST_TEMPLATES])


def _whom(people: list[Contact], conversation: Conversation) -> str:
    if len(people) == 1:
        return first_name(people[0]) or people[0].name or _number(conversation)
    return "the visitor" if conversation.channel.kind == Kind.CHAT else _number(conversation)


def _number(conversation: Conversation) -> str:
    return address_text(conversation.outside_address, conversation.channel.account)
