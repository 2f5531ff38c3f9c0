"""Engagements on the page of one's own activity: what became of them, and a deleted draft with its Undo."""

import pytest

from contacts.activities.page import activity_of
from conversations.engagements.models import Engagement
from tests.factories_engagements import share_engagement

from .desk import Desk, tomorrow

pytestmark = pytest.mark.django_db


def told(user) -> list[str]:
    return [
        " ".join(f"{one.deed.said} {one.deed.name}".split()) for day in activity_of(user).days for one in day.entries
    ]


def test_drafting_scheduling_and_deleting_are_told_and_writing_is_not() -> None:
    desk = Desk()
    facts = {"lists": [desk.bakers.pk], "channel": desk.line.pk, "when": "at", "at": tomorrow()}
    desk.post(**facts)
    made = Engagement.objects.get()
    desk.post(f"/engagements/{made.pk}/edit/", version=made.version, **{**facts, "body": "Hello again"})
    desk.client().post(f"/engagements/{made.pk}/send/")
    assert sorted(told(desk.ann)) == ["Drafted the engagement Autumn", "Scheduled the engagement Autumn"]
    share_engagement(made, desk.ann, None)
    assert told(desk.ann) == []
    draft = desk.draft(name="Winter")
    desk.client().post(f"/engagements/{draft.pk}/delete/")
    assert told(desk.ann) == ["Deleted the draft of an engagement"]
    assert [one.token for day in activity_of(desk.ann).days for one in day.entries] != [""]
