"""Notices about an engagement: who is told of what became of it, and who is asked to review it (decision 24)."""

from __future__ import annotations

from contacts_project.accounts.models import User
from contacts_project.accounts.services.notices import notify
from conversations.engagements import policy
from conversations.engagements.models import Engagement


def tell_its_people(kind: str, engagement: Engagement | None) -> None:
    """Tell its author and its Admins what the worker has done with it. In the transaction of whoever holds it."""
    if engagement:
        notify(kind, engagement.pk, to=[engagement.author, *policy.admins_of(engagement)], by=None)


def ask_reviewers(engagement: Engagement, *, by: User) -> None:
    """Tell those who may answer: the account's compliance administrators, but not who wrote it or handed it in."""
    notify("review-asked", engagement.pk, to=policy.reviewers_of(engagement).exclude(pk=engagement.author_id), by=by)
