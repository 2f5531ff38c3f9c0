"""When people answer: what is kept of all calls with a contact (product.md §11), and the window set by hand."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from contacts_project.core.history import tracked


class CallTimes(models.Model):
    """The calls with one contact by hour of the week (0 is Monday 0:00 to 1:00) where the contact is.

    A trigger marks the row `stale` when a call comes, changes or goes; `call_times` counts anew what is stale.
    `attempts` and `answered` hold 168 numbers each, and nothing (empty) where there are no calls.
    """

    contact = models.OneToOneField("contacts.Contact", models.CASCADE, primary_key=True, related_name="+")
    stale = models.BooleanField(default=True)
    zone = models.CharField(max_length=64, blank=True)
    attempts = ArrayField(models.PositiveIntegerField(), default=list)
    answered = ArrayField(models.PositiveIntegerField(), default=list)
    total = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["contact"], condition=Q(stale=True), name="call_times_stale")]

    def __str__(self) -> str:
        return f"call times of contact {self.contact_id}"


class CallableHour(models.Model):
    """One hour of the week, in the contact's zone, that lies in a best or preferred window of the contact."""

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+", db_index=False)
    contact = models.ForeignKey("contacts.Contact", models.CASCADE, related_name="+", db_index=False)
    zone = models.CharField(max_length=64)
    hour = models.PositiveSmallIntegerField(help_text="0 is Monday 0:00 to 1:00, 167 Sunday 23:00 to 24:00.")
    rank = models.PositiveSmallIntegerField(default=0, help_text="0 the preferred window, then 1, 2, 3.")
    rate = models.PositiveSmallIntegerField(default=0, help_text="Of its window, smoothed, in thousandths.")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["contact", "hour"], name="callable_hour_once")]
        indexes = [models.Index(fields=["account", "zone", "hour", "contact"], name="callable_hour_now")]

    def __str__(self) -> str:
        return f"hour {self.hour} of contact {self.contact_id}"


@tracked()
class CallPreference(models.Model):
    """When a contact wants to be called, set by hand: on these days (0 Monday) between two full hours, local time."""

    contact = models.OneToOneField("contacts.Contact", models.CASCADE, primary_key=True, related_name="+")
    days = ArrayField(models.PositiveSmallIntegerField())
    from_hour = models.PositiveSmallIntegerField()
    to_hour = models.PositiveSmallIntegerField()
    set_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, editable=False, related_name="+")
    set_at = models.DateTimeField(auto_now=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(from_hour__lt=models.F("to_hour"), to_hour__lte=24),
                name="call_preference_hours",
                violation_error_message="The window ends after it begins.",
            )
        ]

    def __str__(self) -> str:
        return f"preferred call time of contact {self.contact_id}"
