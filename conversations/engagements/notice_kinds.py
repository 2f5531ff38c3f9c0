"""What engagements tell people of: sent, paused by themselves, shared, waiting for a review, answered in review."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.db.models import QuerySet
from django.urls import reverse

from contacts.notice_kinds import by_somebody
from contacts_project.accounts import notices
from contacts_project.accounts.models import Notice, User
from contacts_project.accounts.notices import Kind, Line
from contacts_project.core.templatetags.kithline import capped

from .listing import counts_of
from .models import Engagement, Review
from .policy import engagements_with, visible_to

Status = Engagement.Status
ANSWERS = {Review.Answer.APPROVED: "approved", Review.Answer.DECLINED: "declined"}
WORDS = {"arrived": "", "failed": "failed", "unknown": "unknown", "skipped": "left out"}
Words = Callable[[Notice, Engagement], tuple[str, str]]  # before and after the name


def add() -> None:
    """Register the kinds: about an engagement, the last one about a review."""
    notices.register(
        engagement_done=Kind(_seen, _done_lines, icon="speakerphone"),
        engagement_paused=Kind(_seen, partial(_lines, words=_paused), icon="speakerphone"),
        engagement_shared=Kind(_seen, partial(_lines, words=_shared)),
        review_asked=Kind(_to_review, partial(_lines, words=_asked)),
        review_answered=Kind(_answered, _answer_lines),
    )


def _seen(user: User, ids: list[int]) -> QuerySet:
    return visible_to(user).filter(pk__in=ids).values_list("pk")


def _to_review(user: User, ids: list[int]) -> QuerySet:
    return engagements_with(user, "review").filter(pk__in=ids).values_list("pk")


def _answered(user: User, ids: list[int]) -> QuerySet:
    rows = Review.objects.filter(pk__in=ids, answer__in=ANSWERS, engagement__in=visible_to(user).values("pk"))
    return rows.values_list("pk")


def _lines(user: User, told: list[Notice], words: Words) -> dict[int, Line]:
    found: dict[int, Engagement] = visible_to(user).in_bulk([one.about for one in told])
    return {one.pk: _line(found[one.about], *words(one, found[one.about])) for one in told if one.about in found}


def _line(engagement: Engagement, before: str, after: str) -> Line:
    address = reverse("engagements:engagement-detail", args=[engagement.pk])
    return Line(before, engagement.name, after, address)


def _shared(told: Notice, engagement: Engagement) -> tuple[str, str]:
    return by_somebody(told, "shared the engagement"), "with you"


def _paused(told: Notice, engagement: Engagement) -> tuple[str, str]:
    """The problem is the engagement's own and goes with it."""
    return "", f"paused by itself: {engagement.problem}" if engagement.problem else "paused by itself for a while"


def _asked(told: Notice, engagement: Engagement) -> tuple[str, str]:
    waits = engagement.status == Status.REVIEW
    return by_somebody(told, "handed in"), "for review: it waits for an answer" if waits else "for review"


def _done_lines(user: User, told: list[Notice]) -> dict[int, Line]:
    counts = counts_of([one.about for one in told])

    def words(one: Notice, engagement: Engagement) -> tuple[str, str]:
        if engagement.status != Status.DONE:
            return "", "was sent; a part of it is on its way again"
        numbers = counts[engagement.pk]
        reached = "called" if engagement.kind == Engagement.Kind.VOICE else "sent"
        parts = [f"{capped(numbers[key])} {word or reached}" for key, word in WORDS.items() if numbers[key]]
        return "", f"has finished: {', '.join(parts) or 'nobody was on its lists'}"

    return _lines(user, told, words)


def _answer_lines(user: User, told: list[Notice]) -> dict[int, Line]:
    reviews = Review.objects.filter(pk__in=[one.about for one in told]).select_related("engagement").in_bulk()
    return {
        one.pk: _line(review.engagement, by_somebody(one, ANSWERS[Review.Answer(review.answer)]), "")
        for one in told
        if (review := reviews.get(one.about))
    }
