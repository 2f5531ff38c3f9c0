"""create_account and create_staff."""

import io
import re

import pytest
from django.core.management import CommandError, call_command

from contacts_project.accounts.models import Account, User

PASSWORD = "a quite unusual sentence"


def run(*arguments):
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def path_in(text):
    return re.search(r"http://site\.example(/\S+)", text).group(1)


def test_create_account_prints_a_link_that_makes_its_administrator(client, db):
    out = run(
        "create_account", "Acme", "--admin", "Boss@Acme.example", "--region", "gb", "--address", "http://site.example"
    )
    link = path_in(out)
    assert client.get(link).status_code == 200
    client.post(link, {"name": "Bo", "password1": PASSWORD, "password2": PASSWORD})
    user = User.objects.get()
    assert (user.email, user.is_account_admin, user.account.name, user.account.default_region) == (
        "boss@acme.example", True, "Acme", "GB",
    )  # fmt: skip
    assert client.get("/people/").status_code == 200


@pytest.mark.parametrize(
    "arguments", [("", "a@b.co"), ("Acme", "nonsense"), ("Acme", "mem@acme.example"), ("x" * 121, "a@b.co")]
)
def test_create_account_refuses_in_a_sentence_and_makes_nothing(member, arguments):
    name, email = arguments
    with pytest.raises(CommandError):
        run("create_account", name, "--admin", email)
    assert Account.objects.count() == 1


@pytest.mark.parametrize("more", [("--region", "ZZ"), ("--time-zone", "Mars/Olympus")])
def test_create_account_knows_regions_and_zones(db, more):
    with pytest.raises(CommandError):
        run("create_account", "Acme", "--admin", "a@b.co", *more)


def test_create_staff_takes_the_password_from_the_environment(client, db, monkeypatch):
    monkeypatch.setenv("STAFF_PASSWORD", PASSWORD)
    run("create_staff", "Ops@kithline.example")
    user = User.objects.get()
    assert (user.email, user.is_staff, user.is_superuser, user.account_id) == (
        "ops@kithline.example",
        True,
        False,
        None,
    )
    answer = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert answer["Location"] == "/admin/"


def test_create_staff_prints_a_link_where_nobody_can_be_asked(client, db):
    link = path_in(
        run("create_staff", "ops@kithline.example", "--link", "--superuser", "--address", "http://site.example")
    )
    client.post(client.get(link)["Location"], {"password1": PASSWORD, "password2": PASSWORD})
    user = User.objects.get()
    assert user.check_password(PASSWORD)
    assert user.is_superuser


def test_create_staff_refuses_weak_passwords_and_taken_emails(member, monkeypatch):
    with pytest.raises(CommandError, match="already"):
        run("create_staff", member.email, "--link")
    monkeypatch.setenv("STAFF_PASSWORD", "short")
    with pytest.raises(CommandError, match="too short"):
        run("create_staff", "ops@kithline.example")
    assert not User.objects.filter(is_staff=True).exists()
