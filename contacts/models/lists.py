"""Lists of contacts and who shares them: contacts and lists are independent both ways (product.md §10 and §2c)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now

from contacts_project.accounts.grants import Grant
from contacts_project.core.history import tracked

from . import triggers
from .contact import Contact


@tracked()
class List(models.Model):
    """A named choice of people. Its readers see name, primary phone and email of everybody on it (product.md §2c).

    `owner` is a label beside an Admin grant, as on personal contacts; a successor gets it.
    """

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+", db_index=False, editable=False)
    name = models.CharField(max_length=120)
    description = models.TextField(max_length=500, blank=True)
    owner = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    archived_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        default_permissions = ("view", "change")
        permissions = [("admin_list", "Share this list")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name=""), name="list_has_name", violation_error_message="Name the list."
            )
        ]
        indexes = [models.Index("account", Lower("name"), "id", name="list_of_account")]
        triggers = [triggers.LIST_OF_ACCOUNT]

    def __str__(self) -> str:
        return self.name


@tracked(exclude=["sort_key", "archived", "unnamed", "is_owner"])
class ListUserObjectPermission(Grant):
    """Collaborator grants on lists; written by `accounts.grants.set_level` only."""

    content_object = models.ForeignKey(List, models.CASCADE, related_name="grants")

    class Meta(Grant.Meta):
        indexes = [
            models.Index(fields=["user", "permission", "content_object"], name="list_grant_of_user", include=["until"])
        ]
        triggers = [triggers.LIST_GRANT]


@tracked(exclude=["sort_key", "archived"])
class ListItem(models.Model):
    """One contact on one list.

    `is_subscribed` turns false by hand (`changed_by`) or by the link of an email (nobody). `sort_key` and `archived`
    copy the contact's place, by triggers, so that a page of the list is one index range.
    """

    class How(models.TextChoices):
        PAGE = "page", "By hand"
        BULK = "bulk", "From the collection"
        IMPORT = "import", "Import"

    list = models.ForeignKey(List, models.CASCADE, related_name="items", db_index=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="list_items", db_index=False)
    is_subscribed = models.BooleanField("is subscribed", default=True)
    changed_at = models.DateTimeField(null=True, editable=False)
    changed_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, editable=False, related_name="+")
    added_at = models.DateTimeField(db_default=Now(), editable=False)
    added_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, editable=False, related_name="+")
    how = models.CharField(max_length=6, choices=How.choices, default=How.PAGE, editable=False)
    sort_key = models.CharField(max_length=120, db_collation="C", db_default="", editable=False)
    archived = models.BooleanField(db_default=False, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "list"],
                name="list_item_once",
                violation_error_message="This contact is on the list already.",
            )
        ]
        indexes = [
            models.Index(
                fields=["list", "sort_key", "contact"], name="list_item_place", include=["is_subscribed", "archived"]
            ),
            models.Index(
                fields=["list", "sort_key", "contact"], condition=Q(is_subscribed=False), name="list_item_left"
            ),
        ]
        triggers = [triggers.follow_contact_by_list_item()]

    def __str__(self) -> str:
        return f"contact {self.contact_id} on list {self.list_id}"
