"""The ground under every page: sign-in, static files, an expired session, errors that replace nothing."""

import re

from django.contrib.sessions.models import Session
from playwright.sync_api import expect


def test_static_files_are_kept_by_the_browser_and_named_by_content(page):
    page.goto("/accounts/login/")
    address = page.locator("link[rel=stylesheet]").first.get_attribute("href")
    answer = page.request.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.ok
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"


def test_sign_in_works_without_javascript(new_page, sign_in):
    page = new_page(java_script_enabled=False)
    sign_in(page, "owner@acme.example")
    expect(page.locator("#main")).to_be_visible()


def test_an_expired_session_leads_to_sign_in_and_back(page, sign_in):
    sign_in(page, "outsider@acme.example")
    page.goto("/contacts/")
    Session.objects.all().delete()
    # The promise is not waited for: the answer leaves the page on which it would be kept.
    page.evaluate("() => { htmx.ajax('GET', '/contacts/', {target: '#main'}) }")
    # Looked at until it is so: the page's news ask for sign-in as well, and one way there ends the other.
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=/contacts/$"))
    expect(page.locator("[name=login]")).to_be_visible()


def test_an_error_under_htmx_replaces_nothing(page, sign_in):
    sign_in(page, "outsider@acme.example")
    page.goto("/contacts/")
    page.evaluate("htmx.ajax('GET', '/contacts/999999999/', {target: '#main'})")
    expect(page.locator("#error")).to_contain_text("Nothing here that you can open")
    expect(page.locator("#main h1").first).to_contain_text("Contacts")
