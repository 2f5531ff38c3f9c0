"""Engagements on the page of one's own activity (contacts.activities): what was done, in words and links."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from contacts.activities.steps import tell_of
from contacts.activities.telling import Deed, tells
from contacts.activities.things import THINGS, Thing
from contacts.models import UndoStep
from contacts_project.accounts.models import User

from . import policy
from .models import Engagement

Status = Engagement.Status
BEGUN = {Status.DRAFT, Status.REVIEW, Status.SCHEDULED}
SAID = {
    Status.DRAFT: "Took back the engagement",
    Status.REVIEW: "Handed in for review the engagement",
    Status.SCHEDULED: "Scheduled the engagement",
    Status.PAUSED: "Paused the engagement",
    Status.CANCELLED: "Cancelled the engagement",
}


def _seen(user: User, ids: list[int]) -> dict[int, tuple[str, str]]:
    rows = policy.visible_to(user).filter(pk__any_of=ids)
    return {one.pk: (one.name, reverse("engagements:engagement-detail", args=[one.pk])) for one in rows}


def _said(was: dict[str, Any] | None, row: dict[str, Any]) -> str:
    """What became of it; a draft that is only written at, often by itself, is no line each time."""
    if was is None:
        return "Drafted the engagement"
    if was["status"] == row["status"]:
        return ""
    if row["status"] == Status.SENDING:
        return "Sent the engagement" if was["status"] in BEGUN else "Resumed the engagement"
    return SAID.get(row["status"], "")


def add_things() -> None:
    """Let engagements be told of (AppConfig.ready); the tellers below are registered by the import."""
    THINGS["engagements"] = Thing(Engagement, ("status",), _said, _seen, "speakerphone")


@tells("delete-draft")
def _drafts(user: User, steps: Sequence[UndoStep]) -> dict[uuid.UUID, Deed]:
    """What is deleted has no name any more. No query."""
    return {step.token: Deed("Deleted the draft of an engagement", icon="trash") for step in steps}


tell_of("engagement", {"remove-engagement-access": ("Ended access to the engagement", "user-off")}, _seen)
