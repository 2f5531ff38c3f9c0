"""What stands on the pre-flight, and on the page where one reviews the numbers before sending (product.md §10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from contacts_project.accounts.models import User
from conversations.reaching import address_text

from . import policy, preflight, previewing, reasons
from .checking import problems_of
from .models import Engagement
from .preflight import Summary
from .writing import length_of

Status, Kind, When = Engagement.Status, Engagement.Kind, Engagement.When
BEFORE = frozenset({Status.DRAFT, Status.REVIEW, Status.SCHEDULED})  # nothing has left, and there is no ledger
NO_ADDRESS: dict[str, str] = {
    Kind.TEXT: "No number for a text", Kind.EMAIL: "No email address", Kind.VOICE: "No number to call",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A number of the pre-flight; `key` is what `?reason=` takes."""

    key: str
    label: str
    number: int


def preflight_context(user: User, engagement: Engagement) -> dict[str, Any]:
    """Context of engagements/_preflight.html; the engagement must come from `policy`. About six queries."""
    numbers = preflight.summary(engagement)
    return {
        "section": "engagements",
        "engagement": engagement,
        "numbers": numbers,
        "lines": lines_of(engagement, numbers),
        "has_lists": bool(numbers.people) or engagement.with_lists.filter(is_left_out=False).exists(),
        "actions": policy.allowed_actions(user, engagement),
    }


def lines_of(engagement: Engagement, numbers: Summary) -> list[Line]:
    """Those who get nothing, by reason, in their order."""
    found = []
    for reason, label, number in numbers.lines:
        found.append(Line(reason, NO_ADDRESS[engagement.kind] if reason == reasons.NO_ADDRESS else label, number))
    return found


def send_context(user: User, engagement: Engagement) -> dict[str, Any]:
    """Context of engagements/send.html: the numbers, what must be mended first, and what to know. Some 25 queries."""
    context = preflight_context(user, engagement)
    numbers = context["numbers"]
    channel = engagement.channel
    return {
        **context,
        "problems": problems_of(user, engagement),
        "warnings": _warnings(user, engagement, numbers),
        "reviewed": engagement.account.compliance_required,
        "own": address_text(channel.address, engagement.account) if channel else "",
        "minutes": -(-numbers.to_send // engagement.per_minute) if engagement.per_minute else 0,
        "lists": previewing.lists_seen(user, engagement).order_by("name", "pk"),
        "left_out": previewing.lists_seen(user, engagement, left_out=True).order_by("name", "pk"),
    }


def _warnings(user: User, engagement: Engagement, numbers: Summary) -> list[str]:
    """What is no mistake, but good to know before it leaves."""
    found = []
    parts = length_of(engagement.body).parts if engagement.kind == Kind.TEXT else 1
    if parts > 1:
        found.append(f"Each is sent as {parts} texts.")
    nameless = previewing.without_name(user, engagement)
    if nameless:
        found.append(f"{nameless:,} {'reads' if nameless == 1 else 'read'} “Hi there”: their first name is not known.")
    if engagement.when == When.BEST:
        found.append("Who has no best call time yet gets it at the next calling hour.")
    if engagement.kind == Kind.VOICE and engagement.recording and engagement.body.strip():
        found.append("The recording is played, the text is not spoken.")
    if engagement.kind == Kind.TEXT and "stop" not in engagement.body.lower():
        found.append("The text does not say how to opt out. Many countries ask for it: “Reply STOP to opt out”.")
    return found
