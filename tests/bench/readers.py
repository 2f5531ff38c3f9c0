"""Who reads in the benchmark: users by how many contacts they see, and where their deep pages begin."""

from __future__ import annotations

from django.db.models import QuerySet

from contacts import paging
from contacts.filters import Filters
from contacts.models import Contact, Kind
from contacts_project.accounts.models import User

WORST, MANY, MEDIAN, FEW, TAIL = "sees-450000", "sees-50000", "sees-5000", "sees-50", "sees-tail"
SMALL, WRITER = "sees-1000", "writer"
# By departments alone: three, two, and all twelve.
OPERATOR, OPERATOR_OF_MANY, OPERATOR_OF_ALL = "operates-450000", "operates-50000", "operates-everything"
DEPTH = 0.9  # how far down a deep page begins


def reader(key: str) -> User:
    return User.objects.select_related("account").get(email=f"{key}@bench.example")


def deep(user: User) -> str:
    """The `after=` of a page nine tenths down the user's list."""
    keys = paging.streams(user, Filters(user).selection, limit=None)
    place = int(keys.count() * DEPTH)
    return paging.encode(tuple(keys[place]))


def contact_of(user: User) -> Contact:
    """A contact of the user's own with notes, for the record: its middle one by id, so that it is always the same."""
    own = Contact.objects.filter(owner=user, kind=Kind.PERSONAL)
    return _middle(own)


def contact_worked_by(user: User) -> Contact:
    """A contact of the departments that the user administers, with notes: the middle one by id."""
    administered = user.operates.filter(is_admin=True).values("department")
    return _middle(Contact.objects.filter(kind=Kind.DEPARTMENT, links__department__in=administered))


def _middle(contacts: QuerySet[Contact]) -> Contact:
    found = contacts.filter(archived=False, notes__isnull=False).distinct().order_by("pk")
    return found[found.count() // 2]
