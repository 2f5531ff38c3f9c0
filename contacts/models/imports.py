"""A file of contacts on its way in: the import, each of its rows with what became of it, and remembered mappings."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Import(models.Model):
    """One uploaded file, from upload to result. Belongs to the user who uploaded it; nobody else sees it."""

    class Status(models.TextChoices):
        UPLOADED = "uploaded", "Uploaded"
        CHECKING = "checking", "Checking"
        CHECKED = "checked", "Checked"
        RUNNING = "running", "Importing"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    file_name = models.CharField(max_length=200)
    format = models.CharField(max_length=8)
    upload = models.FileField(upload_to="imports/%Y/%m/")
    headers = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    decisions = models.JSONField(default=dict)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.UPLOADED)
    problem = models.CharField(max_length=300, blank=True)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"import {self.pk}"


class ImportRow(models.Model):
    """One person of the file: what was read, what the check found, and what became of it."""

    class Outcome(models.TextChoices):
        PENDING = "pending", "Waiting"
        CREATED = "created", "Created"
        UPDATED = "updated", "Updated"
        SKIPPED = "skipped", "Skipped"
        FAILED = "failed", "Failed"

    source = models.ForeignKey(Import, models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField(help_text="Place in the file, from 1.")
    cells = models.JSONField(help_text="What was read, as the mapping sees it.")
    issues = models.JSONField(default=list, help_text="[{kind, field, value, reason}]")
    duplicate_of = models.ForeignKey("contacts.Contact", models.SET_NULL, null=True, related_name="+")
    contact = models.ForeignKey("contacts.Contact", models.SET_NULL, null=True, related_name="+")
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.PENDING)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["source", "number"], name="import_row_once")]
        indexes = [models.Index(fields=["source", "outcome", "number"], name="import_row_outcome")]

    def __str__(self) -> str:
        return f"import row {self.pk}"


class SavedMapping(models.Model):
    """How a user mapped a set of headers the last time."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    signature = models.CharField(max_length=64)
    mapping = models.JSONField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "signature"], name="saved_mapping_once")]

    def __str__(self) -> str:
        return f"mapping {self.pk}"
