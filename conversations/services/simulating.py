"""The outside world of the simulator: what happens there, and how it takes what we send (product.md §7).

Whatever happens goes the way that a provider's reports go: in by `arriving`, calls by `ringing`.
"""

from __future__ import annotations

import datetime
import hashlib
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parseaddr

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from contacts_project.accounts.models import User
from contacts_project.core.emails import EmailImpossible, parse_email
from contacts_project.core.phones import PhoneImpossible, parse_phone
from conversations import policy
from conversations.models import Channel, ChatVisitor, Interaction, Mail, SimulatedPhone
from conversations.providers.base import File
from conversations.services import samples
from conversations.services.arriving import Arrival, MailFacts, record_arrival
from conversations.services.attaching import FileRefused, check_files
from conversations.services.people import read_outside
from conversations.services.verifying import simulated_code

Type, Status = Interaction.Type, Interaction.Status
Kind = Channel.Kind
SIMULATOR = "simulator"
WITHHELD = frozenset({"withheld", "anonymous", "private"})  # what one types to ring without a number
TALKED = datetime.timedelta(seconds=95)  # how long an answered call of the simulator was
VOICE_SECONDS = 4
LONGEST_VISITOR = 60
# Type -> what a channel must have to take it, and the sentence for one that has it not.
NEEDS: dict[str, tuple[str, str]] = {
    Type.CALL: ("has_voice", "This line takes no calls."),
    Type.VOICEMAIL: ("has_voice", "This line takes no calls."),
    Type.SMS: ("has_sms", "This line takes no text messages."),
    Type.MMS: ("has_mms", "This line takes no picture messages."),
    Type.FAX: ("has_fax", "This line takes no faxes."),
}


class CannotHappen(ValueError):
    """What was typed does not fit; `field` is its name in the form, the text is for people."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Happening:
    """What somebody outside does. `sender` as typed; `outcome` of a call: ring, answered, missed or voicemail."""

    channel: Channel
    type: str
    sender: str
    body: str = ""
    subject: str = ""
    outcome: str = "ring"
    files: tuple[File, ...] = ()


def playable(user: User) -> QuerySet[Channel]:
    """Lines of the account that the simulator can reach, archived ones not, by name; each with its department.

    A public web chat is reached as well: it needs no carrier. None for visitors and platform staff.
    """
    rows = Channel.objects.filter(Q(provider=SIMULATOR) | Q(kind=Kind.CHAT), archived_at__isnull=True)
    if not (user.is_authenticated and user.is_active and user.account_id):
        return rows.none()
    rows = rows.filter(account=user.account_id).exclude(kind=Kind.CALLER_ID)
    return rows.select_related("department", "account").order_by("label", "address", "pk")


def offered(user: User) -> QuerySet[Channel]:
    """Those of `playable` that are offered by name: departments' lines, and others that `user` may know of.

    Whoever knows the address of another one can reach it, as anybody outside can.
    """
    known = policy.visible_to(user).order_by().values("pk")
    return playable(user).filter(Q(department__isnull=False) | Q(pk__in=known))


def happen(what: Happening) -> Interaction:
    """Let it happen: it arrives as from a provider. Raises CannotHappen."""
    sender, name = _sender(what)
    _require_carried(what)
    if what.type == Type.CALL and what.outcome == "voicemail":
        what = Happening(what.channel, Type.VOICEMAIL, what.sender, what.body, what.subject, "", what.files)
    arrival = Arrival(
        what.channel, what.type, sender, body=what.body, subject=what.subject, name_hint=name, files=_files(what),
        external_id=f"simulated-{uuid.uuid4()}", mail=_mail(what, sender, name), **_course(what),
    )  # fmt: skip
    with transaction.atomic():
        interaction = record_arrival(arrival).interaction
        if what.type == Type.CHAT:
            name_visitor(interaction, sender)
    return interaction


def name_visitor(interaction: Interaction, name: str) -> None:
    """Let the inbox call whoever chats from here by a name, as it does visitors of the public page."""
    thread = interaction.conversation
    assert interaction.channel
    if not ChatVisitor.objects.filter(conversation=thread).exists():
        token = hashlib.sha256(secrets.token_bytes()).hexdigest()  # of nobody: no cookie has it
        ChatVisitor.objects.create(
            channel=interaction.channel, conversation=thread, name=name, token_hash=token, seen_at=interaction.at
        )


def options_for(account_id: int, address: str) -> dict[str, str]:
    """How this outside address behaves, for providers.registry.options_for. One query."""
    phone = SimulatedPhone.objects.filter(account=account_id, address=address).first()
    return {"behaviour": phone.behaviour if phone else SimulatedPhone.Behaviour.DELIVERS.value}


def options_of_many(account_id: int, addresses: Sequence[str]) -> dict[str, dict[str, str]]:
    """The same of many addresses, by address. One query."""
    rows = SimulatedPhone.objects.filter(account=account_id, address__in=addresses)
    known = dict(rows.values_list("address", "behaviour"))
    usual = SimulatedPhone.Behaviour.DELIVERS.value
    return {address: {"behaviour": known.get(address, usual)} for address in addresses}


def set_behaviour(actor: User, address: str, behaviour: str) -> str:
    """Let the outside address take what is sent to it in this way from now on; returns the address as stored.

    Raises CannotHappen for what is neither a number nor an email.
    """
    assert actor.account is not None
    address = read_address(address, actor.account.default_region)
    with transaction.atomic():
        SimulatedPhone.objects.update_or_create(
            account=actor.account, address=address, defaults={"behaviour": behaviour}
        )
    return address


def read_address(text: str, region: str) -> str:
    """A number in E.164 form or an email in lower case. Raises CannotHappen with the sentence that helps."""
    try:
        return parse_email(text).lower() if "@" in text else parse_phone(text, region, hints=False).e164
    except (EmailImpossible, PhoneImpossible) as error:
        raise CannotHappen("address", str(error)) from error


def _sender(what: Happening) -> tuple[str, str]:
    """The outside address as the channel's kind has it, and the name that came with it ("")."""
    text, kind = what.sender.strip(), what.channel.kind
    if kind == Kind.CHAT:
        if not text or len(text) > LONGEST_VISITOR:
            raise CannotHappen("from", f"A visitor's name has 1 to {LONGEST_VISITOR} characters.")
        return text, ""
    if kind == Kind.PHONE and text.lower() in WITHHELD:
        if what.type not in (Type.CALL, Type.VOICEMAIL):
            raise CannotHappen("from", "Only a call can withhold its number.")
        return "", ""
    try:
        if kind == Kind.EMAIL:
            return parse_email(text).lower(), parseaddr(text)[0][:200]
        return parse_phone(text, what.channel.account.default_region, hints=False).e164, ""
    except (EmailImpossible, PhoneImpossible) as error:
        raise CannotHappen("from", str(error)) from error


def _require_carried(what: Happening) -> None:
    column, sentence = NEEDS.get(what.type, ("", ""))
    if what.channel.kind == Kind.EMAIL and what.type != Type.EMAIL:
        raise CannotHappen("type", "This is a mail address: it takes mail only.")
    if what.channel.kind == Kind.CHAT and what.type != Type.CHAT:
        raise CannotHappen("type", "This is a web chat: it takes chat messages only.")
    if what.channel.kind == Kind.PHONE and not column:
        raise CannotHappen("type", "This is a phone number: it takes no mail and no chat.")
    if column and not getattr(what.channel, column):
        raise CannotHappen("type", sentence)
    try:
        check_files([(file.name, len(file.content)) for file in what.files], type=what.type)
    except FileRefused as error:
        raise CannotHappen("files", str(error)) from error
    if what.type in (Type.SMS, Type.CHAT) and not what.body.strip():
        raise CannotHappen("body", "Type the words of the message.")


def _course(what: Happening) -> dict:
    """When it happened and how it went, as fields of Arrival."""
    now = timezone.now()
    if what.type == Type.VOICEMAIL:
        return {"at": now, "duration": VOICE_SECONDS, "is_answered": False}
    if what.type != Type.CALL:
        return {"at": now}
    if what.outcome == "answered":
        return {"at": now - TALKED, "duration": int(TALKED.total_seconds()), "is_answered": True}
    if what.outcome == "missed":
        return {"at": now, "is_answered": False}
    return {"at": now, "status": Status.RINGING}


def _files(what: Happening) -> tuple[File, ...]:
    """What was uploaded, else what such a message cannot be without."""
    if what.files or what.type not in (Type.MMS, Type.FAX, Type.VOICEMAIL):
        return what.files
    words = what.body or "From the simulator"
    if what.type == Type.VOICEMAIL:
        return (samples.voice(VOICE_SECONDS),)
    return (samples.picture(words) if what.type == Type.MMS else samples.fax(words, pages=2),)


def _mail(what: Happening, sender: str, name: str) -> MailFacts | None:
    """The mail's headers: it answers the last one of its conversation, if there is one."""
    if what.type != Type.EMAIL:
        return None
    address = read_outside(what.channel, sender)
    before = Mail.objects.filter(interaction__channel=what.channel, interaction__outside_address=address.value).exclude(
        message_id=""
    )
    last = before.order_by("-interaction__at", "-pk").values_list("message_id", flat=True).first() or ""
    return MailFacts(
        message_id=f"<{uuid.uuid4()}@simulator.invalid>", in_reply_to=last, references=last, from_name=name,
        to=(what.channel.address,),
    )  # fmt: skip


def codes_for(user: User) -> list[tuple[Channel, str]]:
    """What the simulated carrier brings to verify addresses that `user` may manage: codes, and paths of links."""
    rows = policy.channels_with(user, "share").filter(
        kind__in=[Kind.CALLER_ID, Kind.EMAIL], provider=SIMULATOR, verified_at__isnull=True, archived_at__isnull=True
    )  # fmt: skip
    found = [(channel, simulated_code(channel)) for channel in rows.select_related("account").order_by("pk")]
    return [(channel, secret) for channel, secret in found if secret]
