"""Actions on many contacts with what happened to each, and steps that a message's Undo can take back."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Now


class BulkAction(models.Model):
    """One action on a selection: its parameters, its progress and, in items, its outcome for each contact."""

    class Action(models.TextChoices):
        ARCHIVE = "archive", "Archive"
        UNARCHIVE = "unarchive", "Unarchive"
        TAG = "tag", "Tag"
        SHARE = "share", "Share"
        UNSHARE = "unshare", "Unshare"
        OWNER = "owner", "Change owner"
        GIVE = "give", "Hand over"
        KEEP = "keep", "Keep as personal"
        LIST = "list", "Add to list"
        UNDO = "undo", "Undo"

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    action = models.CharField(max_length=10, choices=Action.choices)
    parameters = models.JSONField(default=dict)
    selection = models.JSONField(default=dict, help_text="{ids: [...]} or {filter: query string}")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.WAITING)
    total = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["user", "-created_at", "-id"], name="bulk_action_newest")]

    def __str__(self) -> str:
        return f"bulk action {self.pk}"


class BulkItem(models.Model):
    """What the action did to one contact, and why not."""

    class Outcome(models.TextChoices):
        PENDING = "pending", "Waiting"
        DONE = "done", "Done"
        ALREADY = "already", "Already so"
        REFUSED = "refused", "Not done"

    bulk = models.ForeignKey(BulkAction, models.CASCADE, related_name="items", db_index=False)
    contact = models.ForeignKey("contacts.Contact", models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.PENDING)
    reason = models.CharField(max_length=200, blank=True)
    before = models.JSONField(null=True, help_text="What undo needs to put back.")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["bulk", "contact"], name="bulk_item_once")]
        indexes = [models.Index(fields=["bulk", "outcome", "id"], name="bulk_item_outcome")]

    def __str__(self) -> str:
        return f"bulk item {self.pk}"


class UndoStep(models.Model):
    """What a message's Undo posts: takes one act of one user back, once, with the rights held at that time.

    `data` is what that needs, and is emptied when it is too late. `about` names by their ids what the act was about,
    and stays for as long as the page of one's own activity tells of it. `context` is the history context of the act.
    """

    token = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    action = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    about = models.JSONField(default=dict)
    context = models.UUIDField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["user", "-created_at", "-token"], name="undo_step_newest"),
            models.Index(fields=["context"], name="undo_step_of_context"),
        ]

    def __str__(self) -> str:
        return str(self.token)
