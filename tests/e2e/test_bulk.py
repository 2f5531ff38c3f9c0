"""Selected rows: archive and take it back, the Archived switch, sharing, and all that match."""

import re

import pytest
from playwright.sync_api import expect

from contacts.models import Contact
from tests.factories_contacts import share


@pytest.fixture
def five(team):
    for name in ("Ada", "Bea", "Cyd", "Dee", "Eve"):
        team.contact(name, "Alder")
    return team


@pytest.fixture
def page(as_user, five):
    page = as_user(five.owner)
    page.goto("/contacts/")
    return page


def names(page):
    return page.locator("#rows a.k-name")


def tick(page, *people):
    for name in people:
        page.get_by_label(f"Select {name} Alder").check()


def bulk(page, action):
    page.get_by_role("toolbar").get_by_role("button", name=action, exact=True).click()


def live(team):
    return Contact.objects.filter(account=team.account, archived_at=None).count()


def test_the_bar_shows_with_a_selection_and_goes_with_it(page):
    bar = page.get_by_role("toolbar")
    expect(bar).to_be_hidden()
    page.get_by_label("Select Ada Alder").click()
    expect(bar).to_contain_text("1 selected")
    page.get_by_label("Select Dee Alder").click(modifiers=["Shift"])
    expect(bar).to_contain_text("4 selected")
    bar.get_by_role("link", name="Clear selection").click()
    expect(bar).to_be_hidden()


def test_archive_several_and_undo_in_the_message(page, five):
    tick(page, "Ada", "Cyd")
    bulk(page, "Archive")
    expect(names(page)).to_have_text(["Bea Alder", "Dee Alder", "Eve Alder"])
    toast = page.locator("[data-toast]")
    expect(toast).to_contain_text("2 contacts archived")
    toast.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-toast]")).to_contain_text("2 contacts put back")
    page.goto("/contacts/")
    expect(names(page)).to_have_count(5)
    assert live(five) == 5


def test_the_archived_switch_and_unarchive_on_the_selected_contact(page, five):
    tick(page, "Bea")
    bulk(page, "Archive")
    expect(names(page)).to_have_count(4)
    switch = page.get_by_role("switch", name="Archived")
    box = switch.bounding_box()
    size = page.viewport_size
    assert box["x"] + box["width"] > size["width"] * 0.9
    assert box["y"] + box["height"] > size["height"] * 0.9
    switch.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Archived contacts")
    expect(page.get_by_role("switch", name="Archived")).to_be_checked()
    tick(page, "Bea")
    bulk(page, "Unarchive")
    expect(page.locator("[data-toast]")).to_contain_text("unarchived")
    assert live(five) == 5


def test_the_menu_of_a_row_archives_it(page, five):
    page.get_by_role("button", name="More actions for Cyd Alder").click()
    page.get_by_role("button", name="Archive", exact=True).click()
    expect(page.locator("[data-toast]")).to_contain_text("Cyd Alder archived")
    expect(names(page)).to_have_count(4)


def test_share_several_with_a_colleague(page, as_user, five):
    tick(page, "Ada", "Bea")
    bulk(page, "Share")
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 contacts")
    page.locator("#bulk-form [name=user]").fill(five.reader.email)
    page.locator("#bulk-form [name=access]").select_option("read")
    page.locator("#bulk-form button").click()
    expect(page.locator("[data-toast]")).to_contain_text("2 contacts shared")
    theirs = as_user(five.reader)
    theirs.goto("/contacts/?view=shared")
    expect(names(theirs)).to_have_text(["Ada Alder", "Bea Alder"])


def test_tag_all_that_match(page, five):
    page.locator("#q").fill("alder")
    expect(page).to_have_url(re.compile("q=alder"))
    tick(page, "Ada")
    page.get_by_label("All that match").check()
    bulk(page, "Tag")
    expect(page.get_by_role("heading", level=1)).to_contain_text("all that match")
    page.locator("#bulk-form [name=tags]").fill("Orchard")
    page.locator("#bulk-form button").click()
    expect(page.locator("[data-toast]")).to_contain_text("5 contacts tagged")
    assert Contact.objects.filter(account=five.account, tags__name="Orchard").count() == 5


def test_what_could_not_be_done_is_said_with_its_reason(as_user, five):
    for name, level in (("Ada", "write"), ("Bea", "read")):
        share(Contact.objects.get(account=five.account, given_name=name), five.reader, level)
    page = as_user(five.reader)
    page.goto("/contacts/")
    tick(page, "Ada", "Bea")
    bulk(page, "Archive")
    expect(page.locator("[data-toast]")).to_contain_text("1 contact archived, 1 not done")
    page.get_by_role("link", name="Show why").click()
    expect(page.get_by_role("row", name=re.compile("Bea Alder"))).to_contain_text("Write")
