"""Contacts that departments work: their links, joined records, and reminders to clean up (product.md §2b and §8)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from contacts_project.core.history import tracked

from . import triggers
from .contact import Contact


@tracked(
    with_before=True,
    exclude=["sort_key", "archived", "unnamed", "counts"],
    # A department's activity is read newest first.
    indexes=[models.Index(fields=["department", "-pgh_created_at", "-pgh_id"], name="department_link_event_newest")],
)
class DepartmentLink(models.Model):
    """Makes a department's operators work a department or shared contact; the database refuses any other kind.

    Live until `ended_at`. A row that has ended counts again while its contact is archived: the operators then see it,
    read-only (product.md §2b). `sort_key`, `archived` and `unnamed` copy the contact's place; triggers keep them right.
    """

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="links", db_index=False)
    department = models.ForeignKey("departments.Department", models.PROTECT, related_name="links", db_index=False)
    linked_at = models.DateTimeField(db_default=Now(), editable=False)
    linked_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, editable=False, related_name="+")
    ended_at = models.DateTimeField(null=True, editable=False)
    ended_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, editable=False, related_name="+")
    sort_key = models.CharField(max_length=120, db_collation="C", db_default="", editable=False)
    archived = models.BooleanField(db_default=False, editable=False)
    unnamed = models.BooleanField(db_default=False, editable=False)
    counts = models.GeneratedField(
        expression=Q(ended_at__isnull=True) | Q(archived=True), output_field=models.BooleanField(), db_persist=True
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "department"],
                name="department_link_once",
                violation_error_message="The contact is linked to this department already.",
            )
        ]
        indexes = [
            models.Index(
                fields=["department", "counts", "archived", "sort_key", "contact"],
                name="department_link_place",
                include=["unnamed"],
            ),
            models.Index(
                fields=["department", "counts", "archived", "contact"],
                name="department_link_created",
                include=["unnamed"],
            ),
        ]
        triggers = [triggers.follow_contact_by_link()]

    def __str__(self) -> str:
        return f"link of contact {self.contact_id} to department {self.department_id}"


class JoinedContact(models.Model):
    """A record that was joined into another one: its address leads there (product.md §8, Join it).

    What undo needs stands in the step of the act (`services.undoing`); undoing deletes this row.
    """

    contact = models.OneToOneField(Contact, models.CASCADE, primary_key=True, related_name="joined")
    kept = models.ForeignKey(Contact, models.CASCADE, related_name="joined_into")
    joined_at = models.DateTimeField(db_default=Now(), editable=False)
    joined_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, editable=False, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=~Q(contact=models.F("kept")), name="joined_contact_is_another")]

    def __str__(self) -> str:
        return f"contact {self.contact_id} joined into {self.kept_id}"


class CleanUpReminder(models.Model):
    """An Admin Operator asked an original owner to clean up, at most once a day for each department."""

    department = models.ForeignKey("departments.Department", models.CASCADE, related_name="+", db_index=False)
    owner = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    sent_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    day = models.DateField(help_text="In the account's time zone.")
    sent_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["department", "owner", "day"], name="clean_up_reminder_once_a_day")
        ]

    def __str__(self) -> str:
        return f"reminder {self.pk}"
