"""Every action with JavaScript off: links, forms and buttons alone."""

import re

import pytest
from playwright.sync_api import expect

from contacts.models import Contact
from tests.factories_contacts import NoteFactory

from .team import at

OFF = {"java_script_enabled": False}


@pytest.fixture
def renee(team):
    return team.shared(company="Harbor Bakery", phone="+12025550142")


@pytest.fixture
def page(as_user, team):
    return as_user(team.owner, **OFF)


def toast(page, words):
    expect(page.locator("[data-toast]").filter(has_text=words)).to_be_visible()


def undo(page):
    page.locator("[data-toast]").get_by_role("button", name="Undo").click()


def test_create_with_a_duplicate_and_another_phone(page, renee):
    page.goto("/contacts/new/")
    page.get_by_label("Given name").fill("Renata")
    page.get_by_role("textbox", name="Number").fill("202 555 0142")
    page.get_by_role("button", name="Phone", exact=True).click()
    page.get_by_role("textbox", name="Number").nth(1).fill("202 555 01")
    page.get_by_role("button", name="Create contact").click()
    expect(page.locator("#main")).to_contain_text("This number is two digits short. US numbers have 10.")
    page.get_by_role("textbox", name="Number").nth(1).fill("202 555 0177")
    page.get_by_role("button", name="Create contact").click()
    page.get_by_role("button", name="Create anyway").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Renata")


def test_edit_a_field_and_a_phone(page, renee):
    page.goto(at(renee, "details/"))
    page.locator("#edit-company").click()
    page.get_by_label("Company", exact=True).fill("Bakery by the Harbor")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#details-name")).to_contain_text("Bakery by the Harbor")
    page.locator("#details-phones").get_by_role("link", name="Edit number").click()
    page.get_by_label("Number", exact=True).fill("12")
    page.get_by_role("button", name="Save number").click()
    expect(page.locator("#details-phones .invalid-feedback")).to_be_visible()
    page.get_by_label("Number", exact=True).fill("202 555 0199")
    page.get_by_role("button", name="Save number").click()
    expect(page.locator("#details-phones")).to_contain_text("(202) 555-0199")


def test_search_filter_sort_and_load_more(page, team):
    for number in range(52):
        team.contact(f"Person {number:02}", "Alder")
    page.goto("/contacts/")
    page.get_by_role("link", name="Load 50 more").click()
    expect(page.locator("#rows a.k-name")).to_have_text(["Person 50 Alder", "Person 51 Alder"])
    page.locator("#q").fill("person 07")
    page.locator("#q").press("Enter")
    expect(page.locator("#rows a.k-name")).to_have_text(["Person 07 Alder"])
    page.locator("summary", has_text="Owner").click()
    page.locator("details[open]").get_by_role("button", name="Show").click()
    expect(page.locator("#rows a.k-name")).to_have_text(["Person 07 Alder"])


def test_notes_written_edited_and_deleted(page, renee):
    page.goto(at(renee, "notes/"))
    page.get_by_label("Note", exact=True).fill("First words")
    page.get_by_role("button", name="Add note").click()
    page.get_by_role("button", name="Note actions").click()
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Note", exact=True).fill("Second words")
    page.get_by_text("Private", exact=True).click()
    page.get_by_role("button", name="Save note").click()
    expect(page.locator("[data-visibility=private]")).to_contain_text("Second words")
    page.get_by_role("button", name="Note actions").click()
    page.get_by_role("button", name="Delete").click()
    undo(page)
    expect(page.locator("#notes")).to_contain_text("Second words")


def test_share_change_and_remove(page, team, renee):
    page.goto(at(renee, "collaborators/"))
    page.get_by_label("Add a person").fill("Otto Farkas")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("link", name="Read, change access of Otto Farkas").click()
    page.get_by_label("Access for Otto Farkas").select_option("write")
    page.get_by_role("button", name="Save access").click()
    person = page.locator(f"tr[data-user-id='{team.outsider.pk}']")
    expect(person).to_have_attribute("data-access", "write")
    page.get_by_role("button", name="Remove Otto Farkas").click()
    expect(person).to_have_count(0)
    undo(page)
    expect(person).to_have_count(1)


def test_ask_for_access_and_grant_it(as_user, page, team, renee):
    asker = as_user(team.outsider, **OFF)
    asker.goto(at(renee))
    asker.get_by_role("button", name="Request access").click()
    toast(asker, "Sent if it exists")
    page.goto("/access-requests/")
    page.get_by_role("button", name="Give Read").click()
    toast(page, "Otto Farkas has Read access")
    asker.goto(at(renee))
    expect(asker.get_by_role("heading", level=1)).to_have_text("Renee Martinez")


def test_bulk_archive_undo_and_the_archived_switch(page, team):
    for name in ("Ada", "Bea"):
        team.contact(name, "Alder")
    page.goto("/contacts/")
    page.get_by_label("Select Ada Alder").check()
    page.get_by_role("toolbar").get_by_role("button", name="Archive", exact=True).click()
    toast(page, "1 contact archived")
    undo(page)
    expect(page.locator("#rows a.k-name")).to_have_count(2)
    page.get_by_label("Select Bea Alder").check()
    page.get_by_role("toolbar").get_by_role("button", name="Archive", exact=True).click()
    page.get_by_role("switch", name="Archived").click()
    page.get_by_label("Select Bea Alder").check()
    page.get_by_role("toolbar").get_by_role("button", name="Unarchive", exact=True).click()
    toast(page, "1 contact unarchived")
    assert Contact.objects.filter(account=team.account, archived_at=None).count() == 2


def test_archive_one_from_its_record(page, renee):
    page.goto(at(renee))
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Archive", exact=True).click()
    toast(page, "Renee Martinez archived")
    undo(page)
    toast(page, re.compile("Renee Martinez unarchived"))


def test_a_follow_up_from_set_to_done(page, renee):
    page.goto(at(renee))
    page.locator("#follow-ups summary").click()
    page.get_by_label("What").fill("Send the quote")
    page.get_by_role("button", name="Add follow-up").click()
    page.goto("/today/")
    page.get_by_role("button", name="Done: Send the quote").click()
    expect(page.locator("[data-follow-up-id]")).to_have_count(0)


def test_a_stale_edit_is_chosen_field_by_field(as_user, page, team, renee):
    other = as_user(team.writer, **OFF)
    for one in (page, other):
        one.goto(at(renee, "edit/"))
    for one, words in ((other, "Theirs"), (page, "Mine")):
        one.get_by_label("Company", exact=True).fill(words)
        one.get_by_role("button", name="Save contact").click()
    page.get_by_label("Mine").check()
    page.get_by_role("button", name="Save the choice").click()
    expect(page.locator("#main")).to_contain_text("Mine")


def test_an_import(page, team):
    page.goto("/contacts/import/")
    card = {"name": "ada.csv", "mimeType": "text/csv", "buffer": b"Name,Phone\nAda Lovelace,202 555 0142\n"}
    page.locator("input[type=file]").set_input_files(card)
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Check 1 row").click()
    page.get_by_role("button", name="Import 1 row").click()
    page.get_by_role("link", name="See the imported contacts").click()
    expect(page.get_by_role("link", name="Ada Lovelace", exact=True)).to_be_visible()


def test_leave_and_change_owner(as_user, page, team, renee):
    page.goto(at(renee, "collaborators/"))
    page.get_by_text("Make somebody else owner").click()
    page.get_by_label("New owner").fill("Mona Castell")
    page.get_by_role("button", name="Change owner").click()
    page.goto(at(renee, "access/"))
    page.get_by_role("button", name="Leave this contact").click()
    page.goto(at(renee))
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing here that you can open")


def test_ones_own_settings_and_theme(page):
    page.goto("/me/")
    page.locator("[data-theme-toggle]").first.click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_a_note_by_somebody_else_can_be_read(as_user, team, renee):
    NoteFactory(contact=renee, author=team.writer, body="Prefers mornings")
    page = as_user(team.reader, **OFF)
    page.goto(at(renee, "notes/"))
    expect(page.locator("#notes")).to_contain_text("Prefers mornings")
