"""Engagements (bulk sends to lists), the ledger of their recipients, and their reviews (product.md §10)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from contacts_project.accounts.grants import Grant
from contacts_project.core.history import tracked

from . import triggers


@tracked(exclude=["next_slot_at"])
class Engagement(models.Model):
    """One bulk send: what is said, on which channel, to whom and when.

    `body` is the text with merge fields; of a voice engagement what is spoken, unless it has a `recording`. Hours are
    full hours of each contact's own day: a text or call leaves between `from_hour` and `to_hour`; None means at any
    time. `per_minute` limits all workers together. `next_slot_at` is when the throttle lets the next one leave.
    `problem` says why it was paused by itself. `author` sends it: the channel must be his or hers to send from.
    """

    class Kind(models.TextChoices):
        EMAIL = "email", "Email"
        TEXT = "text", "Text"
        VOICE = "voice", "Voice"

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        REVIEW = "review", "In review"
        SCHEDULED = "scheduled", "Scheduled"
        SENDING = "sending", "Sending"
        PAUSED = "paused", "Paused"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Cancelled"

    class When(models.TextChoices):
        NOW = "now", "Now"
        AT = "at", "At a set time"
        BEST = "best", "Each at their best call time"

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=5, choices=Kind.choices, default=Kind.TEXT)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.DRAFT, editable=False)
    channel = models.ForeignKey("conversations.Channel", models.RESTRICT, null=True, related_name="+")
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(max_length=100_000, blank=True)
    recording = models.FileField(upload_to="engagements/%Y/%m/", max_length=200, blank=True)
    when = models.CharField(max_length=4, choices=When.choices, default=When.NOW)
    at = models.DateTimeField(null=True, blank=True)
    from_hour = models.PositiveSmallIntegerField(null=True, blank=True, default=9)
    to_hour = models.PositiveSmallIntegerField(null=True, blank=True, default=20)
    per_minute = models.PositiveIntegerField(null=True, blank=True)
    author = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    started_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    next_slot_at = models.DateTimeField(null=True, editable=False)
    problem = models.CharField(max_length=300, blank=True, editable=False)
    lists = models.ManyToManyField("contacts.List", through="engagements.EngagementList", related_name="+")

    class Meta:
        default_permissions = ("view", "change")
        permissions = [("admin_engagement", "Share this engagement")]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_hour__isnull=True, to_hour__isnull=True)
                | Q(from_hour__lt=models.F("to_hour"), to_hour__lte=24),
                name="engagement_hours",
                violation_error_message="The last hour is after the first one.",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["scheduled"]) | Q(at__isnull=False), name="engagement_scheduled_for"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-created_at", "-id"], name="engagement_newest"),
            models.Index(fields=["channel", "-started_at"], name="engagement_of_channel"),
            models.Index(
                fields=["status", "at"],
                condition=Q(status__in=["scheduled", "sending"]),
                name="engagement_open",
            ),
        ]
        triggers = [triggers.ENGAGEMENT_OF_ACCOUNT]

    def __str__(self) -> str:
        return self.name


@tracked(exclude=["sort_key", "archived", "unnamed", "is_owner"])
class EngagementUserObjectPermission(Grant):
    """Collaborator grants on engagements; written by `accounts.grants.set_level` only."""

    content_object = models.ForeignKey(Engagement, models.CASCADE, related_name="grants")

    class Meta(Grant.Meta):
        indexes = [
            models.Index(
                fields=["user", "permission", "content_object"], name="engagement_grant_of_user", include=["until"]
            )
        ]
        triggers = [triggers.ENGAGEMENT_GRANT]


@tracked()
class EngagementList(models.Model):
    """A list that an engagement goes to, or whose people it leaves out."""

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="with_lists", db_index=False)
    list = models.ForeignKey("contacts.List", models.CASCADE, related_name="+")
    is_left_out = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["engagement", "list"], name="engagement_list_once")]
        triggers = [triggers.LIST_OF_ENGAGEMENT]

    def __str__(self) -> str:
        return f"list {self.list_id} of engagement {self.engagement_id}"


class Recipient(models.Model):
    """The ledger: one row for everybody on the lists, written when sending begins; `statuses` says what follows what.

    `address` is where it goes, fixed when the row is claimed (E.164 or an email in lower case). `reason` says why it
    was skipped (`reasons`), `error` in words why it failed. `not_before`: held until then. `claimed_at` with status
    claimed: a worker's lease. `interaction` is the message or call in the person's conversation; earlier tries stand in
    `EarlierTry`. Response flags keep their first time. `seconds`: how long a call lasted.
    """

    class Status(models.TextChoices):
        PENDING = "pending", "Waiting"
        CLAIMED = "claimed", "Claimed"
        HANDED_OVER = "handed", "On the way"
        UNKNOWN = "unknown", "Unknown"
        SENT = "sent", "Sent"
        DELIVERED = "delivered", "Delivered"
        ANSWERED = "answered", "Answered"
        MACHINE = "machine", "Answering machine"
        UNANSWERED = "unanswered", "No answer"
        BUSY = "busy", "Busy"
        FAILED = "failed", "Failed"
        BOUNCED = "bounced", "Bounced"
        SKIPPED = "skipped", "Skipped"

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="recipients", db_index=False)
    contact = models.ForeignKey("contacts.Contact", models.RESTRICT, related_name="+", db_index=False)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    reason = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=254, blank=True)
    not_before = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    final_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    seconds = models.PositiveIntegerField(null=True)
    interaction = models.OneToOneField(
        "conversations.Interaction", models.SET_NULL, null=True, related_name="recipient", db_index=False
    )
    opened_at = models.DateTimeField(null=True)
    clicked_at = models.DateTimeField(null=True)
    replied_at = models.DateTimeField(null=True)
    unsubscribed_at = models.DateTimeField(null=True)
    complained_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["engagement", "contact"], name="recipient_once"),
            # Nobody gets it twice, whatever workers do: an address leaves once, also by two records of one person.
            models.UniqueConstraint(
                fields=["engagement", "address"],
                condition=Q(handed_over_at__isnull=False) & ~Q(address=""),
                name="recipient_address_once",
            ),
            models.CheckConstraint(
                condition=Q(status="skipped", reason__gt="") | (~Q(status="skipped") & Q(reason="")),
                name="recipient_skipped_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["engagement", "status", "id"], name="recipient_by_status"),
            models.Index(
                fields=["engagement", "not_before", "id"], condition=Q(status="pending"), name="recipient_waiting"
            ),
            models.Index(fields=["contact", "-id"], name="recipient_of_contact"),
            models.Index(
                fields=["status", "claimed_at"], condition=Q(status__in=["claimed", "handed"]), name="recipient_held"
            ),
            models.Index(
                fields=["engagement", "replied_at"], condition=Q(replied_at__isnull=False), name="recipient_replied"
            ),
            models.Index(fields=["address", "-id"], condition=~Q(address=""), name="recipient_of_address"),
        ]
        triggers = [triggers.RECIPIENT_OF_ACCOUNT]

    def __str__(self) -> str:
        return f"recipient {self.pk}"


class EarlierTry(models.Model):
    """A message of a recipient that failed and was sent anew: it stays in the conversation, marked."""

    interaction = models.OneToOneField(
        "conversations.Interaction", models.CASCADE, primary_key=True, related_name="earlier_try"
    )
    recipient = models.ForeignKey(Recipient, models.CASCADE, related_name="earlier")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"earlier try {self.interaction_id}"


class Review(models.Model):
    """What became of an engagement before a compliance administrator (product.md §10): asked, approved, declined."""

    class Answer(models.TextChoices):
        ASKED = "", "Asked"
        APPROVED = "approved", "Approved"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Taken back"

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="reviews")
    asked_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    version = models.PositiveIntegerField(help_text="Of the engagement as it was shown to the reviewer.")
    answer = models.CharField(max_length=9, choices=Answer.choices, default=Answer.ASKED, blank=True)
    answered_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    message = models.CharField(max_length=500, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["engagement"], condition=Q(answer=""), name="review_open_once")]

    def __str__(self) -> str:
        return f"review {self.pk}"
