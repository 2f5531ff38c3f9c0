"""The links that a department has ended, for its Admin Operators to look through (product.md §2b).

A contact that others still work is hidden from this department; its name stands here all the same, as the record of
what was removed.
"""

from __future__ import annotations

import base64
import datetime
from collections.abc import Iterable, Sequence

from django.db.models import Prefetch, Q

from contacts_project.accounts.models import User
from departments.models import Department
from departments.policy import led_by

from .models import ContactEmail, ContactPhone, DepartmentLink

PAGE = 50


def page_of(department: Department, after: str = "") -> tuple[Sequence[DepartmentLink], str]:
    """A page of ended links with contact, addresses and who ended them, the latest first; and `after` of the next.

    At most four queries.
    """
    rows = DepartmentLink.objects.filter(department=department, ended_at__isnull=False)
    if (bound := _decode(after)) is not None:
        moment, pk = bound
        rows = rows.filter(Q(ended_at__lt=moment) | Q(ended_at=moment, pk__lt=pk))
    related = rows.select_related("contact", "ended_by").prefetch_related(
        Prefetch("contact__phones", ContactPhone.objects.filter(former_at__isnull=True)),
        Prefetch("contact__emails", ContactEmail.objects.filter(former_at__isnull=True)),
    )
    found = list(related.order_by("-ended_at", "-pk")[: PAGE + 1])
    page = found[:PAGE]
    return page, _encode(page[-1]) if len(found) > PAGE else ""


def removed_by(user: User, contacts: Iterable[int]) -> dict[tuple[int, int], DepartmentLink]:
    """(contact, department) -> the ended link, in departments that `user` leads and finds it under Removed. One query,
    none without contacts."""
    ids = list(contacts)
    if not ids:
        return {}
    links = DepartmentLink.objects.filter(contact__any_of=ids, department__in=led_by(user), ended_at__isnull=False)
    return {(link.contact_id, link.department_id): link for link in links.select_related("contact", "department")}


def _encode(link: DepartmentLink) -> str:
    assert link.ended_at is not None
    return base64.urlsafe_b64encode(f"{link.pk} {link.ended_at.isoformat()}".encode()).decode().rstrip("=")


def _decode(text: str) -> tuple[datetime.datetime, int] | None:
    """The bound of `after=`; None where it is malformed."""
    try:
        number, moment = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split(" ")
        when = datetime.datetime.fromisoformat(moment)
    except ValueError:
        return None
    if not number.isascii() or not number.isdecimal() or len(number) > 18 or when.tzinfo is None:
        return None
    return when, int(number)
