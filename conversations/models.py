"""Channels, conversations and interactions (product.md §1 and §2c). Read interactions through `visibility`."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from contacts_project.core.history import tracked

from . import triggers


@tracked()
class Channel(models.Model):
    """An own address of the account: a number in E.164 form, an email in lower case, the name of a web chat.

    Belongs to a department, whose operators use it, or has collaborators of its own.
    """

    class Kind(models.TextChoices):
        PHONE = "phone", "Phone number"
        CALLER_ID = "caller_id", "Caller ID"
        EMAIL = "email", "Email ID"
        CHAT = "chat", "Web chat"

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    address = models.CharField(max_length=254)
    label = models.CharField(max_length=60, blank=True)
    department = models.ForeignKey("departments.Department", models.RESTRICT, null=True, related_name="channels")
    created_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, editable=False, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    archived_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["account", "kind", "address"],
                condition=Q(archived_at__isnull=True),
                name="channel_address_once",
                violation_error_message="Your account has this line already.",
            ),
            models.CheckConstraint(
                condition=~Q(address=""), name="channel_has_address", violation_error_message="Type its address."
            ),
        ]
        triggers = [triggers.CHANNEL_OF_ACCOUNT]

    def __str__(self) -> str:
        return self.label or self.address


@tracked(exclude=["last_at"])
class Conversation(models.Model):
    """The thread of interactions between one channel and one outside address; `last_at` is the time of the latest."""

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    channel = models.ForeignKey(Channel, models.RESTRICT, related_name="conversations", db_index=False)
    outside_address = models.CharField(max_length=254)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    last_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["channel", "outside_address"], name="conversation_once")]
        indexes = [models.Index(fields=["channel", "-last_at", "-id"], name="conversation_newest")]
        triggers = [triggers.CONVERSATION_OF_ACCOUNT]

    def __str__(self) -> str:
        return f"conversation {self.pk}"


@tracked()
class Interaction(models.Model):
    """One call, voicemail, SMS, MMS, fax, chat message or email, with the contacts that it was with.

    A call logged by hand may have no channel; without a department as well it was made from elsewhere (decision 11).
    `arrived_without_contact` stays true when a contact is found later: those who read the line keep it; so they do
    when its contact becomes personal (`receivers`). `duration` is in seconds. `is_answered` says whether a person
    answered, None where that is not known or means nothing.
    """

    class Type(models.TextChoices):
        CALL = "call", "Call"
        VOICEMAIL = "voicemail", "Voicemail"
        SMS = "sms", "Text"
        MMS = "mms", "Picture message"
        FAX = "fax", "Fax"
        CHAT = "chat", "Chat"
        EMAIL = "email", "Email"

    class Direction(models.TextChoices):
        IN = "in", "Incoming"
        OUT = "out", "Outgoing"

    class Status(models.TextChoices):
        DONE = "done", "Done"
        BLOCKED = "blocked", "Blocked"

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
    body = models.TextField(blank=True)
    outside_address = models.CharField(max_length=254, blank=True)
    author = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    is_by_hand = models.BooleanField(default=False)
    arrived_without_contact = models.BooleanField(default=False)
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
        ]
        indexes = [
            models.Index(fields=["department", "-at", "-id"], name="interaction_of_department"),
            models.Index(fields=["channel", "-at", "-id"], name="interaction_of_channel"),
            models.Index(fields=["conversation", "-at", "-id"], name="interaction_of_conversation"),
            # What a new holder of an address may take over (product.md §2c): interactions that nobody has.
            models.Index(
                fields=["account", "outside_address"],
                condition=Q(arrived_without_contact=True),
                name="interaction_of_nobody",
            ),
        ]
        triggers = [triggers.INTERACTION_OF_ACCOUNT, triggers.LEAD_CONTACTS]

    def __str__(self) -> str:
        return f"interaction {self.pk}"


@tracked(exclude=["at"])
class InteractionContact(models.Model):
    """That an interaction was with this contact; no longer `is_current` once it was moved to another by hand.

    `effect` is what the interaction did to the contact in its department. `at` copies the interaction's time, by
    triggers, so that a contact's newest are one index range.
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
        ]
        triggers = [triggers.CONTACT_OF_ACCOUNT]

    def __str__(self) -> str:
        return f"interaction {self.interaction_id} with contact {self.contact_id}"
