"""Blocks: who is not to reach a department, the account, or somebody's own lines (product.md §9)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from contacts_project.core.history import tracked

from .contact import Contact


def once(name: str, what: str, *where: str, scope: str) -> models.UniqueConstraint:
    """One standing block of `what` (contact or address) in one place: `where` of that scope."""
    return models.UniqueConstraint(
        fields=[what, *where],
        condition=Q(lifted_at__isnull=True, scope=scope, contact__isnull=what == "address"),
        name=name,
        violation_error_message="Blocked there already.",
    )


@tracked(with_before=True)
class Block(models.Model):
    """One address, or one contact with all its addresses now and later, within one scope.

    In force until it is lifted or `until` (a date in the account's time zone, inclusive) has passed. `address` is a
    number in E.164 form or an email in lower case. Lifted rows stay: they are the history.
    """

    class Scope(models.TextChoices):
        DEPARTMENT = "department", "Department"
        ACCOUNT = "account", "Whole account"
        LINES = "lines", "Own lines"

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+", db_index=False)
    scope = models.CharField(max_length=10, choices=Scope.choices)
    department = models.ForeignKey(
        "departments.Department", models.CASCADE, null=True, blank=True, related_name="blocks", db_index=False
    )
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, blank=True, related_name="blocks", db_index=False)
    address = models.CharField(max_length=254, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    author = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="blocks", db_index=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    until = models.DateField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, editable=False)
    lifted_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, editable=False, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(contact__isnull=False, address="") | (Q(contact__isnull=True) & ~Q(address="")),
                name="block_of_contact_or_address",
                violation_error_message="A block is of a contact or of an address.",
            ),
            models.CheckConstraint(
                condition=Q(scope="department", department__isnull=False)
                | (~Q(scope="department") & Q(department__isnull=True)),
                name="block_department_by_scope",
                violation_error_message="Name the department of a department's block.",
            ),
            # Six and not three with NULLS NOT DISTINCT: Django asks the server about that before it says, in one
            # sentence, that the server cannot be reached.
            once("block_contact_once", "contact", "department", scope="department"),
            once("block_contact_account_once", "contact", scope="account"),
            once("block_contact_lines_once", "contact", "author", scope="lines"),
            once("block_address_once", "address", "department", scope="department"),
            once("block_address_account_once", "address", "account", scope="account"),
            once("block_address_lines_once", "address", "author", scope="lines"),
        ]
        indexes = [
            models.Index(fields=["contact"], condition=Q(lifted_at__isnull=True), name="block_of_contact"),
            models.Index(fields=["account", "address"], condition=Q(lifted_at__isnull=True), name="block_of_address"),
            models.Index(fields=["department", "-created_at"], name="block_of_department"),
            models.Index(fields=["author", "-created_at"], name="block_of_author"),
        ]

    def __str__(self) -> str:
        return f"block {self.pk}"
