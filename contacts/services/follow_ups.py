"""Follow-ups: one line to do about a contact by a date, for oneself or a colleague who can see it (product.md §4)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from contacts import policy
from contacts.models import Contact, FollowUp
from contacts_project.accounts.models import User
from contacts_project.core.errors import Refused

from .holding import hold
from .undoing import CannotUndo, remember, undoes

DAYS_AHEAD = 7
MOST_SHOWN = 200


class CannotSee(ValueError):
    """The person it is for cannot see the contact, or is deactivated."""

    def __init__(self, user: User) -> None:
        super().__init__(f"{user} cannot see this contact. Choose somebody who can.")


@transaction.atomic
def create_follow_up(actor: User, contact: Contact, *, due: datetime.date, text: str, user: User) -> FollowUp:
    """Set a follow-up on a contact that `actor` can read. Raises CannotSee; Refused on an archived contact.

    Locks the contact, so that it is not archived meanwhile.
    """
    contact = hold(contact)
    policy.require(actor, "follow_up", contact)
    if user.account_id != actor.account_id or not policy.can(user, "view", contact):
        raise CannotSee(user)
    return FollowUp.objects.create(contact=contact, user=user, created_by=actor, due=due, text=text)


def open_for(user: User) -> QuerySet[FollowUp]:
    """What `user` still has to do, about live contacts that he or she can see now."""
    contacts = policy.visible_to(user).filter(archived=False, pk=OuterRef("contact_id"))
    return FollowUp.objects.filter(Exists(contacts), user=user, done_at__isnull=True)


def set_for(user: User, today: datetime.date) -> QuerySet[FollowUp]:
    """Late or due today, about whatever contacts: quickly asked whether there are any before `due_count` counts."""
    return FollowUp.objects.filter(user=user, done_at__isnull=True, due__lte=today)


def due_count(user: User, today: datetime.date) -> int:
    """How many are late or due today. One query."""
    return open_for(user).filter(due__lte=today).count()


def of_contact(user: User, contact: Contact) -> QuerySet[FollowUp]:
    """Open follow-ups on a visible contact that are for `user` or given by `user`, the earliest first."""
    mine = FollowUp.objects.filter(Q(user=user) | Q(created_by=user), contact=contact, done_at__isnull=True)
    return mine.select_related("user", "created_by").order_by("due", "pk")


@dataclass(frozen=True)
class Agenda:
    """One's own follow-ups by when they are due; `more` where the list was cut at MOST_SHOWN."""

    late: list[FollowUp]
    today: list[FollowUp]
    soon: list[FollowUp]
    more: bool

    @property
    def due(self) -> int:
        return len(self.late) + len(self.today)


def agenda(user: User, today: datetime.date) -> Agenda:
    """What is late, due today and due in the next seven days; `today` is the date in the reader's zone. Two queries."""
    rows = open_for(user).filter(due__lte=today + datetime.timedelta(days=DAYS_AHEAD)).order_by("due", "pk")
    rows = rows.select_related("contact", "created_by").prefetch_related("contact__phones", "contact__emails")
    found = list(rows[: MOST_SHOWN + 1])
    shown = found[:MOST_SHOWN]
    return Agenda(
        late=[row for row in shown if row.due < today],
        today=[row for row in shown if row.due == today],
        soon=[row for row in shown if row.due > today],
        more=len(found) > MOST_SHOWN,
    )


def get_for_change(user: User, pk: int) -> FollowUp:
    """A follow-up that is for `user` or given by `user`, on a contact that he or she can see; else Http404."""
    contacts = policy.visible_to(user).filter(pk=OuterRef("contact_id"))
    mine = FollowUp.objects.filter(Q(user=user) | Q(created_by=user), Exists(contacts), pk=pk)
    row = mine.select_related("contact__account").first()
    if row is None:
        raise Http404
    return row


@transaction.atomic
def finish(actor: User, follow_up: FollowUp) -> str | None:
    """Mark it done; returns the token that takes this back, None if it was done before. Refused when archived."""
    policy.require(actor, "follow_up", hold(follow_up.contact))
    changed = FollowUp.objects.filter(pk=follow_up.pk, done_at__isnull=True).update(done_at=timezone.now())
    return remember(actor, "follow-up-done", follow_up=follow_up.pk) if changed else None


@undoes("follow-up-done")
def reopen(actor: User, data: dict[str, Any]) -> tuple[str, str]:
    """Open again, unless the contact has been archived since."""
    try:
        follow_up = get_for_change(actor, data["follow_up"])
        policy.require(actor, "follow_up", hold(follow_up.contact))
    except Http404 as gone:
        raise CannotUndo("You no longer have access to this contact.") from gone
    except Refused as refusal:
        raise CannotUndo(refusal.rule) from refusal
    FollowUp.objects.filter(pk=follow_up.pk).update(done_at=None)
    return "The follow-up is open again", reverse("contacts:today")
