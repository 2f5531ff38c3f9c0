"""Who reads in the benchmark: users by how many contacts they see, and where their deep pages begin."""

from __future__ import annotations

from contacts import paging
from contacts.filters import Filters
from contacts.models import Contact
from contacts_project.accounts.models import User

WORST, MANY, MEDIAN, FEW, TAIL = "sees-450000", "sees-50000", "sees-5000", "sees-50", "sees-tail"
SMALL, WRITER = "sees-1000", "writer"
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
    own = Contact.objects.filter(owner=user, archived=False, notes__isnull=False).distinct().order_by("pk")
    return own[own.count() // 2]
