"""From which channels, and in which way, somebody may write to a contact, and what stands against it.

Reads only; what is offered here is judged again when it is sent (`services.sending`) and when it leaves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet, Value

from contacts.blocking import in_force
from contacts.models import Block, Contact, ContactEmail, ContactPhone
from contacts.templatetags.contacts import phone_text
from contacts_project.accounts.models import Account, User

from . import policy
from .models import Channel, ChannelPreference, Interaction, OptOut
from .services.opting import medium_of
from .services.people import is_blocked_on
from .services.sending import types_of
from .visibility import interactions_with

Type, Kind = Interaction.Type, Channel.Kind
NAMES: dict[str, str] = {Type.SMS: "Text", Type.MMS: "Text", Type.FAX: "Fax", Type.CHAT: "Chat", Type.EMAIL: "Email"}
MOST = 60  # options of one menu
BLOCKED, OPTED_OUT = "blocked", "opted out"
LEFT = "_media_left"  # where an object remembers what `ways_to` has found


@dataclass(frozen=True)
class Option:
    """One way to write: a channel, a type of message, and an outside address ("" where it is typed)."""

    channel: Channel
    type: str
    to: str = ""
    names_to: bool = False  # not the contact's first one of its kind

    @property
    def value(self) -> str:
        return f"{self.channel.pk}.{self.type}.{self.to}".rstrip(".")

    @property
    def name(self) -> str:
        return NAMES[self.type]

    @property
    def label(self) -> str:
        """ "Text, Sales line (415) 555-0120", and to which address where that is not the first."""
        text = f"{self.name}, {own_address(self.channel)}"
        return f"{text}, to {address_text(self.to, self.channel.account)}" if self.names_to else text


@dataclass
class Ways:
    """The options, and why others are missing: BLOCKED, OPTED_OUT. `opted_out`: (medium, address) of what has."""

    options: list[Option] = field(default_factory=list)
    stopped: set[str] = field(default_factory=set)
    opted_out: set[tuple[str, str]] = field(default_factory=set)


def own_address(channel: Channel) -> str:
    """Label and address of one of our channels."""
    text = address_text(channel.address, channel.account)
    return f"{channel.label} {text}" if channel.label and channel.kind != Kind.CHAT else channel.label or text


def address_text(address: str, account: Account) -> str:
    """An address as the account's country writes it."""
    return phone_text(address, "", account.default_region) if address.startswith("+") else address


def lines_of(user: User) -> list[Channel]:
    """Channels from which `user` may write to whomever he or she types, by name. One query."""
    rows = policy.usable(user, "send").select_related("account", "department")
    return [channel for channel in rows if channel.kind != Kind.CHAT and types_of(channel)]


def ways_anywhere(user: User) -> list[Option]:
    """What a new message to a typed address may go from."""
    return [Option(channel, type) for channel in lines_of(user) for type in types_of(channel)][:MOST]


def usable_among(channels: Iterable[Channel]) -> list[Channel]:
    """`policy.usable` out of what `inbox.readable_channels` found. No query."""
    usable = [
        one for one in channels
        if one.sends and one.archived_at is None and (one.verified_at or not one.needs_check)  # type: ignore[attr-defined]
    ]  # fmt: skip
    return sorted(usable, key=lambda one: (one.label, one.address, one.pk))


def lines_among(usable: Iterable[Channel]) -> list[Channel]:
    """`lines_of` out of these. No query."""
    return [channel for channel in usable if channel.kind != Kind.CHAT and types_of(channel)]


def ways_to(user: User, contact: Contact, lines: list[Channel] | None = None) -> Ways:
    """How `user` may write to a contact that he or she sees, without what is blocked or opted out. Four queries, two
    where the emails and phones were prefetched; one less with the `lines` of `lines_of`. What of the contact has opted
    out is kept for `media_left`."""
    phones = list({one.number: one for one in contact.phones.all() if one.former_at is None})
    emails = list({one.address.lower(): one for one in contact.emails.all() if one.former_at is None})
    candidates = [
        Option(channel, type, to, names_to=place > 0)
        for channel in (lines_of(user) if lines is None else lines)
        for type in types_of(channel)
        for place, to in enumerate(emails if type == Type.EMAIL else phones)
    ]
    candidates.sort(key=lambda option: option.names_to)  # first addresses first; the order of lines stays
    ways = _without_stopped(contact.account, candidates[:MOST], [contact.pk], known={*phones, *emails})
    if candidates:
        contact.__dict__[LEFT] = {medium for medium, _ in ways.opted_out}
    return ways


def media_left(contact: Contact) -> set[str]:
    """The media that a current number or email of the contact has left. One query where its emails and phones were
    prefetched, none after `ways_to` of this very object."""
    if LEFT in contact.__dict__:
        return contact.__dict__[LEFT]
    return set(opt_outs_of(contact))


def opt_outs_of(contact: Contact) -> QuerySet:
    """The media of `media_left`, for a subquery (contacts.record_facts.FURTHER)."""
    phones = {one.number for one in contact.phones.all() if one.former_at is None}
    emails = {one.address.lower() for one in contact.emails.all() if one.former_at is None}
    rows = OptOut.objects.filter(account=contact.account_id, ended_at__isnull=True, address__in=phones | emails)
    return rows.order_by().values_list("medium", flat=True)


def ways_here(channel: Channel, address: str, contacts: Iterable[int]) -> Ways:
    """How one may write from the channel to the address, with these contacts (ids). One query where nothing blocks."""
    options = [Option(channel, type, address) for type in types_of(channel)]
    return _without_stopped(channel.account, options, list(contacts))


def preferred(
    user: User, contact: Contact | None, options: list[Option], recent: Iterable[Interaction] = ()
) -> Option | None:
    """The option last used with the contact, as far as `user` sees, else of the channel he or she prefers, else the
    first. Two queries at most; one less where one of the `recent` ones, the newest with the contact first, shows it."""
    if not options:
        return None
    channels = {option.channel.pk for option in options}
    for one in recent:
        if one.channel_id in channels and one.type != Type.NOTE:
            return _closest(options, one.channel_id, one.type, one.outside_address)
    if contact:
        rows = interactions_with(user, contact).filter(interaction__channel__in=channels)
        rows = rows.exclude(interaction__type=Type.NOTE).order_by("-at", "-interaction")
        last = rows.values_list(
            "interaction__channel", "interaction__type", "interaction__outside_address"
        ).first()  # fmt: skip
        if last:
            return _closest(options, *last)
    if len(channels) == 1:
        return options[0]
    own = set(ChannelPreference.objects.filter(user=user, channel__in=channels).values_list("channel", flat=True))
    return next((option for option in options if option.channel.pk in own), options[0])


def _closest(options: list[Option], channel: int, type: str, to: str) -> Option:
    """Of the channel's options the one of the same type and address, as far as there is one."""
    type = Type.SMS if type == Type.MMS else type
    return max(options, key=lambda one: (one.channel.pk == channel, one.type == type, one.to == to))


def _without_stopped(
    account: Account, candidates: list[Option], contacts: list[int], known: Iterable[str] = ()
) -> Ways:
    """`known`: further addresses of which it is told whether they have opted out."""
    ways = Ways()
    if not candidates:
        return ways
    addresses = {option.to.lower() for option in candidates}
    opted, asks = _standing(account, addresses, contacts, {*addresses, *known})
    ways.opted_out = opted
    for option, blocked in _judged(candidates, contacts, asks=asks):
        if blocked:
            ways.stopped.add(BLOCKED)
        elif (medium_of(option.type), option.to.lower()) in opted:
            ways.stopped.add(OPTED_OUT)
        else:
            ways.options.append(option)
    return ways


def _standing(
    account: Account, addresses: set[str], contacts: list[int], known: set[str]
) -> tuple[set[tuple[str, str]], bool]:
    """(medium, address) of the `known` that have opted out, and whether any block could concern this traffic: there is
    almost never one, and then no line is asked by itself. One query."""
    opted = OptOut.objects.filter(account=account, address__in=known, ended_at__isnull=True).order_by()
    block = _blocks(account, addresses, contacts).annotate(medium=Value(""), place=Value(""))
    found = set(opted.values_list("medium", "address").union(block.values_list("medium", "place")))
    return found - {("", "")}, ("", "") in found


def _blocks(account: Account, addresses: set[str], contacts: list[int]) -> QuerySet[Block]:
    holders = ContactPhone.objects.filter(number__in=addresses).order_by().values("contact")
    writers = ContactEmail.objects.filter(address__lower__in=addresses).order_by().values("contact")
    about = Q(address__in=addresses) | Q(contact__in=contacts) | Q(contact__in=holders) | Q(contact__in=writers)
    return Block.objects.filter(in_force(account.today()), about, account=account).order_by()


def _judged(candidates: list[Option], contacts: list[int], *, asks: bool) -> Iterator[tuple[Option, bool]]:
    known: dict[tuple[int, str], bool] = {}
    for option in candidates:
        key = (option.channel.pk, option.to)
        if asks and key not in known:
            known[key] = is_blocked_on(option.channel, option.to, contacts)
        yield option, known.get(key, False)
