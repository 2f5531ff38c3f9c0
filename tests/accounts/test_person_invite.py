"""Inviting a pasted list, sending again, taking back."""

import datetime

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from contacts_project.accounts.links import link_to
from contacts_project.accounts.models import Invitation
from contacts_project.accounts.services import read_emails
from tests.accounts.conftest import HTMX

URL = "/people/invite/"


@pytest.mark.parametrize(
    ("text", "emails"),
    [
        ("a@b.co c@d.co,e@f.co;g@h.co\ni@j.co", ["a@b.co", "c@d.co", "e@f.co", "g@h.co", "i@j.co"]),
        ('Ann Lee <a@b.co>, "Lee, Bo" <c@d.co>', ["a@b.co", "c@d.co"]),
        ("Doe, Jane <j@d.co>\r\nmailto:k@d.co", ["j@d.co", "k@d.co"]),
        ("a@b.co\na@b.co\n\n", ["a@b.co"]),
        ("nobody here", ["nobody here"]),
        ("a@@b", ["a@@b"]),
    ],
)
def test_lists_are_read_with_any_separator(text, emails):
    assert read_emails(text) == emails


def test_inviting_makes_invitations_and_mails_without_secrets(as_user, boss):
    answer = as_user(boss).post(URL, {"emails": "new@x.example", "is_compliance_admin": "on"})
    assert (answer.status_code, answer["Location"]) == (303, "/people/")
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.is_compliance_admin, invitation.is_account_admin) == (
        "new@x.example",
        True,
        False,
    )
    assert invitation.expires_at - timezone.now() > datetime.timedelta(hours=71)
    job = ProcrastinateJob.objects.get()
    assert job.args == {"invitation_id": invitation.pk, "address": "http://testserver/"}


def test_the_page_says_once_what_became_of_each_address(as_user, boss, member):
    client = as_user(boss)
    client.post(URL, {"emails": "new@x.example, MEM@acme.example, nonsense"})
    page = client.get("/people/").content.decode()
    assert 'data-outcome="invited"' in page
    assert 'data-outcome="here"' in page
    assert 'data-outcome="invalid"' in page
    assert "data-outcome" not in client.get("/people/").content.decode()


def test_somebody_of_another_account_is_invited_like_anybody(as_user, boss, outsider):
    client = as_user(boss)
    client.post(URL, {"emails": f"{outsider.email} free@x.example"})
    rows = client.get("/people/").context["results"]
    assert {(row["outcome"], row["sentence"]) for row in rows} == {("invited", "Invited.")}


def test_an_open_invitation_is_renewed_with_the_new_roles(as_user, boss):
    client = as_user(boss)
    client.post(URL, {"emails": "new@x.example"})
    before = Invitation.objects.get()
    client.post(URL, {"emails": "NEW@x.example", "is_account_admin": "on"})
    after = Invitation.objects.get()
    assert after.is_account_admin
    assert after.token_hash != before.token_hash


@pytest.mark.parametrize("emails", ["", "   ", ", ;", " ".join(f"a{n}@x.example" for n in range(21))])
def test_none_and_more_than_20_are_422(as_user, boss, emails):
    answer = as_user(boss).post(URL, {"emails": emails})
    assert answer.status_code == 422
    assert not Invitation.objects.exists()


def test_20_at_once_are_taken(as_user, boss):
    emails = " ".join(f"a{n}@x.example" for n in range(20))
    assert as_user(boss).post(URL, {"emails": emails}).status_code == 303
    assert Invitation.objects.count() == 20


def test_htmx_gets_the_people_fragment_with_the_results(as_user, boss):
    answer = as_user(boss).post(URL, {"emails": "new@x.example"}, **HTMX)
    assert answer.status_code == 200
    assert b'data-outcome="invited"' in answer.content


def test_the_link_is_shown_where_mail_is_not_delivered(as_user, boss, settings):
    client = as_user(boss)
    client.post(URL, {"emails": "new@x.example"})
    link = link_to(Invitation.objects.get(), "http://testserver/")
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert link in client.get("/people/").content.decode()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert link not in client.get("/people/").content.decode()


def test_a_member_gets_403_a_visitor_sign_in_and_get_405(as_user, client, boss, member):
    assert as_user(member).post(URL, {"emails": "new@x.example"}).status_code == 403
    assert client.post(URL, {"emails": "new@x.example"}).status_code == 302
    assert as_user(boss).get(URL).status_code == 405
    assert not Invitation.objects.exists()


@pytest.fixture
def invitation(as_user, boss):
    as_user(boss).post(URL, {"emails": "new@x.example"})
    return Invitation.objects.get()


def test_sending_again_ends_the_old_link(as_user, boss, invitation):
    answer = as_user(boss).post(f"/people/invitations/{invitation.pk}/resend/")
    assert answer.status_code == 303
    assert Invitation.objects.get().token_hash != invitation.token_hash
    assert ProcrastinateJob.objects.count() == 2


def test_taking_back_ends_it(as_user, boss, invitation):
    assert as_user(boss).post(f"/people/invitations/{invitation.pk}/withdraw/").status_code == 303
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("action", ["resend", "withdraw"])
def test_invitations_of_another_account_are_404_and_members_get_403(
    as_user, boss, member, outsider, invitation, action
):
    url = f"/people/invitations/{invitation.pk}/{action}/"
    assert as_user(outsider).post(url).status_code == 404
    assert as_user(boss).post(f"/people/invitations/0/{action}/").status_code == 404
    assert as_user(member).post(url).status_code == 403
    assert as_user(boss).get(url).status_code == 405
    assert Invitation.objects.get().token_hash == invitation.token_hash
