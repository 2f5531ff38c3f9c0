"""A call that an operator logs makes its party a Department Contact: unnamed, then named, and only once."""

import re

import pytest
from playwright.sync_api import expect

from contacts.models import Contact

from .office import of

NUMBER, SHOWN = "202 555 0164", "(202) 555-0164"
OFF = {"java_script_enabled": False}


def log(page, department, number=NUMBER, outcome="No answer"):
    page.goto(of(department))
    page.locator("#main [data-action=log-call]").first.click()
    page.get_by_label("Number", exact=True).fill(number)
    page.get_by_text(outcome, exact=True).click()
    page.get_by_role("button", name="Save call").click()
    expect(page.locator("[data-toast]").first).to_contain_text("Call logged")


@pytest.mark.parametrize("options", [{}, OFF], ids=["script", "no-script"])
def test_from_an_unknown_number_to_a_named_contact(as_user, office, options):
    page = as_user(office.operator, **options)
    log(page, office.sales)
    page.goto(of(office.sales, "unnamed/"))
    caller = page.locator("#rows tr")
    expect(caller).to_have_count(1)
    expect(caller).to_contain_text(SHOWN)
    page.get_by_label(f"Name for {SHOWN}").fill("Mabel Quist")
    caller.get_by_role("button", name="Save").click()
    expect(page.locator("#rows tr")).to_have_count(0)
    page.goto("/contacts/")
    line = page.locator("#rows tr")
    expect(line.locator("a.k-name")).to_have_text("Mabel Quist")
    expect(line.locator("[data-department-tag=Sales]")).to_have_attribute("data-hue", "indigo")
    expect(line).to_have_attribute("data-kind", "department")


@pytest.mark.parametrize("options", [{}, OFF], ids=["script", "no-script"])
def test_a_second_call_makes_no_second_contact(as_user, office, options):
    page = as_user(office.operator, **options)
    log(page, office.sales)
    log(page, office.sales, "+1 (202) 555-0164", "Answered")
    expect(page.locator("#contact-conversations [data-interaction-id]")).to_have_count(2)
    contact = Contact.objects.get(account=office.account)
    page.goto(f"/contacts/{contact.pk}/conversations/")
    expect(page.locator("#contact-conversations")).to_contain_text("Outcome: answered")
    page.goto(of(office.sales, "activity/"))
    expect(page.locator("#department-activity [data-interaction-id]")).to_have_count(2)
    expect(page.locator("#department-activity").get_by_text("New contact", exact=True)).to_have_count(1)


def test_a_call_with_a_name_makes_a_named_contact(as_user, office):
    page = as_user(office.operator)
    page.goto(of(office.sales, "calls/"))
    page.get_by_label("Number", exact=True).fill(NUMBER)
    page.get_by_label(re.compile("^With")).fill("Mabel Quist")
    page.get_by_role("button", name="Save call").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mabel Quist")
    expect(page.locator(".k-tagrow [data-department-tag=Sales]")).to_be_visible()


def test_a_number_that_cannot_be_is_said_at_the_field(as_user, office):
    page = as_user(office.operator)
    page.goto(of(office.sales, "calls/"))
    page.get_by_label("Number", exact=True).fill("202 555 01")
    page.get_by_role("button", name="Save call").click()
    expect(page.locator("#id_number_error")).to_contain_text("This number is two digits short.")
    expect(page.get_by_label("Number", exact=True)).to_have_value("202 555 01")


def test_a_call_is_logged_on_a_record_for_its_department(as_user, office):
    contact = office.department_contact(phone="+12025550101")
    page = as_user(office.operator)
    page.goto(f"/contacts/{contact.pk}/conversations/")
    page.locator("#contact-conversations [data-action=log-call]").click()
    expect(page.get_by_label("Sales", exact=True)).to_be_checked()
    page.get_by_label("Note (optional)").fill("Rings back on Monday")
    page.get_by_role("button", name="Save call").click()
    stream = page.locator("#contact-conversations [data-interaction-id]")
    expect(stream).to_have_count(1)
    expect(stream).to_contain_text("Logged by you for Sales")
    expect(stream).to_contain_text("Rings back on Monday")
