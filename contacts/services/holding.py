"""Holding a contact, or the people who are to own one, still while something is written."""

from __future__ import annotations

from collections.abc import Iterable

from contacts.models import Contact
from contacts_project.accounts.models import User


def hold(contact: Contact) -> Contact:
    """The contact as it stands, its row locked until the transaction ends. One query.

    Archiving and sharing lock the same row: what `policy` says behind this lock stays true until the write is done
    (product.md §2a, archived is read-only). The contact must come from `policy`; must run inside a transaction.
    """
    rows = Contact.objects.select_related("account", "owner").select_for_update(no_key=True, of=("self",))
    return rows.get(pk=contact.pk)


def hold_all(ids: Iterable[int]) -> None:
    """Lock these contacts until the transaction ends, in the order in which every service locks many. One query.

    The ids must come from `policy`; must run inside a transaction.
    """
    rows = Contact.objects.filter(pk__any_of=sorted(set(ids))).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk", flat=True))


def all_active(people: Iterable[int]) -> bool:
    """Whether all these users (ids) are active, and stay so until the transaction ends. One query.

    Asked before a contact is made for them: one that came after the succession would have no Admin (product.md §2a).
    """
    locked = User.objects.filter(pk__in=set(people)).order_by("pk").select_for_update(no_key=True)
    return all(locked.values_list("is_active", flat=True))
