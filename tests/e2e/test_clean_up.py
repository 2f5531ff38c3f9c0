"""Shared contacts are decided by their original owner, personal ones handed over, each with Undo."""

import re

import pytest
from playwright.sync_api import expect

from contacts.models import Contact
from tests.factories_contacts import share
from tests.factories_departments import operate

from .office import of
from .team import at

CLEAN_UP = "/departments/clean-up/"
NUMBER = "+12025550110"
OFF = {"java_script_enabled": False}
DECISIONS = {
    "Give to Sales: Priya Raman": "Priya Raman given to Sales",
    "Keep as personal: Priya Raman": "Priya Raman is yours, as a personal contact",
    "Delete Priya Raman": "Priya Raman archived",
}


def toast(page, words):
    expect(page.locator("[data-toast]").filter(has_text=words)).to_be_visible()


def undo(page):
    page.locator("[data-toast]").get_by_role("button", name="Undo").first.click()


@pytest.mark.parametrize("options", [{}, OFF], ids=["script", "no-script"])
def test_each_decision_can_be_taken_back(as_user, office, options):
    contact = office.shared()
    page = as_user(office.owner, **options)
    page.goto(CLEAN_UP)
    waiting = page.locator(f".k-clean[data-contact-id='{contact.pk}']")
    for button, said in DECISIONS.items():
        waiting.get_by_role("button", name=button).click()
        toast(page, said)
        expect(waiting).to_have_count(0)
        expect(page.get_by_role("heading", name="All 1 decided")).to_be_visible()
        undo(page)
        page.goto(CLEAN_UP)
        expect(waiting, button).to_have_count(1)


def test_what_was_decided_before_can_be_taken_back_later(as_user, office):
    office.shared()
    page = as_user(office.owner)
    page.goto(CLEAN_UP)
    page.get_by_role("button", name="Give to Sales: Priya Raman").click()
    page.goto(CLEAN_UP)
    page.get_by_role("button", name=re.compile("^Undo: Priya Raman")).click()
    page.goto(CLEAN_UP)
    expect(page.locator(".k-clean")).to_have_count(1)


def test_all_are_given_at_once(as_user, office):
    for name in ("Ada", "Bea"):
        office.shared(given_name=name, family_name="Alder")
    page = as_user(office.owner)
    page.goto(CLEAN_UP)
    page.get_by_role("button", name="Give all to their departments").click()
    toast(page, "2 contacts")
    expect(page.locator(".k-clean")).to_have_count(0)
    undo(page)
    page.goto(CLEAN_UP)
    expect(page.locator(".k-clean")).to_have_count(2)


def test_join_it_and_the_old_address_leads_to_the_kept_record(as_user, office):
    operate(office.sales, office.owner)
    kept = office.department_contact(phone=NUMBER)
    joined = office.shared(phone=NUMBER, given_name="D.", family_name="Whitfield")
    page = as_user(office.owner)
    page.goto(CLEAN_UP)
    expect(page.locator(".k-clean")).to_contain_text("Same number as a Department Contact")
    page.get_by_role("link", name="Convert D. Whitfield").click()
    expect(page.get_by_role("region", name="The two records")).to_contain_text("Dana Whitfield")
    expect(page.get_by_role("radio", name=re.compile("^Join it"))).to_be_checked()
    page.get_by_role("button", name="Convert").click()
    toast(page, "D. Whitfield joined into Dana Whitfield")
    page.goto(at(joined, "notes/"))
    expect(page).to_have_url(re.compile(at(kept)))
    expect(page.get_by_role("heading", level=1)).to_have_text("Dana Whitfield")


def test_a_hand_over_shows_what_changes_in_access_first(as_user, office):
    contact = share(office.personal(), office.colleague, "admin")
    page = as_user(office.owner)
    page.goto(at(contact))
    page.get_by_role("button", name="More actions").click()
    page.locator("#record-more").get_by_role("link", name="Hand over to a department").click()
    page.wait_for_url("**/convert/**")  # whole: its text stands there before its script listens
    changes = page.get_by_role("region", name="What changes in access")
    expect(changes).to_contain_text("The 2 operators of Sales can view and edit")
    expect(changes).to_contain_text("Lena Holm and Omar Iversen")
    expect(changes).to_contain_text("You keep Write, as a collaborator")
    expect(changes).to_contain_text("Admin comes by role only: Cole Farkas")
    page.get_by_label("Department").select_option("Support")
    expect(changes).to_contain_text("1 operator of Support can view and edit")
    expect(page.get_by_label("Department")).to_be_focused()
    page.get_by_role("button", name="Hand over to Support").click()
    toast(page, "Renee Martinez handed over to Support")
    expect(page.locator(".k-recroot")).to_have_attribute("data-kind", "department")
    undo(page)
    expect(page.locator(".k-recroot")).to_have_attribute("data-kind", "personal")


def test_several_are_handed_over_from_the_collection(as_user, office):
    contacts = [office.personal(name, "Alder") for name in ("Ada", "Bea")]
    page = as_user(office.owner)
    page.goto("/contacts/")
    for name in ("Ada", "Bea"):
        page.get_by_label(f"Select {name} Alder").check()
    page.get_by_role("toolbar").get_by_role("button", name="Hand over to a department").click()
    page.get_by_label("Department").select_option("Sales")
    page.locator("#bulk-form").get_by_role("button").click()
    expect(page.get_by_role("region", name="What changes in access")).to_contain_text("operators of Sales")
    page.locator("#bulk-form").get_by_role("button").click()
    toast(page, "2 contacts")
    kinds = Contact.objects.filter(pk__in=[contact.pk for contact in contacts]).values_list("kind", flat=True)
    assert list(kinds) == ["department"] * 2


def test_an_admin_operator_reminds_an_owner_and_converts_for_one_who_has_left(as_user, office):
    contact = office.shared()
    page = as_user(office.lead)
    page.goto(of(office.sales, "clean-up/"))
    expect(page.locator(f"[data-user-id='{office.owner.pk}']")).to_contain_text("1 contact. Never reminded.")
    page.get_by_role("button", name="Send reminder to Olive Bergstrom").click()
    toast(page, "Reminder sent to Olive Bergstrom")
    expect(page.locator(f"[data-user-id='{office.owner.pk}']")).to_contain_text("Once a day")
    expect(page.get_by_role("link", name="Convert Priya Raman")).to_have_count(0)
    office.owner.is_active = False
    office.owner.save()
    page.reload()
    page.get_by_role("link", name="Convert Priya Raman").click()
    page.get_by_role("button", name="Give to Sales").click()
    toast(page, "Priya Raman given to Sales")
    page.goto(at(contact))
    expect(page.locator(".k-recroot")).to_have_attribute("data-kind", "department")
