"""The contact itself, who it was granted to, its search row and its tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower, Now

from contacts_project.accounts.grants import Grant
from contacts_project.core.history import tracked

from . import triggers


class Kind(models.TextChoices):
    """Who a contact belongs to: a person, or a department (product.md §1). No code creates a shared one."""

    PERSONAL = "personal", "Personal"
    DEPARTMENT = "department", "Department"
    SHARED = "shared", "Shared dept."


@tracked(with_before=True, exclude=["sort_key", "archived", "unnamed"])
class Contact(models.Model):
    """A person or company outside the account.

    `version` counts changes of attributes, emails, phones, addresses, websites and tags (contract.md): services raise
    it. `archived` and `sort_key` are generated, so that no writer can get them wrong, and copied into grants.
    """

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+", db_index=False, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PERSONAL, editable=False)
    owner = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="owned_contacts", db_index=False, editable=False
    )
    given_name = models.CharField("given name", max_length=120, blank=True)
    middle_name = models.CharField("middle name", max_length=120, blank=True)
    family_name = models.CharField("family name", max_length=120, blank=True)
    prefix = models.CharField(max_length=40, blank=True)
    suffix = models.CharField(max_length=40, blank=True)
    nickname = models.CharField(max_length=120, blank=True)
    company = models.CharField(max_length=200, blank=True)
    job_title = models.CharField("job title", max_length=200, blank=True)
    birthday = models.DateField(null=True, blank=True)
    language = models.CharField(max_length=80, blank=True)
    time_zone = models.CharField("time zone", max_length=64, blank=True)
    photo_digest = models.CharField(max_length=16, blank=True, editable=False)
    outside_id = models.CharField("outside id", max_length=200, blank=True)
    outside_source = models.CharField("outside source", max_length=120, blank=True)
    source_import = models.ForeignKey(
        "contacts.Import", models.SET_NULL, null=True, editable=False, related_name="contacts"
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.ForeignKey(
        "accounts.User", models.SET_NULL, null=True, editable=False, related_name="+", db_index=False
    )
    # Made by an interaction with a department, and neither noted nor answered yet (product.md §8, Unnamed).
    awaits_name = models.BooleanField(db_default=False, editable=False)
    archived_at = models.DateTimeField(null=True, editable=False)
    archived = models.GeneratedField(
        expression=Q(archived_at__isnull=False), output_field=models.BooleanField(), db_persist=True
    )
    unnamed = models.GeneratedField(
        expression=Q(awaits_name=True, given_name="", middle_name="", family_name="", nickname="", company=""),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    sort_key = models.GeneratedField(
        expression=Func(F("family_name"), F("given_name"), F("company"), function="sort_key"),
        output_field=models.CharField(max_length=120, db_collation="C"),
        db_persist=True,
    )
    tags = models.ManyToManyField("contacts.Tag", through="contacts.ContactTag", related_name="contacts")

    class Meta:
        permissions = [("admin_contact", "Can administer contact")]
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=Kind.DEPARTMENT, owner__isnull=True)
                | Q(kind__in=[Kind.PERSONAL, Kind.SHARED], owner__isnull=False),
                name="contact_owner_by_kind",
                violation_error_message="A personal or shared contact has an owner; a department contact has none.",
            ),
            models.CheckConstraint(
                condition=Q(outside_id="") | ~Q(outside_source=""),
                name="contact_outside_id_names_its_source",
                violation_error_message="Say which system the outside id comes from.",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "archived", "sort_key", "id"], name="contact_account_place"),
            models.Index(fields=["owner", "archived", "sort_key", "id"], name="contact_owner_place"),
            # Few people are original owners: their stream must not walk all that they own.
            models.Index(
                fields=["owner", "archived", "sort_key", "id"],
                include=["unnamed"],
                condition=Q(kind="shared"),
                name="contact_shared_place",
            ),
            models.Index(fields=["account", "outside_id"], condition=~Q(outside_id=""), name="contact_outside_id"),
        ]
        triggers = [
            triggers.LEAD_FOLLOWERS,
            triggers.OWNER_OF_ACCOUNT,
            triggers.SHARED_BY_MIGRATION,
            triggers.KIND_FITS,
            *triggers.search_of_contact(),
        ]

    def __str__(self) -> str:
        return f"contact {self.pk}"

    @property
    def name(self) -> str:
        return display_name({field: getattr(self, field) for field in NAME_FIELDS})


NAME_FIELDS = ("prefix", "given_name", "middle_name", "family_name", "suffix", "nickname", "company")


def display_name(fields: Mapping[str, Any]) -> str:
    """Full name from NAME_FIELDS; without one the nickname, else the company; empty when nameless."""
    prefix, given, middle, family, suffix, nickname, company = (fields[field] for field in NAME_FIELDS)
    if given or middle or family:
        return " ".join(filter(None, (prefix, given, middle, family, suffix)))
    return nickname or company


@tracked(with_before=True, exclude=["sort_key", "archived", "unnamed", "is_owner"])
class ContactUserObjectPermission(Grant):
    """Collaborator grants on contacts; written by `accounts.grants.set_level` only."""

    content_object = models.ForeignKey(Contact, models.CASCADE, related_name="grants")

    class Meta(Grant.Meta):
        indexes = [
            models.Index(
                fields=["user", "permission", "archived", "sort_key", "content_object"],
                name="contact_grant_place",
                include=["is_owner", "until", "unnamed"],
            ),
            models.Index(
                fields=["user", "permission", "archived", "content_object"],
                name="contact_grant_created",
                include=["is_owner", "until", "unnamed"],
            ),
        ]
        triggers = [triggers.follow_contact_by_grant()]


class ContactSearch(models.Model):
    """What a contact is found by; written by database triggers only."""

    contact = models.OneToOneField(Contact, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="+")
    document = SearchVectorField()

    class Meta:
        default_permissions = ()
        indexes = [GinIndex(fields=["document"], name="contact_search_document", fastupdate=False)]

    def __str__(self) -> str:
        return f"search row {self.pk}"


class Tag(models.Model):
    """A word of the account's own, put on contacts. Names are open to everybody in the account (product.md §2)."""

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "account", Lower("name"), name="tag_once", violation_error_message="This tag exists already."
            )
        ]

    def __str__(self) -> str:
        return self.name


@tracked(with_before=True)
class ContactTag(models.Model):
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="contact_tags", db_index=False)
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="contact_tags", db_index=False)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["contact", "tag"], name="contact_tag_once")]
        indexes = [models.Index(fields=["tag", "contact"], name="contact_tag_contacts")]
        triggers = [triggers.TAG_OF_ACCOUNT]

    def __str__(self) -> str:
        return f"tag {self.tag_id} on contact {self.contact_id}"
