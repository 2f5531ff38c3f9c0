"""axe and widths on every page of departments: the demo's full ones, empty ones, forms with errors, open panels."""

import pytest
from playwright.sync_api import expect

from contacts.models import Contact
from contacts_project.accounts.models import User
from departments.models import Department

from .looks import every, examine, look, too_wide
from .office import of
from .team import at

# By the mailbox of who looks; what stands in braces is an id, see `ids`.
PAGES = {
    "sales.admin": [
        "/departments/",
        "/departments/{sales}/contacts/",
        "/departments/{sales}/unnamed/",
        "/departments/{sales}/operators/?edit={operator}",
        "/departments/{sales}/privileges/",
        "/departments/{sales}/blocks/",
        "/departments/{sales}/removed/",
        "/departments/{sales}/activity/",
        "/departments/{sales}/clean-up/",
        "/departments/{sales}/edit/",
        "/departments/{sales}/delete/",
        "/departments/{sales}/calls/",
        "/blocks/",
        "/contacts/{dana}/",
        "/contacts/{dana}/access/",
        "/contacts/{dana}/block/",
        "/contacts/{dana}/calls/",
        "/contacts/{dana}/collaborators/",
        "/contacts/{dana}/edit-history/",
    ],
    "sales.operator": ["/contacts/{dana}/ask-block/", "/contacts/{priya}/suggest/"],
    "support.admin": ["/contacts/{gail}/"],
    "owner": ["/departments/clean-up/", "/contacts/{priya}/convert/"],
    "admin": ["/departments/new/"],
}
AGAIN = {
    "sales.admin": [
        "/departments/{sales}/contacts/?archived=1",
        "/departments/{sales}/contacts/?q=zzzzzz",
        "/access-requests/",
        "/contacts/{dana}/conversations/",
    ],
    "sales.operator": [
        "/contacts/",
        "/departments/{sales}/blocks/",
        "/contacts/{priya}/",
        "/access-requests/?v=mine",
    ],
    "support.admin": ["/contacts/?blocked=1"],
    "seller": ["/contacts/{renee}/", "/search/?q=martinez"],
    "owner": ["/contacts/{priya}/convert/?to=personal", "/contacts/{renee}/convert/"],
    "admin": ["/departments/{sales}/operators/"],
    "outsider": ["/departments/", "/departments/{sales}/operators/", "/departments/{sales}/contacts/"],
}


@pytest.fixture(scope="module")
def ids(database):
    """{word: id} of what PAGES names in braces, from the demo."""
    acme = {"account__name__startswith": "Acme"}
    names = {"dana": ("Dana", "department"), "priya": ("Priya", "shared"), "gail": ("Gail", "department")}
    names |= {"renee": ("Renee", "personal")}
    families = {"dana": "Whitfield", "priya": "Raman", "gail": "Ostrom", "renee": "Martinez"}
    found = {
        word: Contact.objects.get(given_name=given, family_name=families[word], kind=kind, **acme).pk
        for word, (given, kind) in names.items()
    }
    found |= {name.lower(): Department.objects.get(name=name, **acme).pk for name in ("Sales", "Support")}
    return found | {"operator": User.objects.get(email="sales.operator@acme.example").pk}


@pytest.mark.parametrize(("mailbox", "address", "again"), every(PAGES, AGAIN))
def test_pages(looks_in, axe, ids, mailbox, address, again):
    look(looks_in(f"{mailbox}@acme.example"), axe, address.format(**ids), again=again)


def test_empty_pages_of_a_department(as_user, axe, office):
    page = as_user(office.lead)
    for rest in ("contacts/", "unnamed/", "blocks/", "removed/", "clean-up/", "contacts/?archived=1"):
        look(page, axe, of(office.sales, rest), again=True)
        expect(page.locator(".k-empty")).to_be_visible()


def test_empty_pages_without_departments(as_user, axe, team):
    contact = team.contact()
    page = as_user(team.owner)
    for address in ("/departments/", "/departments/clean-up/", "/blocks/", at(contact, "convert/")):
        look(page, axe, address, again=True)


def test_forms_with_errors(as_user, axe, office):
    page = as_user(office.chief)
    page.goto("/departments/new/")
    page.get_by_label("Name", exact=True).fill("Sales")
    page.get_by_label("First Admin Operator").fill("Nobody")
    page.get_by_role("button", name="Create department").click()
    expect(page.locator("#id_name_error")).to_be_visible()
    examine(page, axe)
    page = as_user(office.lead)
    page.goto(of(office.sales, "operators/"))
    page.get_by_label("Add by name or email").fill("Nobody")
    page.get_by_role("button", name="Add operator").click()
    expect(page.locator("#add-person-error")).to_be_visible()
    examine(page, axe, again=True)
    page.goto(of(office.sales, "calls/"))
    page.get_by_label("Number", exact=True).fill("12")
    page.get_by_role("button", name="Save call").click()
    expect(page.locator("#id_number_error")).to_be_visible()
    examine(page, axe, again=True)


def test_the_open_panel(as_user, axe, office):
    contact = office.department_contact(phone="+12025550142")
    Contact.objects.filter(pk=contact.pk).update(company="Bright Dental")
    page = as_user(office.operator)
    page.goto(at(contact, "details/"))
    page.locator("#details-record [data-action=edit-history]").click()
    expect(page.locator("#edits > li").first).to_be_visible()
    examine(page, axe)


def test_a_record_beside_its_match(as_user, axe, office):
    office.department_contact(phone="+12025550142")
    contact = office.shared(phone="+12025550142")
    office.sales.operators.create(user=office.owner)
    page = as_user(office.owner)
    page.goto(at(contact, "convert/"))
    expect(page.get_by_role("region", name="The two records")).to_be_visible()
    examine(page, axe)
    assert too_wide(page) == []
