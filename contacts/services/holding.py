"""Holding a contact still while something beside it is written."""

from __future__ import annotations

from contacts.models import Contact


def hold(contact: Contact) -> Contact:
    """The contact as it stands, its row locked until the transaction ends. One query.

    Archiving and sharing lock the same row: what `policy` says behind this lock stays true until the write is done
    (product.md §2a, archived is read-only). The contact must come from `policy`; must run inside a transaction.
    """
    rows = Contact.objects.select_related("account", "owner").select_for_update(no_key=True, of=("self",))
    return rows.get(pk=contact.pk)
