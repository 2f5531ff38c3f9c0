"""What people write before it is sent, and who does not want to be written to."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from contacts_project.core.history import tracked

from .channels import Channel
from .conversations import Conversation
from .interactions import Interaction


class Draft(models.Model):
    """What somebody has begun to write in a thread, or to a contact; one of each per person."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, null=True, related_name="+")
    contact = models.ForeignKey("contacts.Contact", models.CASCADE, null=True, related_name="+")
    channel = models.ForeignKey(Channel, models.CASCADE, null=True, related_name="+", db_index=False)
    type = models.CharField(max_length=9, choices=Interaction.Type.choices, blank=True)
    to = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user", "conversation"], condition=Q(conversation__isnull=False), name="draft_in_conversation"
            ),
            models.UniqueConstraint(
                fields=["user", "contact"],
                condition=Q(contact__isnull=False, conversation__isnull=True),
                name="draft_to_contact",
            ),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"


@tracked()
class MessageTemplate(models.Model):
    """A text of the account with merge fields such as {{given-name}}: plain substitution (product.md §10)."""

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=60)
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(max_length=10_000)
    created_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, editable=False, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["account", "name"],
                name="message_template_name_once",
                violation_error_message="Your account has a template of this name already.",
            )
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class OptOut(models.Model):
    """An address that does not want messages of this kind from the account, until it returns (product.md §10).

    Known to everybody of the account (a named exception of product.md §2).
    """

    class Medium(models.TextChoices):
        TEXT = "text", "Text messages"
        EMAIL = "email", "Email"

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+", db_index=False)
    medium = models.CharField(max_length=5, choices=Medium.choices)
    address = models.CharField(max_length=254)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["account", "medium", "address"], condition=Q(ended_at__isnull=True), name="opt_out_once"
            )
        ]

    def __str__(self) -> str:
        return f"opt-out {self.pk}"
