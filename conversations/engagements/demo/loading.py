"""Loading the demo: all areas, in one transaction; the same people, numbers and words each time (contract.md, Demo)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone

from contacts_project.accounts.models import Account, User
from conversations.call_times import recount_stale

from . import (
    address_book,
    callers,
    campaigns,
    departments,
    edits,
    globex,
    lines,
    lists,
    named,
    notes,
    people,
    rhythm,
    told,
    traffic,
    waiting,
    worked,
)
from .world import ACME, GLOBEX, World, date_savings

AREAS = (
    people,
    named,
    address_book,
    globex,
    notes,
    edits,
    waiting,
    departments,
    callers,
    worked,
    lines,
    traffic,
    rhythm,
    lists,
    campaigns,
    told,
)


def load() -> World:
    """Load everything; dates count back from today in the accounts' zone. The accounts must not be there yet."""
    began = timezone.now()
    with transaction.atomic():
        world = World(timezone.localdate(timezone=ZoneInfo("America/New_York")))
        for area in AREAS:
            area.load(world)
        while recount_stale():
            pass  # so that call times stand there before a worker has run
        date_savings(began)
        with connection.cursor() as cursor:  # the first pages are planned before the server looks at new tables itself
            cursor.execute("ANALYZE contacts_departmentlink, contacts_contactphone, conversations_interaction")
    return world


def demo_accounts() -> list[Account]:
    """The accounts of the demo, found by their administrators' emails: the name may be changed, or be another's too."""
    administrators = User.objects.filter(email__in=[f"admin@{domain}" for domain in (ACME, GLOBEX)])
    return list(Account.objects.filter(users__in=administrators).order_by("pk"))
