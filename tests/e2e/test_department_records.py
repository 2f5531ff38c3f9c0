"""Records of departments: beside a personal one, shared with an original owner, removed, and their edit history."""

import re

import pghistory
import pytest
from playwright.sync_api import expect

from contacts_project.accounts.models import User
from tests.factories_contacts import share
from tests.factories_departments import operate

from .office import of
from .team import at

NUMBER = "+12025550142"


def toast(page, words):
    expect(page.locator("[data-toast]").filter(has_text=words)).to_be_visible()


def more(page, words, role="link"):
    page.get_by_role("button", name="More actions").click()
    page.locator("#record-more").get_by_role(role, name=words).click()


@pytest.fixture
def seller(office):
    """Operates Sales and holds Write on the personal record of somebody whom Sales knows too."""
    operate(office.sales, office.colleague)
    return office.colleague


@pytest.fixture
def twins(office, seller):
    personal = share(office.personal(phone=NUMBER), seller, "write")
    return personal, office.department_contact(given_name="Renee", family_name="Martinez", phone=NUMBER)


def test_a_personal_record_shows_the_tag_and_points_to_the_other(as_user, office, seller, twins):
    personal, department = twins
    page = as_user(seller)
    page.goto(at(personal))
    expect(page.locator(".k-tagrow [data-department-tag=Sales]")).to_be_visible()
    pointer = page.locator(f"[data-twin='{department.pk}']")
    expect(pointer).to_contain_text("with the same number")
    pointer.get_by_role("link", name="Renee Martinez").click()
    expect(page.locator(".k-recroot")).to_have_attribute("data-kind", "department")
    expect(page.locator(f"[data-twin='{personal.pk}']")).to_contain_text("Personal record of Olive Bergstrom")
    for user, record in ((office.owner, personal), (office.operator, department)):
        other = as_user(user)
        other.goto(at(record))
        expect(other.get_by_role("heading", level=1)).to_have_text("Renee Martinez")
        expect(other.locator("[data-twin]")).to_have_count(0)


def test_search_shows_one_person_with_both_records(as_user, seller, twins):
    page = as_user(seller)
    page.goto("/search/?q=martinez")
    expect(page.locator(".k-hit")).to_have_count(1)
    both = page.locator(".k-twin [data-contact-id]")
    expect(both).to_have_count(2)
    assert {one.get_attribute("data-kind") for one in both.all()} == {"personal", "department"}
    both.get_by_role("link", name="Open the Department record").click()
    expect(page).to_have_url(re.compile(f"{at(twins[1])}$"))


def test_a_suggested_change_is_accepted_with_one_click_and_both_are_named(as_user, office):
    contact = office.shared(phone=NUMBER, company="Raman Textiles")
    page, owner = as_user(office.operator), as_user(office.owner)
    page.goto(at(contact, "details/"))
    expect(page.locator(".k-rec")).to_contain_text("Original owner: Olive Bergstrom")
    expect(page.locator(".k-rec")).to_contain_text("Only the original owner can edit")
    expect(page.locator("[data-action=edit]")).to_have_count(0)
    page.get_by_role("link", name="Suggest a change").click()
    page.get_by_label("Company", exact=True).fill("Raman & Daughters")
    page.get_by_role("button", name="Send suggestion").click()
    toast(page, "Sent. Olive Bergstrom can answer")
    owner.goto("/access-requests/")
    asked = owner.locator("[data-request-id]")
    expect(asked.locator("ins")).to_have_text("Raman & Daughters")
    asked.get_by_role("button", name="Accept").click()
    toast(owner, "Priya Raman changed as Omar Iversen suggested")
    third = as_user(office.lead)
    third.goto(at(contact, "edit-history/"))
    entry = third.locator("#edits > li").first
    expect(entry).to_contain_text("Olive Bergstrom changed 1 field, as Omar Iversen suggested")


def test_an_operator_asks_to_block_and_the_admin_operator_blocks_from_requests(as_user, office):
    contact = office.department_contact(phone=NUMBER)
    page, lead = as_user(office.operator), as_user(office.lead)
    page.goto(at(contact))
    expect(page.locator("[data-action=block], [data-action=archive]")).to_have_count(0)
    more(page, "Ask an Admin Operator to block")
    page.get_by_label("Reason").fill("Advertising by machine")
    page.get_by_role("button", name="Send request").click()
    toast(page, "Sent. The Admin Operators can answer")
    lead.goto("/access-requests/")
    lead.get_by_role("button", name="Block for Sales").click()
    toast(lead, "Dana Whitfield blocked")
    expect(lead.locator("[data-request-id]")).to_have_count(0)
    page.goto(at(contact))
    expect(page.locator("#main [data-block-id]")).to_contain_text("Blocked for Sales")
    expect(page.locator("[data-action=unblock]")).to_have_count(0)


def test_removed_from_one_department_and_restored(as_user, office):
    contact = office.department_contact(office.sales, office.support)
    page = as_user(office.lead)
    page.goto(at(contact))
    more(page, "Remove from Sales", "button")
    toast(page, "Removed from Sales. Support keeps it")
    page.goto(at(contact))
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing here that you can open")
    theirs = as_user(office.other_lead)
    theirs.goto(at(contact))
    expect(theirs.locator(".k-tagrow [data-department-tag]")).to_have_text(["Support"])
    page.goto(of(office.sales, "removed/"))
    page.get_by_role("button", name="Restore Dana Whitfield").click()
    toast(page, "Dana Whitfield is back in Sales")
    page.goto(at(contact))
    expect(page.locator(".k-tagrow [data-department-tag]")).to_have_count(2)


def test_the_last_department_archives_it_and_undo_brings_it_back(as_user, office):
    contact = office.department_contact()
    page = as_user(office.lead)
    page.goto(at(contact))
    more(page, re.compile("Archive|Remove from Sales"), "button")
    toast(page, "Dana Whitfield archived")
    page.locator("[data-toast]").get_by_role("button", name="Undo").click()
    expect(page.locator("[data-archived='0']").first).to_be_visible()


def edited(contact, user: User, **values):
    """A saving of `user`, as the database records it."""
    with pghistory.context(user=user.pk, source="page"):
        for name, value in values.items():
            setattr(contact, name, value)
        contact.save()


def test_the_edit_history_opens_as_a_panel_and_gives_the_focus_back(as_user, office):
    contact = office.department_contact(company="Bright Dental")
    page = as_user(office.operator)
    page.goto(at(contact, "details/"))
    opener = page.locator("#details-record").get_by_role("link", name="Edit history")
    opener.click()
    panel = page.get_by_role("dialog", name="Edit history")
    expect(panel.locator("#edits > li").first).to_be_visible()
    expect(panel.get_by_role("heading", name="Edit history")).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(opener).to_be_focused()


def test_one_value_is_restored(as_user, office):
    contact = office.department_contact(company="Bright Dental", job_title="Buyer")
    edited(contact, office.lead, company="Bright", job_title="Head")
    page = as_user(office.operator)
    page.goto(at(contact, "details/"))
    page.locator("#details-record").get_by_role("link", name="Edit history").click()
    panel = page.get_by_role("dialog", name="Edit history")
    expect(panel.locator("#edits > li").first).to_contain_text("Lena Holm")
    panel.get_by_role("button", name="Restore Company to before this").click()
    toast(page, "Restored")
    expect(panel.locator("#edits > li").first).to_contain_text("You changed 1 field from the edit history")
    expect(panel.get_by_role("heading", name="Edit history")).to_be_focused()
    panel.get_by_role("link", name="Close").click()
    expect(page.locator("#details-name")).to_contain_text("Bright Dental")
    expect(page.locator("#details-name")).to_contain_text("Head")


def test_the_edit_history_without_script(as_user, office):
    contact = office.department_contact(company="Bright Dental")
    edited(contact, office.lead, company="Bright")
    page = as_user(office.operator, java_script_enabled=False)
    page.goto(at(contact, "details/"))
    page.locator("#details-record").get_by_role("link", name="Edit history").click()
    page.get_by_role("button", name="Restore to before this").first.click()
    toast(page, "Restored")
    page.goto(at(contact, "details/"))
    expect(page.locator("#details-name")).to_contain_text("Bright Dental")
