"""What stands on the page of an engagement that was handed in for review: who asked, the answer form, what was said."""

from __future__ import annotations

from dataclasses import dataclass

from contacts_project.accounts.models import User

from . import policy
from .forms import ReviewForm
from .models import Engagement, Review
from .services.reviewing import may_answer, open_review


@dataclass(frozen=True)
class ReviewPanel:
    """`answers`: earlier reviews, the newest first. `is_own`: the reader reviews, but not what he or she wrote."""

    review: Review | None
    answers: list[Review]
    may_answer: bool
    is_own: bool
    form: ReviewForm


def review_panel(user: User, engagement: Engagement, form: ReviewForm | None = None) -> ReviewPanel:
    """What `user`, who sees the engagement, may know and do about its review. Four queries."""
    review = open_review(engagement)
    reviews = "review" in policy.allowed_actions(user, engagement)
    answers = engagement.reviews.exclude(answer=Review.Answer.ASKED).select_related("answered_by").order_by("-pk")
    allowed = may_answer(user, engagement, review)
    return ReviewPanel(review, list(answers), reviews and allowed, reviews and not allowed, form or ReviewForm())
