"""The account's own addresses, who shares them, and what each person prefers (product.md §1 and §2c)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from contacts_project.accounts.grants import Grant
from contacts_project.core.history import tracked
from conversations import triggers


@tracked()
class Channel(models.Model):
    """An own address of the account: a number in E.164 form, an email in lower case, the name of a web chat.

    Belongs to a department, whose operators use it, or has collaborators of its own. `provider` is a name of
    `providers.registry`. A phone number carries what its `has_` columns say; a Caller ID calls out only, and like an
    Email ID sends once it is verified. `public_key` stands in the address of a web chat's public page.
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
    department = models.ForeignKey(
        "departments.Department", models.RESTRICT, null=True, blank=True, related_name="channels"
    )
    provider = models.CharField(max_length=20, default="simulator")
    has_voice = models.BooleanField("Calls", default=False)
    has_sms = models.BooleanField("Text messages", default=False)
    has_mms = models.BooleanField("Picture messages", default=False)
    has_fax = models.BooleanField("Fax", default=False)
    verified_at = models.DateTimeField(null=True, editable=False)
    public_key = models.CharField(max_length=32, blank=True, editable=False)
    created_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, editable=False, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    archived_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        default_permissions = ("view", "change")
        permissions = [("admin_channel", "Share and archive this channel")]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "kind", "address"],
                condition=Q(archived_at__isnull=True),
                name="channel_address_once",
                violation_error_message="Your account has this line already.",
            ),
            models.UniqueConstraint(fields=["public_key"], condition=~Q(public_key=""), name="channel_public_key_once"),
            models.CheckConstraint(
                condition=~Q(address=""), name="channel_has_address", violation_error_message="Type its address."
            ),
        ]
        triggers = [triggers.CHANNEL_OF_ACCOUNT, triggers.CHANNEL_OF_DEPARTMENT_OR_PEOPLE]

    def __str__(self) -> str:
        return self.label or self.address

    @property
    def needs_check(self) -> bool:
        """Whether the address must be proven to be ours before anything is sent from it."""
        return self.kind in (self.Kind.CALLER_ID, self.Kind.EMAIL)


@tracked(exclude=["sort_key", "archived", "unnamed", "is_owner"])
class ChannelUserObjectPermission(Grant):
    """Collaborator grants on channels; written by `accounts.grants.set_level` only. None on a department's channel."""

    content_object = models.ForeignKey(Channel, models.CASCADE, related_name="grants")

    class Meta(Grant.Meta):
        indexes = [
            models.Index(
                fields=["user", "permission", "content_object"], name="channel_grant_of_user", include=["until"]
            )
        ]
        triggers = [triggers.CHANNEL_GRANT]


class ChannelCheck(models.Model):
    """The running proof that an address is ours: a code read out by a call, or a link sent by mail (its hash).

    `secret_hash` is empty until the job has sent it; `error` says why that did not work.
    """

    channel = models.OneToOneField(Channel, models.CASCADE, primary_key=True, related_name="running_check")
    secret_hash = models.CharField(max_length=64, blank=True)
    error = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"check of channel {self.channel_id}"


class ChannelPreference(models.Model):
    """The channel somebody writes or calls from by default, one of each kind."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Channel.Kind.choices)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="channel_preference_once")]

    def __str__(self) -> str:
        return f"preference {self.pk}"


class CallbackPhone(models.Model):
    """Where a provider rings somebody first, to bridge a call that he or she makes: a number in E.164 form."""

    user = models.OneToOneField("accounts.User", models.CASCADE, primary_key=True, related_name="+")
    number = models.CharField(max_length=16)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"callback phone of user {self.user_id}"
