"""What people do around a contact: notes, follow-ups, and requests for access."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from contacts_project.core.history import tracked

from . import triggers
from .contact import Contact


@tracked(with_before=True)
class Note(models.Model):
    """A customer note. A private one is for its author alone, whatever anybody's level (product.md §2a)."""

    class Visibility(models.TextChoices):
        PUBLIC = "public", "Public"
        PRIVATE = "private", "Private"

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="notes", db_index=False)
    author = models.ForeignKey("accounts.User", models.SET_NULL, null=True, editable=False, related_name="+")
    body = models.TextField(max_length=10_000)
    visibility = models.CharField(max_length=7, choices=Visibility.choices, default=Visibility.PUBLIC)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    edited_at = models.DateTimeField(null=True, editable=False)
    edited_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, editable=False, related_name="+")

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["contact", "-created_at", "-id"], name="note_newest"),
            GinIndex(SearchVector(models.Func("body", function="fold"), config="simple"), name="note_words"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(body=""), name="note_has_words", violation_error_message="Write something first."
            )
        ]
        triggers = [triggers.NOTE_NAMES_CONTACT]

    def __str__(self) -> str:
        return f"note {self.pk}"


class FollowUp(models.Model):
    """One line to do about a contact by a date, for oneself or for a colleague who can see the contact."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="follow_ups")
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="follow_ups", db_index=False)
    created_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, editable=False, related_name="+")
    due = models.DateField()
    text = models.CharField(max_length=200)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    done_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["user", "due"], condition=Q(done_at__isnull=True), name="follow_up_due")]

    def __str__(self) -> str:
        return f"follow-up {self.pk}"


class AccessRequest(models.Model):
    """Somebody asked for what a rule keeps from him or her (product.md §2d): access, a block, or a change.

    A request for access is kept alike whether or not anything stands at its path; `contact` is empty when the path
    names nothing in the user's account: it counts and expires like any other, and reaches nobody. The other two name a
    contact that the user sees. `about` marks what a path names of higher apps, such as ["channel:7"]
    (`services.places`). `proposal` is what a suggestion would change: {"attributes": {name: value}} or
    {"rows": …} as `services.suggesting` writes it; for a block {"reason": …, "address": …}.
    """

    class Purpose(models.TextChoices):
        ACCESS = "access", "Access"
        BLOCK = "block", "Block"
        SUGGESTION = "suggestion", "Suggestion"

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        GRANTED = "granted", "Granted"
        DECLINED = "declined", "Declined"
        EXPIRED = "expired", "Expired"

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, related_name="access_requests")
    purpose = models.CharField(max_length=10, choices=Purpose.choices, default=Purpose.ACCESS)
    proposal = models.JSONField(default=dict, blank=True)
    about = ArrayField(models.CharField(max_length=40), default=list, blank=True, editable=False)
    path = models.CharField(max_length=200)
    access = models.CharField(max_length=5, choices=[("read", "Read"), ("write", "Write")], default="read")
    message = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, editable=False, related_name="+")
    answered_at = models.DateTimeField(null=True, editable=False)
    answer_message = models.CharField(max_length=500, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user", "purpose", "path"], condition=Q(status="open"), name="access_request_open_once"
            )
        ]
        indexes = [models.Index(fields=["user", "asked_at"], name="access_request_of_user")]

    def __str__(self) -> str:
        return f"access request {self.pk}"
