"""Everything by keys (DESIGN.md section 5), and keys turned off."""

import re

import pytest
from playwright.sync_api import expect

from .team import at


@pytest.fixture
def page(as_user, team):
    for name in ("Ada", "Bea", "Cyd"):
        team.contact(name, "Alder")
    page = as_user(team.owner)
    page.goto("/contacts/")
    return page


def press(page, keys):
    for key in keys.split():
        page.keyboard.press(key)


def test_slash_goes_to_the_search_of_the_page(page):
    press(page, "/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("bea c")
    expect(page.locator("#q")).to_have_value("bea c")
    page.goto("/today/")
    press(page, "/")
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_letters_lead_to_pages(page):
    for keys, address in (("g t", "/today/"), ("g c", "/contacts/"), ("c", "/contacts/new/"), ("Escape", "/contacts/")):
        press(page, keys)
        page.wait_for_url(f"**{address}")
    press(page, "?")
    expect(page.get_by_role("heading", level=1)).to_have_text("Help and keys")


def test_rows_are_walked_selected_and_opened(page):
    press(page, "j j")
    expect(page.get_by_role("link", name="Bea Alder")).to_be_focused()
    press(page, "x j x k")
    expect(page.get_by_role("toolbar")).to_contain_text("2 selected")
    press(page, "Escape")
    expect(page.get_by_role("toolbar")).to_be_hidden()
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bea Alder")


def test_on_a_contact_n_writes_a_note_and_control_enter_adds_it(page, team):
    page.goto(at(team.contact("Dee", "Alder")))
    press(page, "n")
    page.wait_for_url("**/notes/")
    press(page, "n")
    expect(page.get_by_label("Note", exact=True)).to_be_focused()
    page.keyboard.type("Call after nine")
    press(page, "Control+Enter")
    expect(page.locator("#notes")).to_contain_text("Call after nine")


def test_on_a_contact_f_is_the_follow_up(page, team):
    page.goto(at(team.contact("Dee", "Alder")))
    press(page, "f")
    expect(page.get_by_label("What")).to_be_visible()


def test_escape_cancels_an_edit(page, team):
    page.goto(at(team.contact("Dee", "Alder"), "details/"))
    page.locator("#edit-company").press("Enter")
    expect(page.get_by_label("Company", exact=True)).to_be_focused()
    page.get_by_role("link", name="Cancel").press("Escape")
    expect(page.get_by_label("Company", exact=True)).to_have_count(0)


def test_keys_turned_off_in_my_settings(page):
    page.goto("/me/")
    page.get_by_role("checkbox", name=re.compile("Single-letter keys")).uncheck()
    page.get_by_role("button", name=re.compile("^Save")).first.click()
    expect(page.locator("html")).to_have_attribute("data-keys", "off")
    page.goto("/contacts/")
    press(page, "c")
    press(page, "/")
    expect(page.locator("#q")).not_to_be_focused()
    expect(page).to_have_url(re.compile("/contacts/$"))


def test_the_first_tab_stop_skips_to_the_content(page):
    press(page, "Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    press(page, "Enter")
    expect(page.locator("#main")).to_be_focused()
