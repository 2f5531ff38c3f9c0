"""Who knows of a contact through a list only: one line of "Your access" for those who may grant (product.md §2d)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models.functions import Lower

from contacts_project.accounts import grants
from contacts_project.accounts.grants import Level
from contacts_project.accounts.models import User

from . import list_policy
from .models import Contact, List, ListItem, ListUserObjectPermission


@dataclass(frozen=True)
class ListReaders:
    """How many people read a list that the contact is on and do not see the contact; of the lists those that the
    viewer reads, by name."""

    number: int
    lists: list[List]


def list_readers(viewer: User, contact: Contact, *, beside: Collection[int]) -> ListReaders:
    """For somebody who may grant on this contact; `beside` are the users (ids) who see it otherwise. Two queries."""
    on = ListItem.objects.filter(contact=contact).order_by().values("list")
    rows = ListUserObjectPermission.objects.filter(
        grants.current(contact.account.today()),
        content_object__in=on,
        permission=grants.permission_id(List, Level.READ),
        user__is_active=True,
    )
    number = rows.exclude(user__in=list(beside)).order_by().values("user").distinct().count()
    lists = list_policy.visible_to(viewer).filter(pk__in=on) if number else List.objects.none()
    return ListReaders(number, list(lists.order_by(Lower("name"), "pk")))
