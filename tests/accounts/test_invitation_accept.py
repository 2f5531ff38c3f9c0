"""The page behind an invitation's link, and the mail that brings it."""

import datetime

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.utils import timezone

from contacts_project.accounts import jobs, services
from contacts_project.accounts.links import link_to, token_for
from contacts_project.accounts.models import Invitation, User
from tests.factories import PASSWORD, UserFactory

GOOD = {"name": "New Person", "password1": PASSWORD, "password2": PASSWORD}


@pytest.fixture
def invitation(boss):
    services.invite_people(boss, emails=["New@x.example"], address="http://testserver/", is_account_admin=True)
    return Invitation.objects.get()


@pytest.fixture
def url(invitation):
    return link_to(invitation, "")


def test_the_mail_carries_the_link(invitation):
    jobs.send_invitation(invitation.pk, "http://testserver/")
    assert mail.outbox[0].to == ["new@x.example"]
    assert link_to(invitation, "http://testserver") in mail.outbox[0].body


def test_no_mail_goes_out_for_a_withdrawn_or_ended_invitation(boss, invitation):
    Invitation.objects.update(expires_at=timezone.now())
    jobs.send_invitation(invitation.pk, "http://testserver/")
    services.withdraw_invitation(boss, invitation=invitation)
    jobs.send_invitation(invitation.pk, "http://testserver/")
    assert not mail.outbox


def test_the_token_is_kept_as_a_hash_only(invitation):
    assert token_for(invitation) not in str(Invitation.objects.values().get())


def test_accepting_makes_a_verified_user_with_the_roles_and_signs_in(client, url, acme):
    assert client.get(url).status_code == 200
    answer = client.post(url, GOOD)
    assert (answer.status_code, answer["Location"]) == (303, "/")
    user = User.objects.get(email="new@x.example")
    assert (user.account, user.name, user.is_account_admin, user.is_staff) == (acme, "New Person", True, False)
    assert user.check_password(PASSWORD)
    assert EmailAddress.objects.filter(user=user, email="new@x.example", verified=True, primary=True).exists()
    assert client.get("/people/").status_code == 200


def test_a_link_works_once(client, url):
    client.post(url, GOOD)
    client.logout()
    assert client.get(url).status_code == 404
    assert client.post(url, GOOD).status_code == 404


def test_unknown_ended_and_withdrawn_links_are_one_404(client, url, boss, invitation):
    Invitation.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
    ended = client.get(url)
    services.withdraw_invitation(boss, invitation=invitation)
    withdrawn = client.get(url)
    unknown = client.get("/invitations/nonsense/")
    assert ended.status_code == withdrawn.status_code == unknown.status_code == 404
    assert ended.content == withdrawn.content == unknown.content


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "Type your name"),
        ({"password2": "something-else"}, "The two passwords differ"),
        ({"password1": "short", "password2": "short"}, "too short"),
        ({"password1": "password123", "password2": "password123"}, "too common"),
    ],
)
def test_bad_input_is_422_and_leaves_the_link_open(client, url, change, sentence):
    answer = client.post(url, GOOD | change)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert client.get(url).status_code == 200


def test_an_email_in_use_elsewhere_fails_in_neutral_words(client, url):
    UserFactory(email="new@x.example", account__name="Globex")
    assert client.get(url).status_code == 200
    answer = client.post(url, GOOD)
    assert answer.status_code == 422
    assert "cannot be accepted with this email" in answer.content.decode()
    assert "Globex" not in answer.content.decode()
    assert Invitation.objects.get().accepted_at is None


def test_somebody_signed_in_is_told_to_sign_out_first(as_user, url, member):
    client = as_user(member)
    assert b"You are signed in already" in client.get(url).content
    assert client.post(url, GOOD).status_code == 409
    assert not User.objects.filter(email="new@x.example").exists()
