"""Blocks: of a contact for a department, seen on its record and in lists, lifted from the department's page."""

import pytest
from playwright.sync_api import expect

from .office import of
from .team import at

NUMBER = "+12025550195"
OFF = {"java_script_enabled": False}


def toast(page, words):
    expect(page.locator("[data-toast]").filter(has_text=words)).to_be_visible()


def block(page, contact):
    page.goto(at(contact))
    page.get_by_role("button", name="More actions").click()
    page.locator("#record-more").get_by_role("link", name="Block").click()
    expect(page.get_by_role("checkbox", name="Sales")).to_be_checked()
    page.get_by_label("Reason (optional)").fill("Rings every evening")
    page.get_by_role("button", name="Block", exact=True).click()
    toast(page, "Dana Whitfield blocked for Sales")


@pytest.mark.parametrize("options", [{}, OFF], ids=["script", "no-script"])
def test_from_a_block_to_its_lifting(as_user, office, options):
    contact = office.department_contact(phone=NUMBER)
    office.department_contact(given_name="Ada", family_name="Alder")
    page = as_user(office.lead, **options)
    block(page, contact)
    expect(page.locator("#main [data-block-id]")).to_contain_text("Blocked for Sales")
    expect(page.locator("#main [data-block-id]")).to_contain_text("Rings every evening")
    expect(page.locator(".k-tagrow [data-blocked]")).to_be_visible()
    page.goto("/contacts/")
    expect(page.locator("#rows tr")).to_have_count(2)
    expect(page.locator("#rows [data-blocked]")).to_have_count(1)
    page.locator("summary", has_text="Blocked").click()
    page.locator("details[open]").get_by_label("Only blocked").check()
    page.locator("details[open]").get_by_role("button", name="Show").click()
    expect(page.locator("#rows a.k-name")).to_have_text(["Dana Whitfield"])
    page.goto(of(office.sales, "blocks/"))
    page.get_by_role("button", name="Lift the block on Dana Whitfield").click()
    toast(page, "unblocked for Sales")
    expect(page.locator("[data-block-id]")).to_have_count(0)
    page.goto(at(contact))
    expect(page.locator("[data-blocked]")).to_have_count(0)


def test_undo_lifts_and_unblock_stands_in_the_banner(as_user, office):
    contact = office.department_contact(phone=NUMBER)
    page = as_user(office.lead)
    block(page, contact)
    page.locator("[data-toast]").get_by_role("button", name="Undo").click()
    expect(page.locator("[data-blocked]")).to_have_count(0)
    block(page, contact)
    page.locator("#main [data-block-id]").get_by_role("button", name="Unblock for Sales").click()
    toast(page, "Dana Whitfield unblocked for Sales")
    expect(page.locator("[data-blocked]")).to_have_count(0)


def test_a_number_without_a_contact_is_blocked_on_the_departments_page(as_user, office):
    page = as_user(office.lead)
    page.goto(of(office.sales, "blocks/"))
    page.get_by_label("Number or email").fill("202 555 0195")
    page.get_by_role("button", name="Block for Sales").click()
    line = page.locator("[data-block-id]")
    expect(line).to_contain_text("(202) 555-0195")
    theirs = as_user(office.operator)
    theirs.goto(of(office.sales, "blocks/"))
    expect(theirs.locator("[data-block-id]")).to_have_count(1)
    expect(theirs.locator("[data-action=lift], [data-action=block]")).to_have_count(0)
    line.get_by_role("button", name="Lift the block on (202) 555-0195").click()
    expect(line).to_have_count(0)


def test_a_call_from_a_blocked_number_makes_no_contact(as_user, office):
    page = as_user(office.lead)
    page.goto(of(office.sales, "blocks/"))
    page.get_by_label("Number or email").fill("202 555 0195")
    page.get_by_role("button", name="Block for Sales").click()
    expect(page.locator("[data-block-id]")).to_have_count(1)
    page.goto(of(office.sales, "calls/"))
    page.get_by_label("Number", exact=True).fill("202 555 0195")
    page.get_by_label("Direction").select_option("in")
    page.get_by_role("button", name="Save call").click()
    toast(page, "Call recorded as blocked. Nobody was added to Sales")
    expect(page.locator("#department-activity [data-interaction-id]")).to_contain_text("Blocked")
    page.goto("/contacts/")
    expect(page.locator("#rows tr")).to_have_count(0)
