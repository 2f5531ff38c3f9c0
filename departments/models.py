"""Department: a team, or an office's main line; and its operators (product.md §1 and §8; seed S2)."""

from __future__ import annotations

import pgtrigger as pt
from django.db import models
from django.db.models.functions import Lower, Now

from contacts_project.core.history import tracked

MOST_OPERATORS = 25


class Hue(models.TextChoices):
    """The colours of department tags (design/ui/DESIGN.md §2); the name is stored, the style sheet knows the tones."""

    INDIGO = "indigo", "Indigo"
    TEAL = "teal", "Teal"
    AMBER = "amber", "Amber"
    ROSE = "rose", "Rose"
    VIOLET = "violet", "Violet"
    SKY = "sky", "Sky"
    GREEN = "green", "Green"
    SLATE = "slate", "Slate"


@tracked()
class Department(models.Model):
    """Owns contacts in common. Its name, colour, operators and privileges are open to every account user."""

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="departments", db_index=False)
    name = models.CharField(max_length=60)
    hue = models.CharField("colour", max_length=10, choices=Hue.choices, default=Hue.INDIGO)
    description = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, editable=False, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                "account",
                Lower("name"),
                name="department_name_once",
                violation_error_message="A department has this name already.",
            ),
            models.CheckConstraint(
                condition=~models.Q(name=""), name="department_has_name", violation_error_message="Give it a name."
            ),
        ]

    def __str__(self) -> str:
        return self.name


OPERATOR_OF_ACCOUNT = pt.Trigger(
    name="operator_of_account",
    level=pt.Row,
    when=pt.Before,
    operation=pt.Insert | pt.UpdateOf("user_id", "department_id"),
    func="""
        IF NOT EXISTS (SELECT FROM departments_department d JOIN accounts_user u ON u.account_id = d.account_id
                        WHERE d.id = NEW.department_id AND u.id = NEW.user_id) THEN
            RAISE EXCEPTION 'department % and user % are not in one account', NEW.department_id, NEW.user_id
                  USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    """,
)


@tracked()
class Operator(models.Model):
    """A person who works a department's contacts; with `is_admin` an Admin Operator, else a Department Operator."""

    department = models.ForeignKey(Department, models.CASCADE, related_name="operators", db_index=False)
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="operates", db_index=False)
    is_admin = models.BooleanField(default=False)
    added_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, editable=False, related_name="+")
    added_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["department", "user"],
                name="operator_once",
                violation_error_message="This person operates the department already.",
            )
        ]
        indexes = [models.Index(fields=["user", "department"], name="operator_of_user", include=["is_admin"])]
        triggers = [OPERATOR_OF_ACCOUNT]

    def __str__(self) -> str:
        return f"operator {self.user_id} of department {self.department_id}"

    @property
    def role(self) -> str:
        return "Admin Operator" if self.is_admin else "Department Operator"
