"""Drafts: what somebody has begun to write in a thread or to a contact, kept until it is sent (product.md §7)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction

from contacts.models import Contact
from contacts_project.accounts.models import Submission, User
from conversations.models import Attachment, Channel, Conversation, Draft, Interaction
from conversations.providers.base import File

from .attaching import attach_to_draft, forget

LONGEST = 100_000  # characters: what an email takes
TYPES = frozenset(Interaction.Type.values)


@dataclass(frozen=True)
class Text:
    """What stands in the composer; `type`, `channel` and `to` say what it would be sent as."""

    body: str = ""
    subject: str = ""
    type: str = ""
    to: str = ""
    channel: Channel | None = None


def draft_of(user: User, *, conversation: Conversation | None = None, contact: Contact | None = None) -> Draft | None:
    """The user's own draft in this thread, or to this contact. One query."""
    return _rows(user, conversation, contact).select_related("channel").first()


def draft_to_send(
    user: User, *, conversation: Conversation | None = None, contact: Contact | None = None
) -> Draft | None:
    """As `draft_of`, behind whatever is just being saved; what is saved later waits until it is sent, and is dropped.

    Inside the transaction that sends.
    """
    _hold(user, conversation, contact)
    return draft_of(user, conversation=conversation, contact=contact)


def save_draft(
    user: User,
    text: Text,
    *,
    conversation: Conversation | None = None,
    contact: Contact | None = None,
    files: Iterable[File] = (),
    once: str = "",
) -> Draft | None:
    """Keep what stands in the composer; nothing written and no file means no draft. Raises FileRefused.

    `once` is that of the message's form: what was sent meanwhile does not come back as a draft. One transaction.
    """
    files = list(files)
    with transaction.atomic():
        _hold(user, conversation, contact)
        if _was_sent(user, once):
            return None
        draft = _rows(user, conversation, contact).select_for_update().first()
        has_text = bool(text.body.strip() or text.subject.strip() or files)
        if not has_text and (draft is None or not draft.attachments.exists()):
            if draft:
                draft.delete()
            return None
        place = {"conversation": conversation} if conversation else {"contact": contact}
        values = {
            "body": text.body.replace("\x00", "")[:LONGEST], "subject": text.subject.replace("\x00", "")[:300],
            "type": text.type if text.type in TYPES else "", "to": text.to.replace("\x00", "")[:254],
            "channel": text.channel,
        }  # fmt: skip
        draft, _ = Draft.objects.update_or_create(user=user, **place, defaults=values)
        attach_to_draft(draft, files)
    return draft


def drop_draft(user: User, *, conversation: Conversation | None = None, contact: Contact | None = None) -> None:
    """Forget the draft and its files."""
    with transaction.atomic():
        draft = _rows(user, conversation, contact).first()
        if draft:
            forget(list(draft.attachments.all()))
            draft.delete()


def own_file(user: User, pk: int) -> Attachment | None:
    """A file of one of the user's own drafts. One query."""
    return Attachment.objects.filter(pk=pk, draft__user=user).select_related("draft__contact").first()


def remove_file(attachment: Attachment, *, body: str | None = None, subject: str | None = None) -> None:
    """Take a file away from its draft, and the draft, if nothing else stands in it; keep what was typed meanwhile."""
    with transaction.atomic():
        draft = attachment.draft
        forget([attachment])
        if draft is None:
            return
        draft.body = draft.body if body is None else body.replace("\x00", "")[:LONGEST]
        draft.subject = draft.subject if subject is None else subject.replace("\x00", "")[:300]
        if draft.body.strip() or draft.subject.strip() or draft.attachments.exists():
            draft.save(update_fields=["body", "subject", "updated_at"])
        else:
            draft.delete()


def _hold(user: User, conversation: Conversation | None, contact: Contact | None) -> None:
    place = f"conversation {conversation.pk}" if conversation else f"contact {contact.pk if contact else 0}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"draft {user.pk} {place}"])


def _rows(user: User, conversation: Conversation | None, contact: Contact | None):
    if conversation:
        return Draft.objects.filter(user=user, conversation=conversation)
    return Draft.objects.filter(user=user, contact=contact, contact__isnull=False, conversation__isnull=True)


def _was_sent(user: User, once: str) -> bool:
    try:
        token = uuid.UUID(once)
    except ValueError:
        return False
    return Submission.objects.filter(user=user, once=token).exists()
