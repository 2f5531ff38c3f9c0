"""Sign-in, sign-out, passwords: status codes, limits, safe `next`, nothing told about who exists."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import get_hasher
from django.core import mail
from django.test import Client, override_settings

from contacts_project.accounts import services
from contacts_project.accounts.models import User
from tests.factories import PASSWORD, UserFactory

LOGIN = "/accounts/login/"
RESET = "/accounts/password/reset/"
NEW = "another unusual sentence"


def sign_in(client, email, password=PASSWORD, **more):
    return client.post(LOGIN, {"login": email, "password": password, **more})


def test_a_member_signs_in_whatever_the_case_of_the_email(client, member):
    answer = sign_in(client, "MEM@Acme.example")
    assert (answer.status_code, answer["Location"]) == (303, "/")
    assert client.get("/me/").status_code == 200


def test_next_leads_back_and_is_kept_after_a_refusal(client, member):
    page = client.get(f"{LOGIN}?next=/me/")
    assert 'name="next" value="/me/"' in page.content.decode()
    refused = sign_in(client, member.email, "wrong", next="/me/")
    assert 'name="next" value="/me/"' in refused.content.decode()
    assert sign_in(client, member.email, next="/me/")["Location"] == "/me/"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_next_never_leaves_the_site(client, member, target):
    assert sign_in(client, member.email, next=target)["Location"] == "/"


@pytest.mark.parametrize("email", ["mem@acme.example", "nobody@x.example"])
def test_a_wrong_password_and_an_unknown_email_get_the_same_422(client, member, email):
    answer = sign_in(client, email, "wrong")
    assert answer.status_code == 422
    assert "That email and password do not match." in answer.content.decode()


def test_a_form_left_empty_is_422(client, db):
    assert sign_in(client, "", "").status_code == 422
    assert sign_in(client, "\x00", "\x00").status_code == 422


def test_the_sixth_wrong_try_is_429_and_says_when_to_try_again(client, member):
    assert [sign_in(client, member.email, "wrong").status_code for _ in range(5)] == [422] * 5
    answer = sign_in(client, member.email)
    assert answer.status_code == 429
    assert "Try again at" in answer.content.decode()
    assert answer["Retry-After"]
    assert client.get("/me/").status_code == 302


def test_right_sign_ins_do_not_use_the_limit_up(client, member):
    for _ in range(8):
        assert sign_in(client, member.email).status_code == 303
        client.logout()


def test_without_staying_signed_in_the_cookie_ends_with_the_browser(client, member):
    sign_in(client, member.email)
    assert client.session.get_expire_at_browser_close()
    client.logout()
    sign_in(client, member.email, remember="on")
    assert not client.session.get_expire_at_browser_close()


def test_the_deactivated_do_not_sign_in(client, boss, member, colleague):
    services.deactivate_user(boss, user=member, successor=colleague)
    assert sign_in(client, member.email)["Location"] == "/accounts/inactive/"
    assert client.get("/me/").status_code == 302
    assert b"switched off" in client.get("/accounts/inactive/").content


def test_platform_staff_land_in_the_administration(client, staff):
    assert sign_in(client, staff.email)["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert client.get("/")["Location"] == "/admin/"


def test_signing_out_needs_a_post(as_user, member):
    client = as_user(member)
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/me/").status_code == 200
    assert client.post("/accounts/logout/").status_code == 303
    assert client.get("/me/").status_code == 302


@pytest.mark.parametrize("method", ["get", "post"])
def test_sign_up_is_closed(client, db, method):
    answer = getattr(client, method)("/accounts/signup/", {"email": "a@b.co", "password1": NEW, "password2": NEW})
    assert b"By invitation only" in answer.content
    assert not User.objects.exists()


@pytest.mark.parametrize("path", ["email/", "reauthenticate/", "login/code/confirm/", "social/", "password/"])
def test_what_is_not_offered_is_404(as_user, member, path):
    assert as_user(member).get(f"/accounts/{path}").status_code == 404


def test_an_unverified_email_is_confirmed_by_mail_first(client, acme):
    user = UserFactory(account=acme, verified_email=False)
    assert sign_in(client, user.email)["Location"] == "/accounts/confirm-email/"
    assert client.get("/me/").status_code == 302
    link = re.search(r"http://testserver(/accounts/confirm-email/\S+)", mail.outbox[0].body).group(1)
    assert client.get(link).status_code == 200
    client.post(link)
    assert EmailAddress.objects.get(user=user).verified
    assert b"This link has ended" in client.get("/accounts/confirm-email/nonsense/").content


class TestPassword:
    def test_is_changed_and_other_sessions_end(self, as_user, member):
        here, there = as_user(member), as_user(member)
        data = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
        assert here.post("/accounts/password/change/", data)["Location"] == "/me/"
        assert here.get("/me/").status_code == 200
        assert there.get("/me/").status_code == 302

    @pytest.mark.parametrize(
        "change",
        [{"oldpassword": "wrong"}, {"password2": "different one"}, {"password1": "short", "password2": "short"}],
    )
    def test_a_bad_change_is_422(self, as_user, member, change):
        data = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW} | change
        assert as_user(member).post("/accounts/password/change/", data).status_code == 422
        member.refresh_from_db()
        assert member.check_password(PASSWORD)

    def test_visitors_change_nothing(self, client, db):
        assert client.get("/accounts/password/change/").status_code == 302

    def test_is_reset_by_a_link_that_works_once(self, client, as_user, member):
        there = as_user(member)
        client.post(RESET, {"email": member.email})
        link = re.search(r"http://testserver(/accounts/\S+)", mail.outbox[0].body).group(1)
        form = client.get(link)["Location"]
        assert client.post(form, {"password1": "x", "password2": "x"}).status_code == 422
        assert client.post(form, {"password1": NEW, "password2": NEW}).status_code == 303
        assert there.get("/me/").status_code == 302
        assert sign_in(client, member.email, NEW).status_code == 303
        assert b"This link has ended" in Client().get(link).content

    def test_resetting_tells_nothing_about_who_exists(self, client, member):
        known = client.post(RESET, {"email": member.email})
        unknown = client.post(RESET, {"email": "nobody@x.example"})
        assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
        assert known.status_code == 303
        assert [message.to for message in mail.outbox] == [[member.email], ["nobody@x.example"]]
        assert client.post(RESET, {"email": "nonsense"}).status_code == 422

    def test_a_broken_mail_server_tells_nothing_either(self, client, member):
        broken = {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": 1,
        }
        with override_settings(**broken):
            assert client.post(RESET, {"email": member.email}).status_code == 303

    def test_mails_for_the_deactivated_hold_no_link(self, client, boss, member, colleague):
        services.deactivate_user(boss, user=member, successor=colleague)
        client.post(RESET, {"email": member.email})
        assert "/accounts/password/" not in mail.outbox[0].body


def test_passwords_are_kept_by_argon2():
    from contacts_project import settings as written

    with override_settings(PASSWORD_HASHERS=written.PASSWORD_HASHERS):
        assert get_hasher().algorithm == "argon2"


@pytest.mark.parametrize(
    "path",
    ["login/", "inactive/", "signup/", "confirm-email/", "password/reset/", "password/reset/done/",
     "password/reset/key/done/", "password/reset/key/1-abc-def/"],
)  # fmt: skip
def test_pages_for_visitors_wear_the_look_and_nothing_inline(client, db, path):
    page = client.get(f"/accounts/{path}").content.decode()
    assert "k-solo-card" in page
    assert not re.search(r"\sstyle=|<script(?![^>]*src=)|\son\w+=", page)
