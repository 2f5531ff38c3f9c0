"""Sending a message: checked, written with the people it is with, and handed to a job, in one transaction.

No provider is called here (design/architecture.md §5). What becomes of a message is `delivering`'s; providers' reports
come in by `record_status`.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from email.utils import make_msgid

import pghistory
from django.db import transaction
from django.utils import timezone

from contacts_project.accounts.models import User
from contacts_project.core.emails import EmailImpossible, parse_email
from contacts_project.core.phones import PhoneImpossible, parse_phone
from conversations import jobs, policy
from conversations.marks import marks_of
from conversations.models import Attachment, Channel, Conversation, Draft, Interaction, Mail
from conversations.providers.base import File
from conversations.services.people import OutsideAddress, People, find_people, is_blocked_on, read_outside, sees_any

from .arriving import announce, conversation_with, put_on
from .attaching import FileRefused, attach, check_files, hand_over, load, to_send
from .delivering import record_status
from .opting import is_opted_out, medium_of

__all__ = [
    "Archived",
    "Blocked",
    "CannotSend",
    "OptedOut",
    "cancel",
    "record_status",
    "retry",
    "send_message",
    "types_of",
]

Type, Status, Kind = Interaction.Type, Interaction.Status, Channel.Kind
LONGEST: dict[str, int] = {Type.SMS: 1600, Type.MMS: 1600, Type.FAX: 5000, Type.CHAT: 5000, Type.EMAIL: 100_000}
LONGEST_SUBJECT = 300
MOST_REFERENCES = 20
FARTHEST = datetime.timedelta(days=366)
AGAIN = frozenset({Status.FAILED, Status.UNKNOWN})
WORDS: dict[str, str] = {
    Type.SMS: "text messages", Type.MMS: "picture messages", Type.FAX: "faxes", Type.CHAT: "chat", Type.EMAIL: "email",
}  # fmt: skip
CANNOT_CARRY = "This line sends no {what}. Choose another one."
BLOCKED = "This address is blocked on this line. Nothing is sent to it until it is unblocked."
OPTED_OUT = "This address has opted out of {what}. Only they can return, by sending START."
OPTED_OUT_OF_MAIL = "This address has opted out of email. Call or write on another line."
PEOPLE_ARCHIVED = "The contact with this address is archived: unarchive it first."
ARCHIVED_LINE = "This line is archived: unarchive it first."
UNPROVEN = "This address must be verified before anything is sent from it."
NO_PICTURES = "This line sends text only. Take the files away, or choose another line."
NOTHING = "Write something, or attach a file."
NO_FAX = "A fax is a document: attach a PDF or a picture."
TOO_LONG = "This has {count:,} characters. {what} take at most {most:,}."
IN_PAST = "This time is over. Choose a later one, or send it now."
TOO_FAR = "Choose a time within the next year."
NO_ADDRESS = "There is no address to write to: the number was withheld."
ONLY_WHEN_WRITTEN = "A chat begins with its visitor. Write in the chat's own thread."
RETRY_NEW = "Only a message that failed, or of which nobody knows what became, is sent again."
SENT_IN_BULK = "This message belongs to an engagement: what has failed of it is sent again there."
TOO_LATE = "It has been sent already."


class CannotSend(ValueError):
    """What was typed or chosen does not fit; `field` is its name in the form, the text is for people."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Blocked(CannotSend):
    """The address is blocked on this line (product.md §9)."""


class Archived(CannotSend):
    """All whom the actor sees behind the address are archived (product.md §2a)."""


class OptedOut(CannotSend):
    """The address has opted out of what is sent (product.md §10)."""


def types_of(channel: Channel) -> Sequence[str]:
    """Types of message that can be written from the channel; a picture message is a text with files. Unverified or
    not, archived or not."""
    if channel.kind == Kind.PHONE:
        return [Type.SMS] * (channel.has_sms or channel.has_mms) + [Type.FAX] * channel.has_fax
    return {Kind.EMAIL: [Type.EMAIL], Kind.CHAT: [Type.CHAT]}.get(Kind(channel.kind), [])


@transaction.atomic
def send_message(
    actor: User,
    *,
    channel: Channel,
    to: str,
    type: str,
    body: str,
    subject: str = "",
    files: Iterable[File] = (),
    draft: Draft | None = None,
    send_at: datetime.datetime | None = None,
    conversation: Conversation | None = None,
) -> Interaction:
    """Write a message from `channel` to the outside address `to`, and have it delivered now or at `send_at`.

    `conversation` gives the address instead of `to`. `draft` adds its files and is deleted. Raises CannotSend (Blocked,
    OptedOut, Archived) with the field and a sentence, Refused or Http404 by the rights on the channel.
    """
    policy.require(actor, "send", channel)
    files, now = list(files), timezone.now()
    held = list(draft.attachments.all()) if draft else []
    type = _fitting(channel, type, has_files=bool(files or held))
    address = _address(channel, conversation, to)
    body, subject = body.replace("\x00", "").strip(), _subject(type, subject)
    _check_text(type, body, [(file.name, len(file.content)) for file in files] + [(one.name, one.size) for one in held])
    _check_time(send_at, now)
    _check_wanted(channel, type, address)
    with pghistory.context(user=actor.pk, source="message"):
        people = find_people(channel, address, answered=True, by=actor, at=now)
        _check_people(actor, channel, people)
        interaction = Interaction.objects.create(
            account_id=channel.account_id, channel=channel, department=channel.department, author=actor,
            conversation=conversation_with(channel, address), outside_address=address.value, type=type, body=body,
            subject=subject, direction=Interaction.Direction.OUT, asks_who=people.asks_who, at=now, send_at=send_at,
            status=Status.SCHEDULED if send_at else Status.QUEUED,
            arrived_without_contact=not sees_any(actor, people.contacts),
        )  # fmt: skip
        put_on(interaction, people)
        if type == Type.EMAIL:
            _write_mail(interaction, actor, address)
        _attach(interaction, files, draft)
    if not send_at:
        jobs.enqueue(interaction.pk)
    announce(interaction)
    return interaction


def retry(actor: User, interaction: Interaction) -> Interaction:
    """Send again what failed, or what may not have arrived: the very row if no provider ever took it, else a new one.

    Whoever may send from the line may do it, and becomes its author. Raises as `send_message`.
    """
    channel = _channel(interaction)
    policy.require(actor, "send", channel)
    with transaction.atomic():
        row = Interaction.objects.select_for_update(of=("self",)).select_related("channel__department").get(
            pk=interaction.pk
        )  # fmt: skip
        if row.direction != Interaction.Direction.OUT or row.removed_at or row.status not in AGAIN:
            raise CannotSend("", RETRY_NEW)
        if marks_of(actor, [row]):
            raise CannotSend("", SENT_IN_BULK)
        if row.status == Status.UNKNOWN or row.external_id:
            return _send_copy(actor, row)
        _check_carries(channel, row.type)
        address = read_outside(channel, row.outside_address)
        _check_wanted(channel, row.type, address)
        people = [one.contact for one in row.with_contacts.filter(is_current=True).select_related("contact")]
        blocked = is_blocked_on(channel, address.value, [contact.pk for contact in people])
        _check_people(actor, channel, People(tuple(people), blocked=blocked))
        with pghistory.context(user=actor.pk, source="message"):
            Interaction.objects.filter(pk=row.pk).update(
                status=Status.QUEUED, error="", attempts=0, claimed_at=None, send_at=None, at=timezone.now(),
                author=actor, arrived_without_contact=row.arrived_without_contact or not sees_any(actor, people),
            )  # fmt: skip
        jobs.enqueue(row.pk)
        announce(row)
        row.refresh_from_db()
    return row


def cancel(actor: User, interaction: Interaction) -> Draft | None:
    """Take back a message that waits for its time; the author finds its text as a draft, if there is none yet.

    Raises CannotSend when it has left, Refused or Http404 by the rights on the channel.
    """
    policy.require(actor, "send", _channel(interaction))
    with transaction.atomic(), pghistory.context(user=actor.pk, source="message"):
        row = Interaction.objects.select_for_update().get(pk=interaction.pk)
        if row.status != Status.SCHEDULED or row.removed_at:
            raise CannotSend("", TOO_LATE)
        draft = _back_to_draft(row) if row.author_id == actor.pk else None
        row.removed_at, row.removed_by = timezone.now(), actor
        row.status, row.error = Status.FAILED, "Cancelled before its time"
        row.save(update_fields=["removed_at", "removed_by", "status", "error"])
        announce(row)
    return draft


def _channel(interaction: Interaction) -> Channel:
    if interaction.channel is None:
        raise CannotSend("", RETRY_NEW)
    return interaction.channel


def _send_copy(actor: User, row: Interaction) -> Interaction:
    """The same again as a new message: the first may have arrived, so its key is not used twice."""
    assert row.channel
    assert row.conversation
    return send_message(
        actor, channel=row.channel, to=row.outside_address, type=row.type, body=row.body, subject=row.subject,
        files=load(to_send(row)), conversation=row.conversation,
    )  # fmt: skip


def _back_to_draft(row: Interaction) -> Draft | None:
    assert row.author_id
    assert row.conversation_id
    draft, is_new = Draft.objects.get_or_create(
        user_id=row.author_id, conversation_id=row.conversation_id,
        defaults={"type": row.type, "subject": row.subject, "body": row.body},
    )  # fmt: skip
    if not is_new:
        return None
    Attachment.objects.filter(interaction=row).update(interaction=None, draft=draft)
    return draft


def _fitting(channel: Channel, type: str, *, has_files: bool) -> str:
    """The type as it is sent: a text with files is a picture message, one without is none. Raises CannotSend."""
    if channel.archived_at:
        raise CannotSend("channel", ARCHIVED_LINE)
    if channel.needs_check and not channel.verified_at:
        raise CannotSend("channel", UNPROVEN)
    if type in (Type.SMS, Type.MMS) and channel.kind == Kind.PHONE:
        type = Type.MMS if has_files or not channel.has_sms else Type.SMS
    _check_carries(channel, type)
    if type == Type.FAX and not has_files:
        raise CannotSend("files", NO_FAX)
    return type


def _check_carries(channel: Channel, type: str) -> None:
    if type == Type.MMS and channel.kind == Kind.PHONE and channel.has_sms and not channel.has_mms:
        raise CannotSend("files", NO_PICTURES)
    able = types_of(channel)
    if type not in able and not (type == Type.MMS and Type.SMS in able):
        raise CannotSend("type", CANNOT_CARRY.format(what=WORDS.get(type, "messages")))


def _address(channel: Channel, conversation: Conversation | None, to: str) -> OutsideAddress:
    """The outside address in its one spelling. Raises CannotSend where nothing can be sent to it."""
    if channel.kind == Kind.CHAT:
        if conversation is None:
            raise CannotSend("channel", ONLY_WHEN_WRITTEN)
        return read_outside(channel, conversation.outside_address)
    if conversation:
        address = read_outside(channel, conversation.outside_address)
        if not address.kind:
            raise CannotSend("to", NO_ADDRESS)
        return address
    try:
        if channel.kind == Kind.EMAIL:
            return read_outside(channel, parse_email(to))
        return read_outside(channel, parse_phone(to, channel.account.default_region, hints=False).e164)
    except (EmailImpossible, PhoneImpossible) as error:
        raise CannotSend("to", str(error)) from error


def _subject(type: str, subject: str) -> str:
    """One line; only mail has one."""
    return " ".join(subject.replace("\x00", "").split())[:LONGEST_SUBJECT] if type == Type.EMAIL else ""


def _check_text(type: str, body: str, sizes: Sequence[tuple[str, int]]) -> None:
    if not body and not sizes:
        raise CannotSend("body", NOTHING)
    if len(body) > LONGEST[type]:
        what = WORDS[type].capitalize()
        raise CannotSend("body", TOO_LONG.format(count=len(body), what=what, most=LONGEST[type]))
    try:
        check_files(sizes, type=type)
    except FileRefused as error:
        raise CannotSend("files", str(error)) from error


def _check_time(send_at: datetime.datetime | None, now: datetime.datetime) -> None:
    if send_at and send_at <= now:
        raise CannotSend("send_at", IN_PAST)
    if send_at and send_at > now + FARTHEST:
        raise CannotSend("send_at", TOO_FAR)


def _check_wanted(channel: Channel, type: str, address: OutsideAddress) -> None:
    """Raise Blocked or OptedOut before anybody is made a contact of."""
    if is_blocked_on(channel, address.value):
        raise Blocked("", BLOCKED)
    medium = medium_of(type)
    if medium and is_opted_out(channel.account_id, medium, address.value):
        raise OptedOut("", OPTED_OUT_OF_MAIL if type == Type.EMAIL else OPTED_OUT.format(what=WORDS[type]))


def _check_people(actor: User, channel: Channel, people: People) -> None:
    """Raise Blocked for a blocked person, Archived where all of them are and the actor sees one.

    A department's line brings its contact back instead (product.md §5).
    """
    if people.blocked:
        raise Blocked("", BLOCKED)
    if channel.department_id or not people.contacts or not all(contact.archived_at for contact in people.contacts):
        return
    if sees_any(actor, people.contacts):
        raise Archived("to", PEOPLE_ARCHIVED)


def _write_mail(interaction: Interaction, actor: User, address: OutsideAddress) -> None:
    """The mail's own id, and its place behind the last mail of the thread (RFC 5322 §3.6.4)."""
    last = (
        Mail.objects.filter(interaction__conversation=interaction.conversation_id, interaction__removed_at__isnull=True)
        .exclude(message_id="")
        .order_by("-interaction__at", "-interaction")
        .select_related("interaction")
        .first()
    )
    assert interaction.channel
    if last and not interaction.subject:
        before = last.interaction.subject
        interaction.subject = (before if before[:3].lower() == "re:" else f"Re: {before}" if before else "")[:300]
        interaction.save(update_fields=["subject"])
    known = (last.references or last.in_reply_to).split() if last else []
    chain = [*known, last.message_id] if last else []
    Mail.objects.create(
        interaction=interaction, message_id=make_msgid(domain=interaction.channel.address.rpartition("@")[2]),
        in_reply_to=last.message_id if last else "",
        # The first names the thread, the last ones its end: what is between may go (RFC 5322 §3.6.4 sets no limit).
        references=" ".join([*chain[:1], *chain[1:][-MOST_REFERENCES:]]),
        from_name=actor.get_full_name() if actor.name else "", to=[address.value],
    )  # fmt: skip


def _attach(interaction: Interaction, files: list[File], draft: Draft | None) -> None:
    try:
        if draft:
            hand_over(draft, interaction)
            draft.delete()
        attach(interaction, files)
    except FileRefused as error:
        raise CannotSend("files", str(error)) from error
