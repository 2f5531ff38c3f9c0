"""Signing in and out, as a person does it."""

import os
import re

from django.contrib.sessions.models import Session
from playwright.sync_api import expect

# What each demo user finds among the contacts; the first page after signing in is the inbox (contract.md).
DEMO = {
    "admin@acme.example": "Contacts",
    "compliance@acme.example": "Contacts",
    "owner@acme.example": "Renee Martinez",
    "manager@acme.example": "Renee Martinez",
    "writer@acme.example": "Renee Martinez",
    "reader@acme.example": "Renee Martinez",
    "outsider@acme.example": "Your contacts start here",
    "sales.admin@acme.example": "Contacts",
    "sales.operator@acme.example": "Contacts",
    "support.admin@acme.example": "Contacts",
    "support.operator@acme.example": "Contacts",
    "seller@acme.example": "Renee Martinez",
    "admin@globex.example": "Contacts",
    "owner@globex.example": "Globex",
}
SOME = {"owner@acme.example", "outsider@acme.example", "sales.operator@acme.example", "admin@globex.example"}


def test_each_demo_user_signs_in(page, sign_in):
    """One after the other in one window; EVERY_VALUE=1 takes all of them."""
    for email in DEMO if os.environ.get("EVERY_VALUE") else SOME:
        found = DEMO[email]
        sign_in(page, email)
        expect(page).to_have_url(re.compile(r"/conversations/$"))
        page.goto("/contacts/")
        page.locator("#q").fill("Renee Martinez" if found == "Renee Martinez" else "")
        expect(page.locator("#main"), email).to_contain_text(found)
        page.context.clear_cookies()


def test_a_wrong_password_is_said_at_the_form(page):
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill("owner@acme.example")
    page.get_by_label("Password", exact=True).fill("not it")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("do not match")
    expect(page.get_by_label("Email")).to_have_value("owner@acme.example")
    expect(page.get_by_label("Password", exact=True)).to_have_value("")


def test_signing_out_ends_the_session(as_user):
    page = as_user("outsider@acme.example")
    page.goto("/contacts/")
    page.locator(".k-me").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("[name=password]")).to_be_visible()
    page.goto("/contacts/")
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=/contacts/$"))


def test_an_expired_session_while_searching_leads_to_sign_in_and_back(as_user, team):
    team.contact("Ada", "Lovelace")
    page = as_user(team.owner)
    page.goto("/contacts/")
    expect(page.locator("#count-here")).to_have_text("1")
    key = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "sessionid")
    Session.objects.filter(session_key=key).delete()
    page.locator("#q").fill("ada")
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=/contacts/"))
    page.locator("[name=login]").fill(team.owner.email)
    page.locator("[name=password]").fill("kithline-demo")
    page.locator("[name=password]").press("Enter")
    expect(page.get_by_role("link", name="Ada Lovelace", exact=True)).to_be_visible()
