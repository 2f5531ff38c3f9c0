"""What a contact has many of: emails, phones, addresses, websites, other fields, import remarks; and its photo.

A removed email or phone stays as *former* (`former_at`), so that what came from it keeps its person (product.md §2c).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from contacts_project.core.history import tracked

from . import triggers
from .contact import Contact


class Part(models.Model):
    """A row of a contact with a label in the user's own words (Work, Mobile, Billing …)."""

    label = models.CharField(max_length=60, blank=True)

    class Meta:
        abstract = True
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class Reachable(Part):
    """A part that may be the primary one, and stays as former when it is removed."""

    is_primary = models.BooleanField("primary", default=False)
    former_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(Part.Meta):
        abstract = True
        ordering = [models.F("former_at").desc(nulls_first=True), "-is_primary", "pk"]


def one_primary(name: str, message: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(
        fields=["contact"],
        condition=Q(is_primary=True, former_at__isnull=True),
        name=name,
        violation_error_message=message,
    )


@tracked(with_before=True)
class ContactEmail(Reachable):
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="emails", db_index=False)
    address = models.EmailField("email", max_length=254)

    class Meta(Reachable.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                "contact", Lower("address"), name="contact_email_once",
                violation_error_message="This email stands on the contact already.",
            ),
            one_primary("contact_email_primary", "Only one email can be the primary one."),
        ]  # fmt: skip
        indexes = [models.Index(Lower("address"), name="contact_email_address")]
        triggers = triggers.search_of_child("address")


@tracked(with_before=True)
class ContactPhone(Reachable):
    """A phone number in E.164 form, with its extension apart."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="phones", db_index=False)
    number = models.CharField(max_length=20)
    extension = models.CharField(max_length=12, blank=True)

    class Meta(Reachable.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "number", "extension"], name="contact_phone_once",
                violation_error_message="This number stands on the contact already.",
            ),
            one_primary("contact_phone_primary", "Only one number can be the primary one."),
            models.CheckConstraint(
                condition=Q(number__regex=r"^\+[1-9][0-9]{1,17}$"), name="contact_phone_e164",
                violation_error_message="This is not a phone number.",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["number"], name="contact_phone_number")]
        triggers = triggers.search_of_child("number")


@tracked(with_before=True)
class ContactAddress(Part):
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="addresses")
    street = models.TextField(max_length=300, blank=True)
    city = models.CharField(max_length=120, blank=True)
    region = models.CharField("state or region", max_length=120, blank=True)
    postal_code = models.CharField("postal code", max_length=20, blank=True)
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166 code.")


@tracked(with_before=True)
class ContactWebsite(Part):
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="websites")
    url = models.CharField("web site", max_length=500)


@tracked(with_before=True)
class ContactOtherField(Part):
    """A value that Kithline has no place of its own for, kept from an import or typed by hand."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="other_fields")
    value = models.TextField(max_length=2000)


class ContactRemark(models.Model):
    """Something of an import that could not be read, kept as it was (product.md §6: nothing is lost in silence)."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="remarks")
    field = models.CharField(max_length=120)
    value = models.TextField()
    reason = models.CharField(max_length=300)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"remark {self.pk}"


class ContactPhoto(models.Model):
    """A photo, re-encoded and at most 512 px wide; in the database, so that no row is ever without its file."""

    contact = models.OneToOneField(Contact, models.CASCADE, primary_key=True, related_name="photo")
    image = models.BinaryField()
    content_type = models.CharField(max_length=20, default="image/webp")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"photo of contact {self.pk}"
