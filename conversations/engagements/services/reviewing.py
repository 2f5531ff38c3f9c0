"""The answer of a compliance administrator to an engagement that was handed in (product.md §10, Pre-compliance).

Handing in is a part of `sending.send`, taking back of `sending.cancel`. Nobody reviews what he or she wrote or handed
in; what is approved begins at once, or at its time.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from contacts_project.accounts.models import User
from contacts_project.accounts.services.notices import notify
from contacts_project.core.errors import Refused
from conversations.engagements import policy
from conversations.engagements.models import Engagement, Review

from .drafting import hold
from .errors import EngagementError, TooLate
from .sending import begin

Answer = Review.Answer
NOT_OWN = "Somebody else reviews what you wrote or handed in"
NOT_IN_REVIEW = "It does not wait for a review: it was taken back, or answered already."
CHANGED = "It was taken back and handed in again since you read it. Read it again, then answer."
SAY_WHY = "Say why, so that it can be mended."


@transaction.atomic
def approve(actor: User, engagement: Engagement, *, message: str = "", version: int | None = None) -> Engagement:
    """Let it leave. `version` is of what the reviewer read.

    Raises TooLate (answered, taken back, changed since), Refused and Http404 by the rights, EngagementError where it
    cannot be sent any more.
    """
    row, review = _held(actor, engagement, version)
    _answer(row, review, actor, Answer.APPROVED, message)
    return begin(row, by=actor) or row


@transaction.atomic
def decline(actor: User, engagement: Engagement, *, message: str, version: int | None = None) -> Engagement:
    """Give it back as a draft, with the reason. Raises as `approve`, and EngagementError without a reason."""
    row, review = _held(actor, engagement, version)
    if not message.strip():
        raise EngagementError("message", SAY_WHY)
    _answer(row, review, actor, Answer.DECLINED, message)
    row.status = Engagement.Status.DRAFT
    row.save(update_fields=["status", "updated_at"])
    return row


def may_answer(user: User, engagement: Engagement, review: Review | None) -> bool:
    """Whether `user`, who reviews for the account, may answer this one: somebody else wrote it and handed it in."""
    return review is not None and user.pk not in (engagement.author_id, review.asked_by_id)


def open_review(engagement: Engagement) -> Review | None:
    """The review that waits for an answer. One query."""
    return engagement.reviews.filter(answer=Answer.ASKED).select_related("asked_by").first()


def _held(actor: User, engagement: Engagement, version: int | None) -> tuple[Engagement, Review]:
    row = hold(actor, "review", engagement.pk)
    review = open_review(row)
    if review is None or row.status != Engagement.Status.REVIEW:
        raise TooLate(NOT_IN_REVIEW)
    if not may_answer(actor, row, review):
        others = policy.reviewers_of(row).exclude(pk__in=[row.author_id, review.asked_by_id or 0])
        raise Refused(NOT_OWN, who=[person.get_full_name() for person in others[:3]])
    if version is not None and version != review.version:
        raise TooLate(CHANGED)
    return row, review


def _answer(engagement: Engagement, review: Review, actor: User, answer: str, message: str) -> None:
    review.answer, review.answered_by, review.answered_at = answer, actor, timezone.now()
    review.message = " ".join(message.split())[:500]
    review.save(update_fields=["answer", "answered_by", "answered_at", "message"])
    notify("review-answered", review.pk, to=[engagement.author, review.asked_by], by=actor)
