"""What was said: calls, texts, faxes, chats and mails, with the contacts that they were with (product.md §2c)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from contacts_project.core.history import tracked
from conversations import triggers, triggers_of_calls, triggers_of_parties

from .channels import Channel
from .conversations import Conversation


@tracked(exclude=["attempts", "claimed_at"])
class Interaction(models.Model):
    """One call, voicemail, SMS, MMS, fax, chat message or email, with the contacts that it was with.

    Or an internal note in a conversation, which nobody outside sees.

    A call logged by hand may have no channel; without a department as well it was made from elsewhere (decision 11).
    `arrived_without_contact` stays true when a contact is found later: those who read the line keep it; so they do
    when its contact becomes personal (`receivers`). `duration` is in seconds. `is_answered` says whether a person
    answered, None where that is not known or means nothing. `at` is when it happened, for a message when it was sent
    off. `external_id` is the provider's. `removed_at`: taken out of the history by a correction; the row stays.
    `corrected_at` is when a correction last changed, moved, removed or restored it; what it was, its events tell.
    """

    class Type(models.TextChoices):
        CALL = "call", "Call"
        VOICEMAIL = "voicemail", "Voicemail"
        SMS = "sms", "Text"
        MMS = "mms", "Picture message"
        FAX = "fax", "Fax"
        CHAT = "chat", "Chat"
        EMAIL = "email", "Email"
        NOTE = "note", "Internal note"

    class Direction(models.TextChoices):
        IN = "in", "Incoming"
        OUT = "out", "Outgoing"

    class Status(models.TextChoices):
        """What is shown of it; `statuses` says which may follow which."""

        DONE = "done", "Done"
        BLOCKED = "blocked", "Blocked"
        RINGING = "ringing", "Ringing"
        ACTIVE = "active", "In a call"
        SCHEDULED = "scheduled", "Scheduled"
        QUEUED = "queued", "Waiting"
        SENDING = "sending", "Sending"
        UNKNOWN = "unknown", "Unknown"
        SENT = "sent", "Sent"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Failed"

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+", db_index=False)
    conversation = models.ForeignKey(Conversation, models.RESTRICT, null=True, related_name="+", db_index=False)
    channel = models.ForeignKey(Channel, models.RESTRICT, null=True, related_name="+", db_index=False)
    department = models.ForeignKey(
        "departments.Department", models.RESTRICT, null=True, related_name="+", db_index=False
    )
    type = models.CharField(max_length=9, choices=Type.choices)
    direction = models.CharField(max_length=3, choices=Direction.choices)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.DONE)
    outcome = models.CharField(max_length=60, blank=True)
    is_answered = models.BooleanField(null=True)
    at = models.DateTimeField()
    duration = models.PositiveIntegerField(null=True, help_text="Seconds.")
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    outside_address = models.CharField(max_length=254, blank=True)
    author = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    is_by_hand = models.BooleanField(default=False)
    is_automatic = models.BooleanField(default=False, help_text="Mail written by a machine (RFC 3834).")
    asks_who = models.BooleanField(default=False, help_text="Several people hold the address.")
    arrived_without_contact = models.BooleanField(default=False)
    external_id = models.CharField(max_length=200, blank=True)
    error = models.CharField(max_length=200, blank=True)
    send_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, editable=False)
    answered_at = models.DateTimeField(null=True, editable=False)
    wrapped_at = models.DateTimeField(null=True, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)
    removed_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, editable=False, related_name="+")
    corrected_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    contacts = models.ManyToManyField(
        "contacts.Contact", through="conversations.InteractionContact", related_name="interactions"
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(is_by_hand=True) | Q(channel__isnull=False),
                name="interaction_came_by_a_channel",
                violation_error_message="What was not logged by hand came by a channel.",
            ),
            models.CheckConstraint(
                condition=Q(conversation__isnull=True) | Q(channel__isnull=False),
                name="interaction_conversation_has_channel",
                violation_error_message="A conversation belongs to a channel.",
            ),
            models.CheckConstraint(
                condition=~Q(type="note") | Q(conversation__isnull=False), name="interaction_note_in_conversation"
            ),
            models.CheckConstraint(
                condition=~Q(status="scheduled") | Q(send_at__isnull=False), name="interaction_scheduled_for"
            ),
            models.UniqueConstraint(
                fields=["channel", "external_id"], condition=~Q(external_id=""), name="interaction_external_once"
            ),
        ]
        indexes = [
            models.Index(fields=["department", "-at", "-id"], name="interaction_of_department"),
            models.Index(fields=["channel", "-at", "-id"], name="interaction_of_channel"),
            models.Index(fields=["conversation", "-at", "-id"], name="interaction_of_conversation"),
            # Logged by hand: of a department, or from elsewhere (`last_contact`).
            models.Index(
                fields=["account", "department", "-at", "-id"],
                condition=Q(conversation__isnull=True),
                name="interaction_apart",
            ),
            # What a new holder of an address may take over (product.md §2c): interactions that nobody has.
            models.Index(
                fields=["account", "outside_address"],
                condition=Q(arrived_without_contact=True),
                name="interaction_of_nobody",
            ),
            # What a sweep looks for: calls that ring or run, messages that wait or hang.
            models.Index(
                fields=["status", "account", "at"],
                condition=Q(status__in=["ringing", "active", "scheduled", "queued", "sending", "unknown"]),
                name="interaction_open",
            ),
            models.Index(
                fields=["author", "-at"],
                condition=Q(type="call", wrapped_at__isnull=True, is_by_hand=False, author__isnull=False),
                name="interaction_to_wrap_up",
            ),
        ]
        triggers = [
            triggers.INTERACTION_OF_ACCOUNT,
            triggers.LEAD_CONTACTS,
            triggers_of_parties.PARTY_OF_NEW,
            triggers_of_parties.PARTY_OF_CHANGED,
            triggers_of_parties.PARTY_OF_DELETED,
        ]

    def __str__(self) -> str:
        return f"interaction {self.pk}"


@tracked(exclude=["at", "is_apart", "call"])
class InteractionContact(models.Model):
    """That an interaction was with this contact; no longer `is_current` once it was moved to another by hand.

    `effect` is what the interaction did to the contact in its department. `at` copies the interaction's time, and
    `is_apart` that it stands in no conversation, by triggers, so that a contact's newest are one index range; `call`
    says of an attempt to reach the contact by phone whether a person answered (1) or not (0; `triggers_of_calls`).
    """

    class Effect(models.TextChoices):
        NONE = "", "Nothing"
        MADE = "made", "Made it"
        LINKED = "linked", "Linked it"
        RESTORED = "restored", "Restored it"

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="with_contacts", db_index=False)
    contact = models.ForeignKey("contacts.Contact", models.CASCADE, related_name="+", db_index=False)
    effect = models.CharField(max_length=8, choices=Effect.choices, default=Effect.NONE, blank=True)
    is_current = models.BooleanField(default=True)
    moved_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, editable=False, related_name="+")
    moved_at = models.DateTimeField(null=True, editable=False)
    at = models.DateTimeField(db_default=Now(), editable=False)
    is_apart = models.BooleanField(default=False, editable=False)
    call = models.PositiveSmallIntegerField(null=True, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["interaction", "contact"], name="interaction_contact_once")]
        indexes = [
            models.Index(
                fields=["contact", "-at", "-interaction"],
                condition=Q(is_current=True),
                name="interaction_contact_newest",
            ),
            models.Index(fields=["contact"], condition=Q(is_current=False), name="interaction_contact_past"),
            models.Index(
                fields=["contact", "-at", "-interaction"],
                condition=Q(is_current=True, is_apart=True),
                name="interaction_contact_apart",
            ),
            models.Index(
                fields=["contact", "at"],
                include=["call"],
                condition=Q(is_current=True, call__isnull=False),
                name="interaction_contact_calls",
            ),
        ]
        triggers = [
            triggers.CONTACT_OF_ACCOUNT,
            triggers_of_parties.PARTY_JOINS,
            triggers_of_parties.PARTY_CHANGES,
            triggers_of_parties.PARTY_LEAVES,
            triggers_of_calls.CALL_COMES,
            triggers_of_calls.CALL_CHANGES,
            triggers_of_calls.CALL_GOES,
        ]

    def __str__(self) -> str:
        return f"interaction {self.interaction_id} with contact {self.contact_id}"


class Mail(models.Model):
    """What an email has beyond its words: its place among others (RFC 5322 §3.6.4) and its formatted body.

    `html` is stored as it came and shown only sanitised, in a frame of its own (design/security.md §9). `pictures`:
    content id (RFC 2392) -> position of the attachment that the formatted body shows in that place.
    """

    interaction = models.OneToOneField(Interaction, models.CASCADE, primary_key=True, related_name="mail")
    message_id = models.CharField(max_length=400, blank=True)
    in_reply_to = models.CharField(max_length=400, blank=True)
    references = models.TextField(blank=True)
    from_name = models.CharField(max_length=200, blank=True)
    to = models.JSONField(default=list)
    cc = models.JSONField(default=list)
    html = models.TextField(blank=True)
    pictures = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["message_id"], name="mail_message_id")]

    def __str__(self) -> str:
        return f"mail of interaction {self.interaction_id}"


class Attachment(models.Model):
    """A file of an interaction, or of a draft until that is sent. Never served by its place on the disk.

    Pictures and fax pages are stored re-encoded (kinds image and page, the latter in order of `position`).
    """

    class Kind(models.TextChoices):
        IMAGE = "image", "Picture"
        PAGE = "page", "Fax page"
        AUDIO = "audio", "Recording"
        PDF = "pdf", "PDF"
        FILE = "file", "File"

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    interaction = models.ForeignKey(Interaction, models.CASCADE, null=True, related_name="attachments")
    draft = models.ForeignKey("conversations.Draft", models.CASCADE, null=True, related_name="attachments")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(help_text="Bytes.")
    position = models.PositiveSmallIntegerField(default=0)
    file = models.FileField(upload_to="attachments/%Y/%m/", max_length=200)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(interaction__isnull=False) | Q(draft__isnull=False), name="attachment_of_something"
            )
        ]

    def __str__(self) -> str:
        return f"attachment {self.pk}"


class RingDismissal(models.Model):
    """That somebody said "Not me" to a ringing call."""

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="dismissals", db_index=False)
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["interaction", "user"], name="ring_dismissal_once")]

    def __str__(self) -> str:
        return f"dismissal {self.pk}"
