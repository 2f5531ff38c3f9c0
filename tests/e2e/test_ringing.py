"""Calls that ring: on every page of who may answer, gone once answered, and finished in a few clicks or keys."""

from functools import partial

import pytest
from playwright.sync_api import expect

from contacts.models import Block, Contact
from conversations.models import Interaction
from tests.factories_contacts import NoteFactory

from .lines import CALLER, SHOWN, Hand, line_of, listens, rings

OFF = {"java_script_enabled": False}


@pytest.fixture
def sales_line(office):
    return line_of(office.sales)


def finished(office):
    """The call as it was kept, and the contact that it made."""
    call = Interaction.objects.get(account=office.account, type="call")
    return call, Contact.objects.get(account=office.account, kind="department")


def test_it_rings_on_every_page_and_stops_once_somebody_answered(as_user, office, sales_line):
    contact = office.department_contact(phone=CALLER)
    Contact.objects.filter(pk=contact.pk).update(company="Bright Dental")
    NoteFactory(contact=contact, author=office.lead, body="Prefers mornings")
    one, other, stranger = (as_user(who) for who in (office.operator, office.lead, office.other_lead))
    for page, address in ((one, "/today/"), (other, f"/contacts/{contact.pk}/"), (stranger, "/contacts/")):
        page.goto(address)
        listens(page)
    rings(sales_line)
    for page, colleague in ((one, "Lena"), (other, "Omar")):
        panel = page.get_by_role("alertdialog")
        for words in ("Sales line", "Dana Whitfield", SHOWN, "Bright Dental", "Prefers mornings", colleague):
            expect(panel).to_contain_text(words)
        expect(panel.locator("[data-department-tag=Sales]")).to_be_visible()
    other.get_by_role("alertdialog").get_by_role("button", name="Not me").click()
    expect(other.get_by_role("alertdialog")).to_have_count(0)
    expect(one.get_by_role("alertdialog")).to_be_visible()
    one.get_by_role("alertdialog").get_by_role("link", name="Open").click()
    expect(one.get_by_role("heading", level=1)).to_have_text("Dana Whitfield")
    other.goto("/conversations/")
    one.get_by_role("alertdialog").get_by_role("button", name="Answer").click()
    expect(one.get_by_role("heading", name="Finish the call")).to_be_visible()
    expect(one.get_by_role("alertdialog")).to_have_count(0)
    expect(stranger.get_by_role("alertdialog")).to_have_count(0)


def test_of_two_who_answer_one_gets_the_call(as_user, office, sales_line):
    one, other = as_user(office.operator), as_user(office.lead, **OFF)  # without script it hears of no answer
    call = rings(sales_line)
    other.goto("/ringing/")
    one.goto("/today/")
    one.get_by_role("alertdialog").get_by_role("button", name="Answer").click()
    expect(one.get_by_role("heading", name="Finish the call")).to_be_visible()
    other.get_by_role("button", name="Answer").click()
    expect(other.locator("[data-toast]").first).to_contain_text("Omar Iversen answered")
    expect(other.locator("#wrap-up")).to_have_count(0)
    call.refresh_from_db()
    assert (call.author, call.status) == (office.operator, "active")


def test_three_clicks_from_ringing_to_a_saved_note_with_outcome_and_name(as_user, office, sales_line):
    page = as_user(office.operator)
    page.goto("/contacts/")
    listens(page)
    rings(sales_line)
    hand = Hand(page)
    hand.click(page.get_by_role("alertdialog").get_by_role("button", name="Answer"))
    hand.click(page.locator("#wrap-up").get_by_text("Call back", exact=True))
    page.keyboard.press("Tab")  # with the hands at the keyboard, between the words
    hand.type("Mabel Quist")
    page.keyboard.press("Tab")
    hand.type("Wants a new oven")
    hand.click(page.locator("#wrap-up").get_by_role("button", name="Save"))
    expect(page.locator("[data-toast]").first).to_contain_text("Saved as Mabel Quist")
    assert hand.clicks <= 3
    call, contact = finished(office)
    assert (call.outcome, contact.name) == ("call back", "Mabel Quist")
    expect(page.locator("#msgs")).to_contain_text("Wants a new oven")


def test_five_keys_from_ringing_to_a_saved_note_with_outcome_and_name(as_user, office, sales_line):
    page = as_user(office.operator)
    page.goto("/contacts/")
    listens(page)
    rings(sales_line)
    expect(page.get_by_role("alertdialog")).to_be_visible()
    hand = Hand(page)
    hand.press("a")
    expect(page.locator("#wrap-up input[name=outcome]:checked")).to_be_focused()
    hand.press("ArrowRight")
    hand.press("Tab")
    hand.type("Mabel Quist")
    hand.press("Tab")
    hand.type("Wants a new oven")
    hand.press("Control+Enter")
    expect(page.locator("[data-toast]").first).to_contain_text("Saved as Mabel Quist")
    assert hand.keys <= 5
    call, contact = finished(office)
    assert call.outcome not in ("", "answered")
    assert (call.author, contact.name) == (office.operator, "Mabel Quist")
    expect(page.locator("#msgs")).to_contain_text("Wants a new oven")


def test_a_call_is_kept_until_it_is_finished(as_user, office, sales_line):
    """The next call comes first; the strip of each stands above its own thread."""
    page = as_user(office.operator)
    page.goto("/today/")
    listens(page)
    answer = partial(page.get_by_role("alertdialog").get_by_role("button", name="Answer").click)
    rings(sales_line)
    answer()
    page.locator("#wrap-up").get_by_role("button", name="End call").click()
    expect(page.locator("#wrap-up").get_by_role("button", name="End call")).to_have_count(0)
    rings(sales_line, "+12025550165")
    answer()
    page.locator("#wrap-up").get_by_role("link", name="1 more to finish").click()
    expect(page.locator("#thread")).to_contain_text(SHOWN)
    page.locator("#wrap-up").get_by_label("Name").fill("Mabel Quist")
    page.locator("#wrap-up").get_by_role("button", name="Save").click()
    expect(page.locator("#thread")).to_contain_text("(202) 555-0165")
    expect(page.locator("#wrap-up")).to_be_visible()


def test_without_script_it_stands_on_top_of_the_inbox(as_user, office, sales_line):
    rings(sales_line)
    page = as_user(office.operator, **OFF)
    page.goto("/conversations/")
    card = page.get_by_role("region", name="Ringing", exact=True)
    expect(card).to_contain_text(SHOWN)
    card.get_by_role("button", name="Answer").click()
    page.locator("#wrap-up").get_by_label("Name").fill("Mabel Quist")
    page.locator("#wrap-up").get_by_label("Note").fill("Wants a new oven")
    page.locator("#wrap-up").get_by_role("button", name="Save").click()
    expect(page.locator("#thread")).to_contain_text("Mabel Quist")
    expect(page.locator("#msgs")).to_contain_text("Wants a new oven")
    page.goto("/conversations/")
    expect(page.get_by_role("region", name="Ringing", exact=True)).to_have_count(0)


def test_a_blocked_caller_never_rings(as_user, office, sales_line):
    page = as_user(office.operator)
    contact = office.department_contact(phone=CALLER)
    page.goto(f"/contacts/{contact.pk}/")
    listens(page)
    Block.objects.create(account=office.account, scope="account", address=CALLER, author=office.chief)
    rings(sales_line)
    rings(sales_line, "+12025550165")
    expect(page.get_by_role("alertdialog")).to_contain_text("(202) 555-0165")
    expect(page.get_by_role("alertdialog")).to_have_count(1)
    expect(page.get_by_role("alertdialog")).not_to_contain_text("more ringing")
