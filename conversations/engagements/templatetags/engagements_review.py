"""{% review_of user engagement as panel %}: what the reader may know and do about a review."""

from __future__ import annotations

from django import template

from contacts_project.accounts.models import User
from conversations.engagements.forms import ReviewForm
from conversations.engagements.models import Engagement
from conversations.engagements.review_page import ReviewPanel, review_panel

register = template.Library()


@register.simple_tag
def review_of(user: User, engagement: Engagement, form: ReviewForm | None = None) -> ReviewPanel:
    """`form` is an answer that could not be taken."""
    return review_panel(user, engagement, form or None)
