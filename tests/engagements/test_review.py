"""Nothing leaves before a compliance administrator approves it; declining keeps the history (product.md §10)."""

import pytest

from conversations.engagements.models import Engagement, Review
from conversations.engagements.services import reviewing
from conversations.engagements.services.errors import TooLate
from tests.factories import UserFactory

from .desk import Desk, edit

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return Desk(compliance_required=True)


def handed_in(desk: Desk, **fields) -> Engagement:
    draft = desk.draft(**fields)
    desk.client().post(f"/engagements/{draft.pk}/send/")
    draft.refresh_from_db()
    assert draft.status == "review"
    return draft


def answer(desk: Desk, engagement: Engagement, who: str = "cora", **data):
    return desk.client(who).post(f"/engagements/{engagement.pk}/review/", data)


def test_a_reviewer_approves_and_it_begins(desk: Desk) -> None:
    engagement = handed_in(desk)
    assert {who: answer(desk, engagement, who, answer="approve").status_code for who in ("ann", "rea", "kit")} == {
        "ann": 403, "rea": 403, "kit": 404,
    }  # fmt: skip
    page = desk.client("cora").get(f"/engagements/{engagement.pk}/").content.decode()
    assert "Approve and let it leave" in page
    assert "Approve and let it leave" not in desk.client().get(f"/engagements/{engagement.pk}/").content.decode()
    assert answer(desk, engagement, answer="approve").status_code == 303
    engagement.refresh_from_db()
    review = engagement.reviews.get()
    assert (engagement.status, review.answer, review.answered_by) == ("sending", "approved", desk.cora)
    assert answer(desk, engagement, answer="approve").status_code == 409


def test_declining_needs_a_reason_and_gives_it_back(desk: Desk) -> None:
    engagement = handed_in(desk)
    without = answer(desk, engagement, answer="decline", message=" ")
    assert without.status_code == 422
    assert "Say why, so that it can be mended." in without.content.decode()
    assert answer(desk, engagement, answer="decline", message="Name the sender").status_code == 303
    engagement.refresh_from_db()
    assert engagement.status == "draft"
    page = desk.client().get(edit(engagement)).content.decode()
    assert "Declined by" in page
    assert "Name the sender" in page
    assert desk.client().post(f"/engagements/{engagement.pk}/send/").status_code == 303
    assert [one.answer for one in engagement.reviews.order_by("pk")] == ["declined", ""]


def test_nobody_reviews_what_he_or_she_wrote_or_handed_in(desk: Desk) -> None:
    desk.ann.is_compliance_admin = True
    desk.ann.save()
    engagement = handed_in(desk)
    refused = answer(desk, engagement, "ann", answer="approve")
    assert refused.status_code == 403
    assert "Somebody else reviews what you wrote or handed in" in refused.content.decode()
    assert "Cora" in refused.content.decode()
    assert answer(desk, engagement, "cora", answer="approve").status_code == 303


def test_what_was_changed_since_it_was_read_is_read_again(desk: Desk) -> None:
    engagement = handed_in(desk)
    read = engagement.reviews.get().version
    assert desk.post(edit(engagement), body="Other words").status_code == 409  # in review nobody edits
    desk.client().post(f"/engagements/{engagement.pk}/cancel/")
    assert engagement.reviews.get().answer == Review.Answer.WITHDRAWN
    with pytest.raises(TooLate):
        reviewing.approve(desk.cora, engagement)
    desk.post(edit(engagement), body="Other words", lists=[desk.bakers.pk], channel=desk.line.pk)
    desk.client().post(f"/engagements/{engagement.pk}/send/")
    stale = answer(desk, engagement, answer="approve", version=read)
    assert stale.status_code == 409
    assert "Read it again" in stale.content.decode()
    assert (
        answer(desk, engagement, answer="approve", version=engagement.reviews.get(answer="").version).status_code == 303
    )


def test_reviewers_see_first_what_waits_for_them_and_no_draft(desk: Desk) -> None:
    draft, engagement = desk.draft(name="Only a draft"), handed_in(desk, name="Autumn")
    page = desk.client("cora").get("/engagements/").content.decode()
    assert "Waiting for your review" in page
    assert "Autumn" in page
    assert "Only a draft" not in page
    assert desk.client("cora").get(f"/engagements/{draft.pk}/").status_code == 404
    assert "Waiting for your review" not in desk.client().get("/engagements/").content.decode()
    elsewhere = UserFactory(is_compliance_admin=True)
    elsewhere.account.compliance_required = True
    elsewhere.account.save()
    assert "Autumn" not in desk.client(elsewhere).get("/engagements/").content.decode()
    assert answer(desk, engagement, answer="perhaps").status_code == 422
