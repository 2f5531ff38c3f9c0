"""Importing real files in the browser: every step, with and without script, large ones by the worker."""

import re

import pytest
from playwright.sync_api import expect

from contacts.models import Contact, ContactAddress, ContactEmail, ContactPhone, ContactWebsite
from tests.contacts.imports.making import FILES
from tests.factories_contacts import ContactFactory

ONE_EACH = (ContactEmail, ContactAddress, ContactWebsite)


def begin(page, name):
    page.goto("/contacts/import/")
    page.locator("input[type=file]").set_input_files(FILES / name)
    page.get_by_role("button", name="Upload").click()


def test_an_iphone_card_arrives_with_everything(as_user, team):
    page = as_user(team.owner)
    begin(page, "John_Doe_IPHONE.vcf")
    expect(page.get_by_role("button", name="Import 1 row")).to_be_visible()
    page.get_by_role("button", name="Import 1 row").click()
    expect(page.get_by_text("John_Doe_IPHONE.vcf is imported.")).to_be_visible()
    page.get_by_role("link", name="See the imported contacts").click()
    page.locator("#rows a.k-name").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Doe")
    contact = Contact.objects.get(owner=team.owner)
    assert (contact.phones.count(), contact.addresses.count(), bool(contact.photo_digest)) == (7, 2, True)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_500_people_are_imported_by_the_worker(as_user, team, script):
    page = as_user(team.owner, java_script_enabled=script)
    begin(page, "us-500.csv")
    expect(page.get_by_label("Field for column phone2")).to_have_value("phone")
    page.get_by_role("button", name="Check 500 rows").click()
    wait_for(page, page.get_by_role("button", name="Import 500 rows"), script)
    page.get_by_role("button", name="Import 500 rows").click()
    wait_for(page, page.get_by_text("us-500.csv is imported."), script)
    assert Contact.objects.filter(owner=team.owner).count() == 500
    kept = [model.objects.filter(contact__owner=team.owner).count() for model in (ContactPhone, *ONE_EACH)]
    assert kept == [1000, 500, 500, 500]
    page.get_by_role("link", name="See the imported contacts").click()
    page.locator("#q").fill("Darakjy")
    page.locator("#q").press("Enter")
    expect(page.locator("#rows a.k-name")).to_have_text(["Josephine Darakjy"])


def wait_for(page, locator, script: bool) -> None:
    """The bar polls; without script one reloads."""
    for _ in range(1 if script else 120):
        if not script:
            page.wait_for_timeout(500)
            page.reload()
        if script or locator.count():
            break
    expect(locator).to_be_visible(timeout=60_000)


def test_duplicates_and_remarks_are_decided_on_the_check_page(as_user, team, tmp_path):
    here = ContactFactory(owner=team.owner, email="ann@x.example")
    file = tmp_path / "leads.csv"
    file.write_text("Full name,Cell,E-mail\nAnn,202-555-0142,ann@x.example\nSam,415 555 01,sam@x.example\n,x,\n,,a@b\n")
    page = as_user(team.owner)
    page.goto("/contacts/import/")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("button", name="Check 4 rows")).to_be_visible()
    page.get_by_role("button", name="Check 4 rows").click()
    expect(page.get_by_label("Same email address")).to_be_visible()
    page.get_by_label("Same email address").select_option(label="Fill in what is missing")
    page.get_by_label("Phone, mobile in row 3").fill("415 555 0100")
    page.get_by_role("button", name="Save corrections").click()
    expect(page.get_by_text("two digits short")).to_have_count(0)
    page.get_by_role("button", name="Import 2 rows").click()
    expect(page.get_by_text("leads.csv is imported.")).to_be_visible()
    assert here.phones.get().number == "+12025550142"
    assert Contact.objects.get(owner=team.owner, given_name="Sam").phones.get().number == "+14155550100"


@pytest.mark.parametrize("width", [360, 1600])
def test_no_page_scrolls_sideways(as_user, team, width):
    page = as_user(team.owner, viewport={"width": width, "height": 800})
    begin(page, "John_Doe_MS_OUTLOOK.vcf")
    for _ in range(2):
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        button = page.get_by_role("button", name="Import 1 row")
        if button.count():
            button.click()
            expect(page.get_by_text("is imported.")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("noise.xlsx", b"PK\x03\x04" + bytes(range(256)) * 20),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\0\0"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_at_the_field(as_user, team, name, content):
    page = as_user(team.owner)
    page.goto("/contacts/import/")
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    expect(page.locator(".invalid-feedback")).to_have_text(re.compile(r"^\s*[A-Z].*\."))
    expect(page.locator("input[type=file]")).to_be_visible()
    assert not Contact.objects.filter(account=team.account).exists()
