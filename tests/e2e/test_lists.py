"""Lists: made, filled from the collection and on the list, unsubscribed, shared; with and without JavaScript."""

import re

import pytest
from django.db.models import Count
from playwright.sync_api import expect

from contacts.models import List, ListItem
from tests.factories_contacts import ContactFactory
from tests.factories_engagements import ListFactory, share_list

from .looks import every, look

OFF = {"java_script_enabled": False}
PAGES = {  # by the mailbox of who looks; what stands in braces is an id, see `ids`
    "owner": [
        "/lists/",
        "/lists/new/",
        "/lists/{full}/",
        "/lists/{full}/collaborators/",
        "/lists/{full}/edit/",
    ],
}
AGAIN = {
    "owner": ["/lists/?archived=1", "/lists/{full}/?s=unsubscribed", "/lists/{archived}/"],
    "reader": ["/lists/{full}/"],
    "outsider": ["/lists/"],
}


@pytest.fixture(scope="module")
def ids(database):
    """{word: id} of what PAGES names in braces, from the demo."""
    owned = List.objects.filter(owner__email="owner@acme.example").annotate(people=Count("items")).order_by("-people")
    return {"full": owned.filter(archived_at=None)[0].pk, "archived": owned.exclude(archived_at=None)[0].pk}


@pytest.mark.parametrize(("mailbox", "address", "again"), every(PAGES, AGAIN))
def test_pages(looks_in, axe, ids, mailbox, address, again):
    assert look(looks_in(f"{mailbox}@acme.example"), axe, address.format(**ids), again=again).status == 200


@pytest.fixture
def three(team):
    for name, phone in (("Ada", "+12025550151"), ("Bea", "+12025550152"), ("Cyd", "+12025550153")):
        team.contact(name, "Alder", phone=phone)
    return team


def people(page):
    """The names on the list that is open."""
    return page.locator("#rows .k-name")


def row(page, name):
    return page.locator("#rows tr").filter(has_text=name)


def says(page, words):
    expect(page.locator("[data-toast]").filter(has_text=words).first).to_be_visible()


def assign(page, name, *ticked):
    """From the collection: tick these and assign them to this list."""
    page.goto("/contacts/")
    for one in ticked:
        page.get_by_label(f"Select {one} Alder").check()
    page.get_by_role("toolbar").get_by_role("button", name="Assign to list").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("to a list")
    page.locator("#bulk-form [name=list]").select_option(label=name)
    page.locator("#bulk-form button[type=submit]").click()


@pytest.mark.parametrize("options", [{}, OFF], ids=["script", "no script"])
def test_a_list_is_made_filled_and_left(as_user, three, options):
    page = as_user(three.owner, **options)
    page.goto("/lists/")
    page.get_by_label("Name of the new list").fill("Autumn")
    page.get_by_role("button", name="New list").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Autumn")
    expect(page.get_by_role("heading", name="Nobody is on this list yet")).to_be_visible()
    assign(page, "Autumn", "Ada", "Bea")
    says(page, "2 contacts assigned")
    assign(page, "Autumn", "Bea", "Cyd")
    says(page, "1 contact assigned, 1 already there")
    made = List.objects.get(account=three.account)
    page.goto(f"/lists/{made.pk}/")
    expect(people(page)).to_have_text(["Ada Alder", "Bea Alder", "Cyd Alder"])
    row(page, "Bea Alder").get_by_role("button", name="Unsubscribe Bea Alder").click()
    says(page, "Bea Alder is unsubscribed")
    expect(row(page, "Bea Alder")).to_contain_text("No,")
    row(page, "Cyd Alder").get_by_role("button", name="Remove Cyd Alder from the list").click()
    says(page, "Cyd Alder removed from Autumn")
    expect(people(page)).to_have_text(["Ada Alder", "Bea Alder"])
    page.locator("[data-toast]").get_by_role("button", name="Undo").first.click()
    expect(people(page)).to_have_count(3)
    page.get_by_role("link", name=re.compile("^Unsubscribed")).click()
    expect(people(page)).to_have_text(["Bea Alder"])
    assert ListItem.objects.filter(list=made, is_subscribed=True).count() == 2


def test_a_contact_is_added_while_one_types(as_user, three):
    made = ListFactory(owner=three.owner, name="Autumn")
    page = as_user(three.owner)
    page.goto(f"/lists/{made.pk}/")
    page.locator("#add-contact").press_sequentially("bea")
    page.locator("#list-options button").filter(has_text="Bea Alder").click()
    says(page, "Bea Alder added to Autumn")
    expect(people(page)).to_have_text(["Bea Alder"])


def test_without_script_the_name_is_typed_and_what_is_meant_is_asked(as_user, three):
    made = ListFactory(owner=three.owner, name="Autumn")
    page = as_user(three.owner, **OFF)
    page.goto(f"/lists/{made.pk}/")
    page.locator("#add-contact").fill("alder")
    page.get_by_role("button", name="Add contact").click()
    page.locator("#list-options button").filter(has_text="Cyd Alder").click()
    says(page, "Cyd Alder added to Autumn")
    page.locator("#add-contact").fill("nobody at all")
    page.get_by_role("button", name="Add contact").click()
    expect(page.locator("#add-contact-error")).to_be_visible()
    assert made.items.count() == 1


def test_readers_of_a_list_see_names_and_ask_for_more(as_user, three):
    hidden = ContactFactory(owner=three.owner, given_name="Hedda", family_name="Alder", phone="+12025550159")
    made = ListFactory(owner=three.owner, name="Autumn", people=[hidden])
    share_list(made, three.outsider, "read")
    page = as_user(three.outsider)
    page.goto(f"/lists/{made.pk}/")
    expect(row(page, "Hedda Alder")).to_contain_text("(202) 555-0159")
    expect(row(page, "Hedda Alder").get_by_role("link")).to_have_count(0)
    expect(page.get_by_role("button", name="Remove Hedda Alder from the list")).to_have_count(0)
    row(page, "Hedda Alder").get_by_role("button", name="Request access to Hedda Alder").click()
    expect(page.locator("#main")).to_contain_text(re.compile("access", re.IGNORECASE))
    assert page.goto(f"/contacts/{hidden.pk}/").status == 404


def test_who_has_write_on_a_list_fills_it_and_whom_he_or_she_does_not_see_stays(as_user, three):
    made = ListFactory(owner=three.owner, name="Autumn", people=[three.contact("Dee", "Alder")])
    share_list(made, three.writer, "write")
    ContactFactory(owner=three.writer, given_name="Eve", family_name="Alder")
    page = as_user(three.writer)
    assign(page, "Autumn", "Eve")
    says(page, "1 contact assigned")
    page.goto(f"/lists/{made.pk}/")
    expect(people(page)).to_have_text(["Dee Alder", "Eve Alder"])
    expect(row(page, "Dee Alder").get_by_role("link")).to_have_count(0)
    expect(row(page, "Eve Alder").get_by_role("link")).to_have_count(1)


def test_a_list_is_archived_and_comes_back(as_user, three):
    made = ListFactory(owner=three.owner, name="Autumn", people=[three.contact("Dee", "Alder")])
    page = as_user(three.owner, **OFF)
    page.goto(f"/lists/{made.pk}/")
    page.locator("#list-more [data-action=archive] button").dispatch_event("click")
    says(page, "Autumn archived")
    expect(page.get_by_role("button", name="Unarchive")).to_be_visible()
    expect(page.locator("[data-action=add-contact]")).to_have_count(0)
    page.get_by_role("button", name="Unarchive").click()
    says(page, "Autumn unarchived")
    assert not List.objects.get(pk=made.pk).archived_at
