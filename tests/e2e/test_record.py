"""The record: its tabs, editing in place, notes, follow-ups, archive and undo."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories_contacts import NoteFactory, PhoneFactory

from .team import at

ONLY = "Only conversations on numbers and mail addresses that you can use are shown."


@pytest.fixture
def renee(team):
    return team.shared(company="Harbor Bakery", phone="+12025550142", email="ren@harbor.example")


@pytest.fixture
def page(as_user, team, renee):
    page = as_user(team.owner)
    page.goto(at(renee))
    return page


def tab(page, name):
    page.get_by_role("navigation", name="Contact sections").get_by_role("link", name=re.compile(f"^{name}")).click()
    expect(page.locator(".k-tabs [aria-current=page]")).to_contain_text(name)


def test_each_tab_has_its_address_and_says_what_stands_there(page, renee):
    expect(page.get_by_role("heading", level=1)).to_have_text("Renee Martinez")
    found = {"Details": "Name and work", "History": "Engagement history", "Conversations": ONLY}
    found |= {"Notes": "Customer notes", "Collaborators": "Add a person", "Overview": "Best call times"}
    for name, words in found.items():
        tab(page, name)
        expect(page.locator("#main")).to_contain_text(words)
        rest = "" if name == "Overview" else f"{name.lower()}/"
        assert page.url.endswith(at(renee, rest))
        expect(page).to_have_title(re.compile("^Renee Martinez"))


def test_a_field_is_edited_in_its_place(page):
    tab(page, "Details")
    page.locator("#edit-company").click()
    expect(page.get_by_label("Company", exact=True)).to_be_focused()
    page.get_by_label("Company", exact=True).fill("Harbor Bakery & Café")
    page.keyboard.press("Enter")
    expect(page.locator("#details-name")).to_contain_text("Harbor Bakery & Café")
    expect(page.locator("#edit-company")).to_be_focused()


def test_cancel_puts_the_row_back(page):
    tab(page, "Details")
    page.locator("#edit-nickname").click()
    page.get_by_label("Nickname", exact=True).fill("Bunny")
    page.get_by_role("link", name="Cancel").click()
    expect(page.locator("#edit-nickname")).to_be_focused()
    expect(page.locator("#details-name")).not_to_contain_text("Bunny")


def test_a_wrong_phone_gets_a_helpful_sentence_and_then_is_saved(page):
    tab(page, "Details")
    card = page.locator("#details-phones")
    card.get_by_role("link", name="Add number").click()
    card.get_by_label("Number", exact=True).fill("202 555 01")
    card.get_by_role("button", name="Save number").click()
    expect(card).to_contain_text("This number is two digits short. US numbers have 10.")
    number = card.get_by_label("Number", exact=True)
    expect(number).to_be_focused()
    expect(number).to_have_value("202 555 01")
    number.fill("202 555 0177 ext 4")
    number.press("Enter")
    expect(card).to_contain_text("(202) 555-0177 ext. 4")


def test_a_removed_number_stays_as_former_and_comes_back(page, renee):
    second = PhoneFactory(contact=renee, number="+12025550160", label="Work")
    tab(page, "Details")
    card = page.locator("#details-phones")
    card.locator(f"#edit-phone-{second.pk}, [id$='-{second.pk}']").first.click()
    card.get_by_role("button", name="Remove number").click()
    expect(card.get_by_text("Former", exact=True)).to_be_visible()
    card.get_by_role("button", name="Make current again").click()
    expect(card.get_by_text("Former", exact=True)).to_have_count(0)


def test_notes_public_and_private(page, as_user, team, renee):
    tab(page, "Notes")
    for words, who in (("Ask before lunch", "Public"), ("Offered ten percent", "Private")):
        page.get_by_label("Note", exact=True).fill(words)
        page.get_by_text(who, exact=True).first.click()
        page.get_by_role("button", name="Add note").click()
        expect(page.locator("#notes")).to_contain_text(words)
        expect(page.get_by_label("Note", exact=True)).to_have_value("")
    expect(page.locator("[data-visibility=private]")).to_contain_text("Private to you")
    theirs = as_user(team.manager)
    theirs.goto(at(renee, "notes/"))
    expect(theirs.locator("#notes")).to_contain_text("Ask before lunch")
    expect(theirs.locator("#notes")).not_to_contain_text("Offered ten percent")


def test_a_note_is_edited_deleted_and_brought_back(page, team, renee):
    NoteFactory(contact=renee, author=team.owner, body="First words")
    tab(page, "Notes")
    page.get_by_role("button", name="Note actions").click()
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Note", exact=True).fill("Second words")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator("#notes")).to_contain_text("Second words")
    page.get_by_role("button", name="Note actions").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No notes yet")).to_be_visible()
    page.locator("[data-toast]").get_by_role("button", name="Undo").click()
    expect(page.locator("#notes")).to_contain_text("Second words")


def test_a_reader_reads_and_has_no_form(as_user, team, renee):
    page = as_user(team.reader)
    page.goto(at(renee, "notes/"))
    expect(page.get_by_role("button", name="Add note")).to_have_count(0)
    expect(page.locator("[data-action=edit], [data-action=archive], [data-action=share]")).to_have_count(0)
    page.goto(at(renee, "details/"))
    expect(page.locator("#details-name")).to_contain_text("Harbor Bakery")
    expect(page.locator("[data-action=edit]")).to_have_count(0)


def test_archive_from_the_record_undo_and_read_only_banner(page, renee):
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Archive", exact=True).click()
    toast = page.locator("[data-toast]")
    expect(toast).to_contain_text("Renee Martinez archived")
    page.goto(at(renee))
    expect(page.locator("#main")).to_contain_text("the record is read-only")
    expect(page.get_by_role("link", name="Note", exact=True)).to_have_count(0)
    page.locator("#main .k-notice").get_by_role("button", name="Unarchive").click()
    expect(page.locator("[data-toast]")).to_contain_text("Renee Martinez unarchived")
    expect(page.locator("[data-archived='0']").first).to_be_visible()


def test_a_follow_up_stands_on_the_contact_and_today_until_done(page):
    page.locator("#follow-ups summary").click()
    form = page.get_by_role("form", name="New follow-up")
    form.get_by_label("What").fill("Send the quote")
    form.get_by_role("button", name="Add follow-up").click()
    expect(page.locator("#follow-ups")).to_contain_text("Send the quote")
    page.goto("/today/")
    row = page.locator("[data-follow-up-id]")
    expect(row).to_contain_text("Renee Martinez")
    row.get_by_role("button", name="Done: Send the quote").click()
    expect(page.locator("[data-follow-up-id]")).to_have_count(0)
    page.locator("[data-toast]").get_by_role("button", name="Undo").click()
    expect(page.locator("[data-follow-up-id]")).to_contain_text("Send the quote")


def test_your_access_says_through_what(as_user, team, renee):
    page = as_user(team.writer)
    page.goto(at(renee))
    expect(page.locator("#my-access")).to_be_hidden()
    page.locator(".k-rec").get_by_role("link", name="Your access").click()
    expect(page.locator("#my-access")).to_contain_text("Write, granted by Olive Bergstrom")
    page.keyboard.press("Escape")
    expect(page.locator("#my-access")).to_be_hidden()
    page.goto(at(renee, "access/"))
    expect(page.locator("#contact-access")).to_contain_text("Write, granted by Olive Bergstrom")
    expect(page.locator("#contact-access")).not_to_contain_text("Everyone who can see this contact")
    page = as_user(team.manager)
    page.goto(at(renee, "access/"))
    everyone = page.get_by_role("region", name="Everyone who can see this contact, and why")
    expect(everyone.locator("[data-user-id]")).to_have_count(4)
