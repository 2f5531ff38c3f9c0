"""The collection: create, search, filter, sort, load more, columns and views."""

import re

import pytest
from playwright.sync_api import expect

from contacts.models import Contact, ContactTag, Tag
from tests.factories_contacts import ContactFactory, share

from .team import at


def names(page):
    return page.locator("#rows a.k-name")


@pytest.fixture
def many(team):
    """Sixty people from "Person 00 Alder" on, so that there is a second page."""
    for number in range(60):
        team.contact(f"Person {number:02}", "Alder")
    return team


def test_create_a_contact(as_user, team):
    page = as_user(team.owner)
    page.goto("/contacts/")
    page.get_by_role("link", name="Add one by hand").click()
    page.get_by_label("Given name").fill("Grace")
    page.get_by_label("Family name").fill("Hopper")
    page.get_by_role("textbox", name="Number").fill("(202) 555-0143")
    page.get_by_label("First note").fill("Met at the fair")
    page.get_by_role("button", name="Create contact").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Grace Hopper")
    expect(page.locator("#main")).to_contain_text("(202) 555-0143")
    expect(page.locator("#main")).to_contain_text("Met at the fair")


def test_creating_hints_at_a_visible_duplicate_and_goes_on(as_user, team):
    known = team.contact(phone="+12025550142")
    page = as_user(team.owner)
    page.goto("/contacts/new/")
    page.get_by_label("Given name").fill("Renata")
    page.get_by_role("textbox", name="Number").fill("202 555 0142")
    page.get_by_label("Extension").focus()
    hint = page.locator("#contact-duplicates")
    expect(hint).to_contain_text("You already have someone")
    expect(hint.get_by_role("link", name="Open it")).to_have_attribute("href", at(known))
    hint.get_by_role("button", name="Create anyway").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Renata")


def test_a_hidden_duplicate_is_not_hinted_at(as_user, team):
    team.contact(phone="+12025550142")
    page = as_user(team.outsider)
    page.goto("/contacts/new/")
    page.get_by_label("Given name").fill("Renata")
    page.get_by_role("textbox", name="Number").fill("202 555 0142")
    page.get_by_role("button", name="Create contact").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Renata")


def test_search_finds_as_one_types(as_user, team):
    team.contact("Ada", "Lovelace", company="Analytical Engines", phone="+12025550142", email="ada@engine.example")
    team.contact("Zoë", "Other", phone="+13035550177")
    page = as_user(team.owner)
    page.goto("/contacts/")
    for typed in ("lovel", "ADA", "Analytical", "ada@engine", "0142", "+1 202 555", "2025550142", "lovelàce"):
        page.locator("#q").press_sequentially(typed)
        expect(names(page), typed).to_have_text(["Ada Lovelace"])
        expect(page.locator("#q")).to_be_focused()
        expect(page).to_have_url(re.compile(r"\?q="))
        expect(page.locator("#count-here")).to_have_text("1")
        page.locator("#q").fill("")
        expect(page.locator("#count-here")).to_have_text("2")


def test_a_search_without_a_match_says_so_and_offers_the_archived_one(as_user, team):
    contact = team.contact("Ada", "Lovelace")
    Contact.objects.filter(pk=contact.pk).update(archived_at=contact.created_at)
    page = as_user(team.owner)
    page.goto("/contacts/")
    page.goto("/contacts/?q=lovelace")
    expect(page.locator("#collection")).to_contain_text("No contacts match “lovelace”")
    page.get_by_role("link", name="Show the archived match").click()
    expect(names(page)).to_have_text(["Ada Lovelace"])


def test_filters_are_chips_that_stand_in_the_address(as_user, team):
    tag = Tag.objects.create(account=team.account, name="Warranty")
    ContactTag.objects.create(contact=team.contact("Ada", "Lovelace"), tag=tag)
    team.contact("Zoë", "Other")
    page = as_user(team.owner)
    page.goto("/contacts/")
    page.locator("summary", has_text="Tag").click()
    page.get_by_label("Warranty").check()
    page.locator("details[open]").get_by_role("button", name="Show").click()
    expect(names(page)).to_have_text(["Ada Lovelace"])
    expect(page).to_have_url(re.compile(rf"tag={tag.pk}"))
    page.get_by_role("link", name="Remove filter Tag").click()
    expect(names(page)).to_have_count(2)


def test_sorting_by_name_turns_round(as_user, team):
    for name in ("Bea", "Ada", "Cyd"):
        team.contact(name, "Alder")
    page = as_user(team.owner)
    page.goto("/contacts/")
    expect(names(page)).to_have_text(["Ada Alder", "Bea Alder", "Cyd Alder"])
    page.locator("th").get_by_role("link", name="Name").click()
    expect(names(page)).to_have_text(["Cyd Alder", "Bea Alder", "Ada Alder"])
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Name")


def test_load_more_goes_on_where_the_page_ends(as_user, many):
    page = as_user(many.owner)
    page.goto("/contacts/")
    expect(names(page)).to_have_count(50)
    expect(page.locator("#count-here")).to_have_text("60")
    page.get_by_role("link", name="Load 50 more").click()
    expect(names(page)).to_have_count(60)
    expect(names(page).last).to_have_text("Person 59 Alder")
    expect(page.locator("#shown")).to_have_text("60 of 60 shown")
    expect(page.get_by_role("link", name="Load 50 more")).to_have_count(0)


def test_columns_are_chosen_and_kept(as_user, team):
    team.contact(company="Harbor Bakery", email="ren@example.com")
    page = as_user(team.owner)
    page.goto("/contacts/")
    page.locator("summary", has_text="Columns").click()
    page.get_by_label("Company").check()
    page.get_by_label("Phone").uncheck()
    page.get_by_role("button", name="Show these").click()
    for _ in range(2):
        expect(page.get_by_role("columnheader", name="Company")).to_be_visible()
        expect(page.get_by_role("columnheader", name="Phone")).to_have_count(0)
        page.goto("/contacts/")


def test_views_tell_ones_own_from_the_shared(as_user, team):
    team.contact("Ada", "Own")
    share(ContactFactory(owner=team.manager, given_name="Bea", family_name="Shared"), team.owner, "read")
    page = as_user(team.owner)
    page.goto("/contacts/")
    expect(names(page)).to_have_text(["Ada Own", "Bea Shared"])
    page.get_by_role("navigation", name="Views").get_by_role("link", name=re.compile("^Mine")).click()
    expect(names(page)).to_have_text(["Ada Own"])
    page.get_by_role("link", name=re.compile("^Shared with me")).click()
    expect(names(page)).to_have_text(["Bea Shared"])
    expect(page.locator(".k-tabs [aria-current=page]")).to_contain_text("Shared with me")


def test_the_search_page_finds_people_and_notes(as_user, team):
    contact = team.contact("Ada", "Lovelace")
    contact.notes.create(body="Prefers the difference engine", author=team.owner)
    page = as_user(team.owner)
    page.goto("/search/")
    page.get_by_role("searchbox").fill("difference")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator("#search-results")).to_contain_text("Prefers the difference engine")
    expect(page.locator("#search-results mark")).to_have_text("difference")
