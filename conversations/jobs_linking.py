"""Background job of linking: a new address with a long past nobody should wait for. Safe to run twice."""

from __future__ import annotations

from procrastinate.contrib.django import app

from .services import linking


@app.task
def link_contact(contact_id: int) -> None:
    """Put the contact on what waits for it."""
    linking.link_contacts([contact_id])
