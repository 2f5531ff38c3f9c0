"""Who shares an engagement, access that is asked for, and what a successor takes over (product.md §2)."""

import datetime

import pytest

from contacts.models import AccessRequest
from contacts_project.accounts.services.people import deactivate_user
from conversations.engagements import policy
from conversations.engagements.services import sharing
from conversations.engagements.services.errors import EngagementError
from tests.contacts.crew import undo_last
from tests.factories import UserFactory
from tests.factories_engagements import share_engagement

from .desk import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return Desk()


def people(desk: Desk, engagement, who: str = "ann", rest: str = "", **data):
    return desk.client(who).post(f"/engagements/{engagement.pk}/collaborators/{rest}", data)


def test_admins_share_and_nobody_else(desk: Desk) -> None:
    draft = desk.draft()
    data = {"user": desk.kit.email, "access": "write"}
    answers = {who: people(desk, draft, who, **data).status_code for who in ("wim", "rea", "kit", "stranger", "ann")}
    assert answers == {"wim": 403, "rea": 403, "kit": 404, "stranger": 404, "ann": 303}
    assert policy.roles_on(desk.kit, draft) == {"write"}
    assert desk.client("kit").get(f"/engagements/{draft.pk}/edit/").status_code == 200
    page = desk.client().get(f"/engagements/{draft.pk}/collaborators/?edit={desk.kit.pk}").content.decode()
    assert f'data-user-id="{desk.kit.pk}"' in page
    assert "Save access" in page
    for wrong in ({"user": desk.stranger.pk}, {"user": ""}, {"user": desk.rea.pk, "access": "owner"}):
        assert people(desk, draft, **{"access": "read", **wrong}).status_code == 422


def test_the_last_admin_stays_and_a_removal_can_be_undone(desk: Desk) -> None:
    draft = desk.draft()
    assert people(desk, draft, rest=f"{desk.ann.pk}/remove/").status_code == 403
    assert people(desk, draft, rest=f"{desk.ann.pk}/", access="read").status_code == 422
    assert people(desk, draft, rest=f"{desk.rea.pk}/remove/").status_code == 303
    assert desk.client("rea").get(f"/engagements/{draft.pk}/").status_code == 404
    undo_last(desk.ann)
    assert policy.roles_on(desk.rea, draft) == {"read"}
    assert people(desk, draft, "rea", f"{desk.rea.pk}/remove/").status_code == 303  # leaves
    assert people(desk, draft, rest=f"{desk.rea.pk}/remove/").status_code == 404
    share_engagement(draft, desk.kit, "admin")
    assert people(desk, draft, rest=f"{desk.ann.pk}/remove/").status_code == 303


def test_nobody_gives_for_longer_than_he_or_she_has(desk: Desk) -> None:
    draft, day = desk.draft(), desk.account.today() + datetime.timedelta(days=7)
    sharing.set_access(desk.ann, draft, desk.kit, "admin", day)
    with pytest.raises(EngagementError):
        sharing.set_access(desk.kit, draft, desk.rea, "write")
    assert sharing.set_access(desk.kit, draft, desk.rea, "write", day)


def test_access_is_asked_for_without_learning_anything_and_given_by_admins(desk: Desk) -> None:
    draft = desk.draft(name="Autumn news")
    answers = {
        desk.client("kit").post("/access-requests/", {"path": path, "access": "write"}, follow=True).content
        for path in (f"/engagements/{draft.pk}/edit/",)
    }
    assert b"Autumn news" not in answers.pop()
    request = AccessRequest.objects.get()
    assert request.about == [f"engagement:{draft.pk}"]
    desk.client("kit").post("/access-requests/", {"path": "/engagements/987654/", "access": "read"})
    assert AccessRequest.objects.latest("pk").about == []
    assert "Autumn news" in desk.client().get("/access-requests/").content.decode()
    assert "Autumn news" not in desk.client("wim").get("/access-requests/").content.decode()
    url = f"/access-requests/{request.pk}/"
    assert desk.client("wim").post(url, {"answer": "write"}).status_code == 404
    assert desk.client().post(url, {"answer": "write"}).status_code == 303
    assert policy.roles_on(desk.kit, draft) == {"write"}


def test_a_successor_takes_over_what_is_not_over(desk: Desk) -> None:
    chief = UserFactory(account=desk.account, is_account_admin=True)
    draft, done = desk.draft(), desk.draft(status="done")
    deactivate_user(chief, user=desk.ann, successor=desk.kit)
    draft.refresh_from_db()
    done.refresh_from_db()
    assert (draft.author, done.author) == (desk.kit, desk.ann)
    assert policy.roles_on(desk.kit, draft) == policy.roles_on(desk.kit, done) == {"admin"}
    assert not policy.visible_to(desk.ann).exists()
