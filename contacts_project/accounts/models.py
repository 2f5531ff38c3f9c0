"""Account (the organisation), User (a person who signs in), Invitation, Submission (forms already taken), Notice."""

from __future__ import annotations

import datetime
import uuid
import zoneinfo
from collections.abc import Iterator

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils import timezone

from .grants import GuardianUserMixin

ZONES = sorted(name for name in zoneinfo.available_timezones() if "/" in name or name == "UTC")


class Account(models.Model):
    """An organisation. Every other row belongs to exactly one, and nothing crosses from one to another."""

    name = models.CharField(max_length=120)
    default_region = models.CharField(max_length=2, default="US", help_text="Country of numbers typed without one.")
    time_zone = models.CharField(max_length=64, default="America/New_York")
    export_enabled = models.BooleanField("export", default=False)
    compliance_required = models.BooleanField("review before sending", default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return self.name

    def today(self) -> datetime.date:
        """The date in the account's time zone."""
        return timezone.localdate(timezone=zoneinfo.ZoneInfo(self.time_zone))

    def administrators(self) -> models.QuerySet[User]:
        """Whom a member may ask: the active account and compliance administrators, by name."""
        either = models.Q(is_account_admin=True) | models.Q(is_compliance_admin=True)
        return self.users.filter(either, is_active=True).order_by("name")


class UserManager(BaseUserManager["User"]):
    """Users are named by their email, compared without regard to case."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(GuardianUserMixin, AbstractBaseUser, PermissionsMixin):
    """A person who signs in: a member of one account, or platform staff of none.

    `is_staff` and `is_superuser` count for /admin/ only; neither they nor the administrator flags open a contact.
    """

    class Theme(models.TextChoices):
        AUTO = "auto", "As the device"
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

    account = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="users")
    email = models.EmailField(unique=True, error_messages={"unique": "Somebody signs in with this email already."})
    name = models.CharField(max_length=120, blank=True)
    is_account_admin = models.BooleanField("account administrator", default=False)
    is_compliance_admin = models.BooleanField("compliance administrator", default=False)
    is_staff = models.BooleanField("platform staff", default=False)
    is_active = models.BooleanField("active", default=True)
    time_zone = models.CharField(max_length=64, blank=True, help_text="Empty: the account's.")
    theme = models.CharField(max_length=5, choices=Theme.choices, default=Theme.AUTO)
    keys_enabled = models.BooleanField("keyboard shortcuts", default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    deactivated_at = models.DateTimeField(null=True, blank=True, editable=False)
    deactivated_by = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, editable=False, related_name="+")
    successor = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, editable=False, related_name="+")
    sessions_ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_once",
                violation_error_message="Somebody signs in with this email already.",
            ),
            models.CheckConstraint(
                condition=models.Q(account__isnull=True, is_staff=True)
                | models.Q(account__isnull=False, is_staff=False),
                name="user_account_or_staff",
                violation_error_message="Platform staff belong to no account; everybody else belongs to one.",
            ),
        ]
        indexes = [models.Index(fields=["account", "name"], name="user_account_name")]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        return self.name or self.email

    get_short_name = get_full_name

    @property
    def region(self) -> str:
        """The country (ISO 3166) whose numbers this person reads and writes in national form: the account's."""
        return self.account.default_region if self.account else "US"

    def get_session_auth_hash(self) -> str:
        """Sessions older than `sessions_ended_at` carry another value: refused, also after reactivation."""
        return self._ended(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same for keys in SECRET_KEY_FALLBACKS."""
        return map(self._ended, super().get_session_auth_fallback_hash())

    def _ended(self, value: str) -> str:
        return f"{value}.{self.sessions_ended_at.timestamp()}" if self.sessions_ended_at else value

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The zone in which this person reads times."""
        return zoneinfo.ZoneInfo(self.time_zone or (self.account.time_zone if self.account else "UTC"))


class Invitation(models.Model):
    """A way in for one email address: single-use, kept as a hash, good for 72 hours (design/security.md 11)."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    is_account_admin = models.BooleanField(default=False)
    is_compliance_admin = models.BooleanField(default=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "account", Lower("email"), condition=models.Q(accepted_at__isnull=True), name="invitation_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class Submission(models.Model):
    """A creating form that was taken: its `once` and where it led, so that a second post gets the same 303."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    once = models.UUIDField(default=uuid.uuid4)
    location = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "once"], name="submission_once")]

    def __str__(self) -> str:
        return str(self.once)


class Notice(models.Model):
    """Something that happened and concerns `user`: ids only. Its words are made when they are read, out of what the
    reader may see then (`notices`), so nothing hidden is kept here.

    `kind` is a key of `notices.KINDS`; `about` is the id of what that kind is about. `actor` did it; None where the
    worker did, or somebody who is gone. Without constraints on people: these would lock their rows while other things
    are held, and a deactivation locks people first.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    kind = models.CharField(max_length=20)
    about = models.BigIntegerField()
    actor = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False, db_constraint=False)
    at = models.DateTimeField(db_default=Now(), editable=False)
    seen_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_newest"),
            models.Index(fields=["user", "-id"], condition=models.Q(seen_at__isnull=True), name="notice_unseen"),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"
