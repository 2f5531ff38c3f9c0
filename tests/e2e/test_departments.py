"""Departments: made by an account administrator, run by their Admin Operators, read by everybody."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories_departments import operate

from .office import of


@pytest.fixture
def page(as_user, office):
    """The operators' page, as the Admin Operator sees it."""
    page = as_user(office.lead)
    page.goto(of(office.sales, "operators/"))
    return page


def row(page, user):
    return page.locator(f"tr[data-user-id='{user.pk}']")


def toast(page, words):
    expect(page.locator("[data-toast]").filter(has_text=words)).to_be_visible()


def test_a_department_is_made_and_its_first_admin_operator_named(as_user, office):
    page = as_user(office.chief)
    page.goto("/departments/")
    page.get_by_role("link", name="New department").click()
    page.get_by_label("Name", exact=True).fill("Field service")
    page.get_by_role("radio", name="Teal").check()
    page.get_by_label("First Admin Operator").fill("Cole Farkas")
    page.get_by_role("button", name="Create department").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Field service")
    page.get_by_role("link", name="Operators").click()
    expect(row(page, office.colleague)).to_contain_text("Admin Operator")
    theirs = as_user(office.colleague)
    theirs.goto("/departments/")
    line = theirs.get_by_role("row", name=re.compile("Field service"))
    expect(line.locator("[data-department-tag='Field service']")).to_have_attribute("data-hue", "teal")
    line.get_by_role("link", name="Field service").click()
    expect(theirs.locator(".k-rec")).to_contain_text("You are an Admin Operator here")


def test_a_name_that_is_taken_is_said_at_the_field(as_user, office):
    page = as_user(office.chief)
    page.goto("/departments/new/")
    page.get_by_label("Name", exact=True).fill("sales")
    page.get_by_label("First Admin Operator").fill("Cole Farkas")
    page.get_by_role("button", name="Create department").click()
    expect(page.locator("#id_name_error")).to_contain_text("A department has this name already.")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    expect(page.get_by_label("First Admin Operator")).to_have_value("Cole Farkas")


def test_operators_are_added_and_change_their_role(page, as_user, office):
    page.get_by_label("Add by name or email").fill("Cole Farkas")
    page.get_by_role("button", name="Add operator").click()
    expect(row(page, office.colleague)).to_have_attribute("data-role", "operator")
    expect(page.locator("#operators-count")).to_have_text("3")
    expect(page.get_by_label("Add by name or email")).to_be_focused()
    page.get_by_role("link", name="Department Operator, change role of Cole Farkas").click()
    page.get_by_role("combobox", name="Role of Cole Farkas").select_option("admin")
    page.get_by_role("button", name="Save role").click()
    expect(row(page, office.colleague)).to_have_attribute("data-role", "admin")
    theirs = as_user(office.colleague)
    theirs.goto(of(office.sales))
    expect(theirs.get_by_role("link", name="Removed")).to_be_visible()


def test_an_operator_is_removed_and_brought_back_by_undo(page, office):
    page.get_by_role("button", name="Remove Omar Iversen").click()
    expect(row(page, office.operator)).to_have_count(0)
    toast(page, "Omar Iversen no longer operates Sales")
    page.locator("[data-toast]").get_by_role("button", name="Undo").click()
    expect(row(page, office.operator)).to_have_attribute("data-role", "operator")


def test_the_last_admin_operator_stays(page, office):
    expect(row(page, office.lead)).to_contain_text("Make somebody else Admin Operator first")
    expect(row(page, office.lead).get_by_role("button")).to_have_count(0)
    operate(office.sales, office.operator, admin=True)
    page.reload()
    operate(office.sales, office.operator)
    page.get_by_role("button", name="Remove Lena Holm").click()
    expect(page.locator("#error")).to_contain_text("Sales keeps at least one Admin Operator")
    expect(row(page, office.lead)).to_have_attribute("data-role", "admin")


def test_an_unknown_person_is_said_at_the_field(page):
    page.get_by_label("Add by name or email").fill("Nobody Here")
    page.get_by_role("button", name="Add operator").click()
    expect(page.locator("#add-person-error")).to_be_visible()
    expect(page.get_by_label("Add by name or email")).to_be_focused()


def test_a_colleague_reads_operators_and_privileges_and_nothing_else(as_user, office):
    page = as_user(office.colleague)
    page.goto(of(office.sales))
    expect(page.locator(".k-rec")).to_contain_text("You do not operate this department")
    tabs = page.get_by_role("navigation", name="Department sections").get_by_role("link")
    expect(tabs).to_have_text([re.compile("^Operators"), "Privileges"])
    expect(row(page, office.operator)).to_contain_text("Omar Iversen")
    expect(page.locator("[data-action$=operator], [data-action=change-role], [data-action=log-call]")).to_have_count(0)
    tabs.last.click()
    expect(page.get_by_role("region", name="Privileges")).to_be_visible()
    expect(page.locator(".k-mine")).to_have_count(0)
    for rest in ("contacts/", "removed/", "activity/"):
        page.goto(of(office.sales, rest))
        expect(page.locator("[data-status='403']")).to_be_visible()


CHART = {  # seed S2: Admin and Department Operator of a Department Contact, the same of a shared one, original owner
    "Create contact": "Yes Yes No No No",
    "Delete contact": "Yes No Yes No Yes",
    "Block contact": "Yes No Yes No Yes",
    "Edit contact (name, number, email and so on)": "Yes Yes No No Yes",
    "Edit history": "Yes Yes Yes Yes Yes",
}


def test_the_chart_stands_on_the_department_with_the_viewers_columns_tinted(as_user, office):
    office.shared()
    for user, mine in ((office.operator, [1, 3]), (office.lead, [0, 2]), (office.owner, [4])):
        page = as_user(user)
        page.goto(of(office.sales, "privileges/"))
        for title, words in CHART.items():
            line = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=title, exact=True))
            assert line.locator(".k-yes, .k-no").all_inner_texts() == words.split(), title
            marks = [" k-mine" in f" {cell.get_attribute('class')}" for cell in line.locator("td").all()]
            assert [place for place, is_mine in enumerate(marks) if is_mine] == mine, title
