"""What other systems post to us, kept before it has any effect; and the outside world of the simulator."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce, Now


class InboundEvent(models.Model):
    """One event of a webhook, stored once per source and sender's id; its effect is written in one transaction.

    What cannot be applied is parked with the reason, for an administrator to try again.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DONE = "done", "Done"
        PARKED = "parked", "Parked"

    source = models.CharField(max_length=20)
    account = models.ForeignKey("accounts.Account", models.CASCADE, null=True, related_name="+")
    external_id = models.CharField(max_length=200)
    payload = models.JSONField()
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    applied_at = models.DateTimeField(null=True, editable=False)
    interaction = models.ForeignKey("conversations.Interaction", models.SET_NULL, null=True, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint("source", Coalesce("account", 0), "external_id", name="inbound_event_once")
        ]
        indexes = [
            models.Index(fields=["status", "received_at"], condition=~Q(status="done"), name="inbound_event_open")
        ]

    def __str__(self) -> str:
        return f"event {self.pk}"


class WebhookSecret(models.Model):
    """A key with which a phone system signs what it posts; two may live at once, so that it can be changed.

    `last_used_at` is right to ten minutes.
    """

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    secret = models.CharField(max_length=64)
    created_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, editable=False, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    retired_at = models.DateTimeField(null=True, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"secret {self.pk}"


class SimulatedPhone(models.Model):
    """How an outside address of the simulator behaves towards what is sent to it, and towards announcements: silent
    is nobody there, machine and busy take messages as any other."""

    class Behaviour(models.TextChoices):
        DELIVERS = "delivers", "Delivers"
        FAILS = "fails", "Fails for good"
        AWAY = "away", "Provider away, works later"
        SILENT = "silent", "Sent, never confirmed"
        MACHINE = "machine", "An answering machine takes calls"
        BUSY = "busy", "Busy when called"

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+", db_index=False)
    address = models.CharField(max_length=254)
    behaviour = models.CharField(max_length=8, choices=Behaviour.choices, default=Behaviour.DELIVERS)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["account", "address"], name="simulated_phone_once")]

    def __str__(self) -> str:
        return f"simulated phone {self.pk}"
