"""Deactivation with a successor, and the way back."""

import pytest

from contacts_project.accounts import services
from contacts_project.accounts.models import Invitation
from contacts_project.accounts.signals import user_deactivated
from tests.accounts.conftest import HTMX


@pytest.fixture
def url(member):
    return f"/people/{member.pk}/deactivate/"


@pytest.fixture
def heard():
    """What receivers of the signal were told."""
    calls = []

    def receiver(sender, **facts):
        facts.pop("signal")
        calls.append(facts)

    user_deactivated.connect(receiver)
    yield calls
    user_deactivated.disconnect(receiver)


def test_sign_in_and_sessions_end_and_the_successor_is_told(as_user, boss, member, colleague, url, heard):
    theirs = as_user(member)
    assert theirs.get("/me/").status_code == 200
    answer = as_user(boss).post(url, {"successor": colleague.pk})
    assert (answer.status_code, answer["Location"]) == (303, f"/people/{member.pk}/")
    member.refresh_from_db()
    assert (member.is_active, member.successor, member.deactivated_by) == (False, colleague, boss)
    assert heard == [{"user": member, "successor": colleague, "actor": boss}]
    assert theirs.get("/me/")["Location"] == "/accounts/login/?next=/me/"


def test_a_session_does_not_come_back_with_reactivation(as_user, boss, member, colleague, url):
    theirs = as_user(member)
    client = as_user(boss)
    client.post(url, {"successor": colleague.pk})
    assert client.post(f"/people/{member.pk}/reactivate/").status_code == 303
    assert theirs.get("/me/").status_code == 302
    member.refresh_from_db()
    assert member.is_active
    assert as_user(member).get("/me/").status_code == 200


def test_reactivation_gives_no_role_back(boss, member, colleague):
    member.is_account_admin = member.is_compliance_admin = True
    member.save()
    services.deactivate_user(boss, user=member, successor=colleague)
    person = services.reactivate_user(boss, user=member)
    assert (person.is_active, person.is_account_admin, person.is_compliance_admin) == (True, False, False)


def test_a_receiver_that_fails_undoes_everything(boss, member, colleague):
    def fail(**_):
        raise RuntimeError

    user_deactivated.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            services.deactivate_user(boss, user=member, successor=colleague)
    finally:
        user_deactivated.disconnect(fail)
    member.refresh_from_db()
    assert member.is_active


def test_twice_changes_nothing(as_user, boss, member, colleague, url, heard):
    client = as_user(boss)
    client.post(url, {"successor": colleague.pk})
    assert client.post(url, {"successor": boss.pk}).status_code == 303
    member.refresh_from_db()
    assert member.successor == colleague
    assert len(heard) == 1


def test_a_successor_is_an_active_colleague(as_user, boss, member, colleague, outsider, url):
    client = as_user(boss)
    colleague.is_active = False
    colleague.save()
    for wrong in ("", "x", "\x00", member.pk, outsider.pk, colleague.pk, 10**30):
        assert client.post(url, {"successor": wrong}).status_code == 422
    member.refresh_from_db()
    assert member.is_active


def test_nobody_deactivates_himself(as_user, boss, member):
    answer = as_user(boss).post(f"/people/{boss.pk}/deactivate/", {"successor": member.pk})
    assert answer.status_code == 422
    assert "cannot deactivate yourself" in answer.content.decode()


def test_htmx_gets_the_person_deactivated(as_user, boss, member, colleague, url):
    answer = as_user(boss).post(url, {"successor": colleague.pk}, **HTMX)
    assert answer.status_code == 200
    assert b"Col League" in answer.content
    assert b"took over" in answer.content


def test_a_deactivated_person_has_no_roles(as_user, boss, member, colleague, url):
    client = as_user(boss)
    client.post(url, {"successor": colleague.pk})
    assert client.post(f"/people/{member.pk}/", {"is_account_admin": "on"}).status_code == 422


@pytest.mark.parametrize("action", ["deactivate", "reactivate"])
def test_the_ladder(as_user, client, boss, member, colleague, outsider, action):
    url = f"/people/{member.pk}/{action}/"
    data = {"successor": colleague.pk}
    assert client.post(url, data).status_code == 302
    assert as_user(colleague).post(url, data).status_code == 403
    assert as_user(outsider).post(url, data).status_code == 404
    assert as_user(boss).get(url).status_code == 405
    member.refresh_from_db()
    assert member.is_active


def test_open_invitations_of_the_deactivated_end(as_user, boss, member, colleague, url):
    member.is_account_admin = True
    member.save()
    as_user(member).post("/people/invite/", {"emails": "friend@new.example"})
    as_user(boss).post("/people/invite/", {"emails": "other@new.example"})
    as_user(boss).post(url, {"successor": colleague.pk})
    assert list(Invitation.objects.values_list("email", flat=True)) == ["other@new.example"]
