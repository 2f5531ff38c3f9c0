"""Phones: the tab bar, open filters, Select. That nothing scrolls sideways is looked at with axe (`looks`)."""

import re

from playwright.sync_api import expect

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def test_the_tab_bar_leads_everywhere(as_user):
    page = as_user("owner@acme.example", **PHONE)
    page.goto("/")
    bar = page.get_by_role("navigation", name="Main, small screens")
    expect(page.locator("#side")).to_be_hidden()
    bar.get_by_role("link", name="Today").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Today")
    bar.get_by_role("link", name="Contacts").click()
    expect(bar.locator("[aria-current=page]")).to_have_text("Contacts")
    bar.get_by_role("button", name="More").click()
    expect(page.locator("#side")).to_be_visible()
    page.locator("#side").get_by_role("link", name="Requests").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Requests")


def test_an_open_filter_stays_on_the_screen(as_user):
    page = as_user("owner@acme.example", **PHONE)
    page.goto("/contacts/")
    for name in ("Department", "Kind", "Tag", "Blocked", "Owner"):
        page.locator("summary.k-chip", has_text=name).click()
        box = page.locator("details[open] .k-ddm").bounding_box()
        assert box["x"] >= 0, name
        assert box["x"] + box["width"] <= 390, name
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
    page.locator("details[open]").get_by_label("Me", exact=True).check()
    page.locator("details[open]").get_by_role("button", name="Show").click()
    expect(page.locator("#count-here")).to_have_text(re.compile(r"^\d+$"))
    expect(page.locator(".k-chip.is-on").first).to_contain_text("Owner: Me")


def test_select_mode_archives_on_a_phone(as_user, team):
    for name in ("Ada", "Bea"):
        team.contact(name, "Alder", phone="+12025550142")
    page = as_user(team.owner, **PHONE)
    page.goto("/contacts/")
    expect(page.get_by_label("Select Ada Alder")).to_be_hidden()
    expect(page.locator("#rows tr").first).to_contain_text("(202) 555-0142")
    page.get_by_role("link", name="Select", exact=True).click()
    page.get_by_label("Select Ada Alder").check()
    page.get_by_role("toolbar").get_by_role("button", name="Archive", exact=True).click()
    expect(page.locator("[data-toast]")).to_contain_text("1 contact archived")
    expect(page.locator("#rows a.k-name")).to_have_text(["Bea Alder"])


def test_main_actions_are_large_enough_for_a_finger(as_user, team):
    contact = team.contact(phone="+12025550142")
    page = as_user(team.owner, **PHONE)
    page.goto(f"/contacts/{contact.pk}/")
    for action in page.locator(".k-rec .k-actions .btn:visible, .k-tabbar > *:visible").all():
        assert action.bounding_box()["height"] >= 40, action.inner_text()


def test_a_contact_is_made_on_a_phone(as_user, team):
    page = as_user(team.owner, **PHONE)
    page.goto("/contacts/")
    page.get_by_role("banner").get_by_role("link", name="New contact").click()
    page.get_by_label("Company", exact=True).fill("Harbor Bakery")
    page.get_by_role("button", name="Create contact").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Harbor Bakery")
    expect(page.get_by_role("link", name=re.compile("Back"))).to_be_visible()
