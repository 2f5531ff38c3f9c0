"""Threads: one channel and one outside address; whom they are with, what is unread in them, who is looking."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from contacts_project.core.history import tracked
from conversations import triggers, triggers_of_parties

from .channels import Channel


@tracked()
class Conversation(models.Model):
    """The thread of interactions between one channel and one outside address.

    Closed and snoozed are times: what arrives later opens it again by itself, for those who may see what arrived
    (`inbox.state_of`). So nothing that a reader can't see changes what that reader gets (product.md §2).
    """

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    channel = models.ForeignKey(Channel, models.RESTRICT, related_name="conversations", db_index=False)
    outside_address = models.CharField(max_length=254)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    assigned_to = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True, editable=False)
    closed_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    snoozed_at = models.DateTimeField(null=True, editable=False)
    snoozed_until = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["channel", "outside_address"], name="conversation_once"),
            models.CheckConstraint(
                condition=Q(snoozed_at__isnull=True) | Q(snoozed_until__isnull=False), name="conversation_snoozed_until"
            ),
        ]
        triggers = [triggers.CONVERSATION_OF_ACCOUNT, triggers_of_parties.PARTY_CLOSES]
        indexes = [
            models.Index(
                fields=["account", "snoozed_until"],
                condition=Q(snoozed_at__isnull=False),
                name="conversation_snoozed",
            )
        ]

    def __str__(self) -> str:
        return f"conversation {self.pk}"


class ConversationParty(models.Model):
    """What a conversation had last with one contact, or with nobody known (`contact` empty). Written by triggers only.

    A conversation is visible through those of its parties that are (product.md §2c), and each reader finds it at the
    time of the newest of these. `last_in_at` is when something arrived that was not blocked; internal notes and removed
    entries count for neither time. `last_type` and `last_direction` copy the last interaction, `closed_at` the
    conversation: what is asked for together stands together in an index.
    """

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="parties", db_index=False)
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+", db_index=False)
    contact = models.ForeignKey("contacts.Contact", models.CASCADE, null=True, related_name="+", db_index=False)
    last_interaction = models.ForeignKey("conversations.Interaction", models.DO_NOTHING, related_name="+")
    last_at = models.DateTimeField()
    last_in_at = models.DateTimeField(null=True)
    last_type = models.CharField(max_length=9, db_default="", editable=False)
    last_direction = models.CharField(max_length=3, db_default="", editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    is_closed = models.GeneratedField(
        expression=Q(closed_at__isnull=False) & (Q(last_in_at__isnull=True) | Q(last_in_at__lte=F("closed_at"))),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    class Meta:
        default_permissions = ()
        constraints = [
            # Not "nulls not distinct": Django would ask the server about that before it says, in one sentence, that
            # the server cannot be reached.
            models.UniqueConstraint("conversation", Coalesce("contact", 0), name="conversation_party_once")
        ]
        indexes = [
            models.Index(fields=["channel", "-last_at", "-id"], name="conversation_party_newest"),
            models.Index(fields=["channel", "is_closed", "-last_at", "-id"], name="conversation_party_open"),
            models.Index(
                fields=["channel", "last_type", "is_closed", "-last_at", "-id"], name="conversation_party_type"
            ),
            models.Index(fields=["contact", "-last_at"], name="conversation_party_of_contact"),
        ]

    def __str__(self) -> str:
        return f"party {self.pk} of conversation {self.conversation_id}"


class Unread(models.Model):
    """That something arrived with this party which `user` has not read; a row for each reader of the channel then.

    Who came later starts with nothing unread. Count only those whose party the user may see.
    """

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    party = models.ForeignKey(ConversationParty, models.CASCADE, related_name="unread")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "party"], name="unread_once")]

    def __str__(self) -> str:
        return f"unread {self.pk}"


class Mention(models.Model):
    """A colleague named in an internal note of a conversation. That it is new to him or her, a notice says."""

    interaction = models.ForeignKey("conversations.Interaction", models.CASCADE, related_name="mentions")
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "interaction"], name="mention_once")]

    def __str__(self) -> str:
        return f"mention {self.pk}"


class Presence(models.Model):
    """Who has a conversation open, or is writing in it; says nothing once `at` is old."""

    class State(models.TextChoices):
        VIEWING = "viewing", "is viewing"
        REPLYING = "replying", "is replying"

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["conversation", "user"], name="presence_once")]

    def __str__(self) -> str:
        return f"presence {self.pk}"


class ChatVisitor(models.Model):
    """A visitor of a public web chat, known by a token in a cookie (its hash); its conversation comes with a word."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+")
    conversation = models.ForeignKey(Conversation, models.CASCADE, null=True, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=100, blank=True)
    email = models.EmailField(blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"visitor {self.pk}"
