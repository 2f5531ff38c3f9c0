"""Background jobs of departments: a mail to the Admin Operators.

At least once: a mail may come twice, which does no harm. Arguments hold ids, a role and the site's address.
"""

from __future__ import annotations

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from contacts_project.accounts.models import User

from .models import Department, Operator

MAIL_RETRY = RetryStrategy(max_attempts=5, exponential_wait=10)


@app.task(retry=MAIL_RETRY)
def send_own_naming(department_id: int, user_id: int, is_admin: bool, recipient_ids: list[int], address: str) -> None:
    """Tell those who led the department that an account administrator has named himself or herself (product.md §8)."""
    department = Department.objects.filter(pk=department_id).first()
    person = User.objects.filter(pk=user_id).first()
    if department is None or person is None:
        return
    context = {
        "department": department,
        "person": person,
        "role": Operator(is_admin=is_admin).role,
        "link": address.rstrip("/") + reverse("departments:department-operators", args=[department.pk]),
    }
    subject = " ".join(render_to_string("emails/own_naming_subject.txt", context).split())
    for to in User.objects.filter(pk__in=recipient_ids, account=department.account_id, is_active=True).order_by("pk"):
        text = render_to_string("emails/own_naming.txt", {**context, "to": to})
        send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [to.email])
