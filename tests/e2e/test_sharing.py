"""Sharing a contact, leaving it, and asking for access: two people side by side."""

import re

import pytest
from playwright.sync_api import expect

from .team import at


@pytest.fixture
def renee(team):
    return team.shared()


@pytest.fixture
def page(as_user, team, renee):
    page = as_user(team.owner)
    page.goto(at(renee, "collaborators/"))
    return page


def row(page, user):
    return page.locator(f"tr[data-user-id='{user.pk}']").first


def test_share_by_typing_a_name(page, as_user, team, renee):
    page.get_by_label("Add a person").press_sequentially("otto")
    expect(page.locator("#people-options option")).to_have_count(1)
    page.get_by_label("Add a person").fill("Otto Farkas")
    page.locator("#add-access").select_option("read")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(row(page, team.outsider)).to_contain_text("Read")
    expect(page.get_by_label("Add a person")).to_be_focused()
    theirs = as_user(team.outsider)
    theirs.goto("/contacts/")
    expect(theirs.get_by_role("link", name="Renee Martinez")).to_be_visible()


def test_an_unknown_name_is_said_at_the_field(page):
    page.get_by_label("Add a person").fill("Nobody Here")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#add-person-error")).to_be_visible()
    expect(page.get_by_label("Add a person")).to_be_focused()
    expect(page.get_by_label("Add a person")).to_have_value("Nobody Here")


def test_change_a_level(page, as_user, team, renee):
    page.get_by_role("link", name="Read, change access of Rita Eklund").click()
    form = page.locator("tr.is-edit, form").filter(has=page.get_by_role("button", name=re.compile("^Save"))).last
    form.get_by_label("Access").select_option("write")
    form.get_by_role("button", name=re.compile("^Save")).click()
    expect(row(page, team.reader)).to_have_attribute("data-access", "write")
    theirs = as_user(team.reader)
    theirs.goto(at(renee))
    expect(theirs.get_by_role("link", name="Note", exact=True)).to_be_visible()


def test_remove_a_person_and_undo(page, team):
    page.get_by_role("button", name="Remove Rita Eklund").click()
    expect(row(page, team.reader)).to_have_count(0)
    page.locator("[data-toast]").get_by_role("button", name="Undo").click()
    expect(row(page, team.reader)).to_have_attribute("data-access", "read")


def test_without_admin_there_is_no_collaborators_tab(as_user, team, renee):
    for user in (team.reader, team.writer):
        page = as_user(user)
        page.goto(at(renee))
        expect(page.get_by_role("link", name="Collaborators")).to_have_count(0)
        expect(page.get_by_role("link", name="Share")).to_have_count(0)
        page.goto(at(renee, "collaborators/"))
        expect(page.locator("[data-status='403']")).to_contain_text("Admin")


def test_somebody_else_becomes_owner(page, team, renee):
    page.get_by_text("Make somebody else owner").click()
    page.get_by_label("New owner").fill(team.manager.email)
    page.get_by_role("button", name="Change owner").click()
    expect(page.locator("[data-toast]")).to_contain_text("Mona Castell")
    renee.refresh_from_db()
    assert renee.owner == team.manager


def test_leave_and_be_gone(as_user, team, renee):
    page = as_user(team.reader)
    page.goto(at(renee))
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Leave").click()
    expect(page.locator("[data-toast]")).to_be_visible()
    page.goto(at(renee))
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing here that you can open")


def test_ask_for_access_from_the_404_page_and_get_it(as_user, team, renee):
    asker, granter = as_user(team.outsider), as_user(team.owner)
    asker.goto(at(renee))
    expect(asker.get_by_role("heading", level=1)).to_have_text("Nothing here that you can open")
    asker.get_by_role("radio", name=re.compile("Write")).check()
    asker.get_by_label(re.compile("^Message")).fill("I cover for Olive this week")
    asker.get_by_role("button", name="Request access").click()
    expect(asker.locator("#access-requests")).to_contain_text("Sent if it exists")
    granter.goto("/access-requests/")
    asked = granter.locator("[data-request-id]")
    expect(asked).to_contain_text("Otto Farkas")
    expect(asked).to_contain_text("I cover for Olive this week")
    asked.get_by_role("button", name="Give Write").click()
    expect(granter.locator("[data-toast]")).to_contain_text("Otto Farkas has Write access")
    expect(granter.locator("[data-request-id]")).to_have_count(0)
    asker.goto(at(renee))
    expect(asker.get_by_role("heading", level=1)).to_have_text("Renee Martinez")


def test_asking_for_nothing_looks_the_same_and_a_request_can_be_declined(as_user, team, renee):
    asker, granter = as_user(team.outsider), as_user(team.manager)
    seen = []
    for address in (at(renee), "/contacts/999999999/"):
        asker.goto(address)
        asker.get_by_role("button", name="Request access").click()
        line = asker.locator("[data-request-id]").first
        expect(line).to_contain_text(address)
        seen.append(line.inner_text().replace(address, ""))
    assert seen[0] == seen[1]
    granter.goto("/access-requests/")
    granter.get_by_label(re.compile("A word to Otto")).fill("Ask Wanda")
    granter.get_by_role("button", name="Decline").click()
    expect(granter.locator("[data-toast]")).to_contain_text("Declined")
    asker.goto("/access-requests/?v=mine")
    expect(asker.locator("#access-requests")).to_contain_text("Ask Wanda")
