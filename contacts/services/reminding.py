"""Reminding an original owner to clean up the shared contacts of a department, once a day (product.md §8)."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from contacts.models import CleanUpReminder
from contacts_project.accounts.models import User
from departments.models import Department


@transaction.atomic
def remind(actor: User, department: Department, owner: User, *, mail: Callable[[CleanUpReminder], object]) -> bool:
    """Note the reminder and enqueue its mail with `mail`; False where one was sent today (in the account's time zone).

    The caller has judged that `actor` is an Admin Operator, and that `owner` has something to decide.
    """
    reminder, is_new = CleanUpReminder.objects.get_or_create(
        department=department, owner=owner, day=department.account.today(), defaults={"sent_by": actor}
    )
    if is_new:
        mail(reminder)
    return is_new
