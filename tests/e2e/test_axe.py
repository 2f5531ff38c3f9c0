"""axe on every page: WCAG A, AA and 2.2 and its best practices, wide in light and dark, narrow in light; and widths."""

import pytest
from playwright.sync_api import expect

from contacts.models import AccessRequest, Contact, UndoStep
from tests.factories_contacts import NoteFactory, share

from .looks import every, examine, look
from .team import at

# By the mailbox of who looks; what stands in braces is an id.
PAGES = {
    "owner": [
        "/contacts/",
        "/contacts/?select=1&kind=personal&owner=me",
        "/contacts/new/",
        "/contacts/import/",
        "/contacts/999999999/",
        "/today/",
        "/access-requests/",
        "/notifications/",
        "/search/",
        "/search/?q=ren",
        "/me/",
        "/me/activity/",
        "/keys/",
        "/accounts/password/change/",
        "/contacts/{renee}/",
        "/contacts/{renee}/details/",
        "/contacts/{renee}/history/",
        "/contacts/{renee}/conversations/",
        "/contacts/{renee}/notes/",
        "/contacts/{renee}/collaborators/",
        "/contacts/{renee}/access/",
        "/contacts/{renee}/edit/",
        "/contacts/{archie}/",
    ],
    "admin": ["/people/", "/settings/", "/people/{her_owner}/", "/people/{her_owner}/deactivate/"],
    "reader": ["/contacts/{renee}/"],
    "outsider": ["/contacts/"],  # who has nothing: the empty states
}
AGAIN = {
    "owner": [
        "/contacts/?archived=1",
        "/contacts/?q=zzzzzz",
        "/people/",
        "/access-requests/?v=mine",
        "/access-requests/?v=answered",
        "/search/?q=zzzzzz",
        "/contacts/{renee}/edit/?field=name",
        "/contacts/{renee}/edit/?field=phones",
        "/contacts/{renee}/edit/?field=photo",
        "/contacts/{archie}/details/",
        "/contacts/{archie}/notes/",
        "/contacts/{archie}/collaborators/",
        "/contacts/{archie}/access/",
    ],
    "admin": ["/contacts/"],
    "reader": [
        "/contacts/{renee}/details/",
        "/contacts/{renee}/notes/",
        "/contacts/{renee}/collaborators/",
        "/contacts/{renee}/access/",
    ],
    "outsider": [
        "/contacts/?archived=1",
        "/contacts/?view=shared",
        "/today/",
        "/access-requests/",
        "/me/activity/",
    ],
}


@pytest.fixture(scope="module")
def renee(database):
    """The demo's fullest record."""
    acme = Contact.objects.filter(kind="personal", account__name__startswith="Acme")
    return acme.get(given_name="Renee", family_name="Martinez")


@pytest.mark.parametrize("address", ["login/", "password/reset/", "password/reset/done/"])
def test_signed_out(page, axe, address):
    look(page, axe, f"/accounts/{address}")


def test_a_refused_sign_in(page, axe):
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill("nobody@example.com")
    page.locator("[name=password]").fill("wrong")
    page.locator("[name=password]").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    examine(page, axe, again=True)


@pytest.mark.parametrize(("mailbox", "address", "again"), every(PAGES, AGAIN))
def test_pages(looks_in, axe, renee, mailbox, address, again):
    archie = Contact.objects.get(given_name="Archie", family_name="Vault")
    ids = {"renee": renee.pk, "archie": archie.pk, "her_owner": renee.owner_id}
    look(looks_in(f"{mailbox}@acme.example"), axe, address.format(**ids), again=again)


def test_empty_tabs(as_user, axe, team):
    contact = team.contact("", "", company="Harbor Bakery")
    page = as_user(team.owner)
    for rest in ("", "details/", "notes/"):
        look(page, axe, at(contact, rest), again=True)


def test_a_form_full_of_errors(as_user, axe, team):
    team.contact(phone="+12025550142")
    page = as_user(team.owner)
    page.goto("/contacts/new/")
    page.get_by_role("textbox", name="Number").fill("202 555 01")
    page.get_by_role("textbox", name="Email").fill("nobody")
    page.get_by_role("button", name="Create contact").click()
    expect(page.locator(".invalid-feedback").first).to_be_visible()
    examine(page, axe)
    page.get_by_role("textbox", name="Email").fill("")
    page.get_by_role("textbox", name="Number").fill("202 555 0142")
    page.get_by_role("button", name="Create contact").click()
    expect(page.get_by_role("button", name="Create anyway")).to_be_visible()
    examine(page, axe, again=True)


def test_a_field_in_edit_with_an_error_a_toast_and_an_open_menu(as_user, axe, team):
    contact = team.contact(phone="+12025550142")
    NoteFactory(contact=contact, author=team.owner)
    page = as_user(team.owner)
    page.goto(at(contact, "details/"))
    page.get_by_role("link", name="Add number").click()
    page.get_by_role("textbox", name="Number").fill("12")
    page.get_by_role("button", name="Save number").click()
    expect(page.locator(".invalid-feedback")).to_be_visible()
    examine(page, axe, again=True)
    page.goto(at(contact, "notes/"))
    page.get_by_role("button", name="Note actions").click()
    examine(page, axe, again=True)
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("[data-toast]")).to_be_visible()
    assert UndoStep.objects.filter(user=team.owner).exists()
    page.locator("[data-toast]").hover()
    examine(page, axe)


def test_sharing_with_an_error_and_a_level_open(as_user, axe, team):
    contact = team.shared()
    page = as_user(team.owner)
    page.goto(at(contact, "collaborators/"))
    page.get_by_label("Add a person").fill("Nobody")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#add-person-error")).to_be_visible()
    page.get_by_role("link", name="Read, change access of Rita Eklund").click()
    expect(page.get_by_label("Access for Rita Eklund")).to_be_visible()
    page.get_by_text("Make somebody else owner").click()
    examine(page, axe)


def test_a_selection_its_form_and_its_result(as_user, axe, team):
    contacts = [team.contact(name, "Alder") for name in ("Ada", "Bea")]
    for contact, level in zip(contacts, ("write", "read"), strict=True):
        share(contact, team.reader, level)
    page = as_user(team.reader)
    page.goto("/contacts/")
    for name in ("Ada", "Bea"):
        page.get_by_label(f"Select {name} Alder").check()
    examine(page, axe)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.get_by_role("toolbar").get_by_role("button", name="Tag", exact=True).click()
    examine(page, axe, again=True)
    page.locator("#bulk-form [name=tags]").fill("Orchard")
    page.locator("#bulk-form button").click()
    page.get_by_role("link", name="Show why").click()
    examine(page, axe, again=True)


def test_requests_to_answer(as_user, axe, team):
    contact = team.contact()
    page = as_user(team.outsider)
    page.goto(at(contact))
    page.get_by_role("button", name="Request access").click()
    expect(page.locator("[data-request-id]")).to_be_visible()
    examine(page, axe, again=True)
    assert AccessRequest.objects.filter(user=team.outsider).count() == 1
    page = as_user(team.owner)
    page.goto("/access-requests/")
    expect(page.get_by_role("button", name="Give Read")).to_be_visible()
    examine(page, axe)


def test_two_people_edited(as_user, axe, team):
    contact = team.shared(company="Harbor Bakery")
    page, other = as_user(team.owner), as_user(team.writer)
    for one in (page, other):
        one.goto(at(contact, "edit/"))
    for one, words in ((other, "Theirs"), (page, "Mine")):
        one.get_by_label("Company", exact=True).fill(words)
        one.get_by_role("button", name="Save contact").click()
        expect(one.get_by_role("button", name="Save contact")).to_have_count(0)
    examine(page, axe)


def test_the_steps_of_an_import(as_user, axe, team):
    team.contact("Ada", "Lovelace", email="ada@engine.example")
    rows = b"Name,Phone,Email,Owner\nAda Lovelace,202 555 01,ada@engine.example,Olive Bergstrom\n,,,\nBea,12,,\n"
    page = as_user(team.owner)
    page.goto("/contacts/import/")
    page.locator("input[type=file]").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": rows})
    page.get_by_role("button", name="Upload").click()
    check = page.get_by_role("button", name="Check")
    expect(check).to_be_visible()
    examine(page, axe)
    check.click()
    run = page.get_by_role("button", name="Import")
    expect(run).to_be_visible(timeout=60_000)
    examine(page, axe)
    run.click()
    expect(page.get_by_text("a.csv is imported.")).to_be_visible(timeout=60_000)
    examine(page, axe)
