"""Two browsers edit the same contact: nothing typed is lost, and what collides is chosen field by field."""

import pytest
from playwright.sync_api import expect

from .team import at


@pytest.fixture
def renee(team):
    return team.shared(company="Harbor Bakery", job_title="Baker")


@pytest.fixture
def stale(as_user, team, renee):
    """The owner's browser with the page of a stale save: the writer has saved the company in between."""
    mine, theirs = as_user(team.owner), as_user(team.writer)
    for page in (mine, theirs):
        page.goto(at(renee, "edit/"))
    theirs.get_by_label("Company", exact=True).fill("Harbor Bakery Ltd")
    theirs.get_by_role("button", name="Save contact").click()
    expect(theirs.locator("[data-toast]")).to_be_visible()
    mine.get_by_label("Company", exact=True).fill("Harbor & Sons")
    mine.get_by_label("Job title").fill("Owner")
    mine.get_by_role("button", name="Save contact").click()
    expect(mine.get_by_role("heading", level=1)).to_have_text("Two people edited Renee Martinez")
    return mine


def saved(renee):
    renee.refresh_from_db()
    return renee.company, renee.job_title


def test_the_page_shows_yours_theirs_and_before_and_keeps_the_rest(stale, renee):
    line = stale.get_by_role("row", name="Company")
    for words in ("Harbor & Sons", "Harbor Bakery Ltd", "Harbor Bakery"):
        expect(line).to_contain_text(words)
    expect(stale.get_by_role("alert").filter(has_text="Wanda Dufour")).to_be_visible()
    stale.get_by_label("Harbor & Sons").check()
    stale.get_by_role("button", name="Save the choice").click()
    expect(stale.get_by_role("heading", level=1)).to_have_text("Renee Martinez")
    assert saved(renee) == ("Harbor & Sons", "Owner")


def test_theirs_can_be_kept_with_ones_own_other_edit(stale, renee):
    stale.get_by_label("Harbor Bakery Ltd").check()
    stale.get_by_role("button", name="Save the choice").click()
    expect(stale.get_by_role("heading", level=1)).to_have_text("Renee Martinez")
    assert saved(renee) == ("Harbor Bakery Ltd", "Owner")


def test_an_edit_in_place_meets_the_same_page(as_user, team, renee):
    mine, theirs = as_user(team.owner), as_user(team.writer)
    for page in (mine, theirs):
        page.goto(at(renee, "details/"))
        page.locator("#edit-company").click()
        expect(page.get_by_label("Company", exact=True)).to_be_focused()
    theirs.get_by_label("Company", exact=True).fill("Theirs")
    theirs.keyboard.press("Enter")
    expect(theirs.locator("#details-name")).to_contain_text("Theirs")
    mine.get_by_label("Company", exact=True).fill("Mine")
    mine.keyboard.press("Enter")
    expect(mine.get_by_role("heading", name="Two people edited Renee Martinez")).to_be_visible()
    mine.get_by_role("button", name="Take all of mine").click()
    expect(mine.locator("#main")).to_contain_text("Mine")
    assert saved(renee)[0] == "Mine"


def test_edits_of_different_fields_do_not_collide(as_user, team, renee):
    mine, theirs = as_user(team.owner), as_user(team.writer)
    for page in (mine, theirs):
        page.goto(at(renee, "edit/"))
    theirs.get_by_label("Company", exact=True).fill("Theirs")
    theirs.get_by_role("button", name="Save contact").click()
    expect(theirs.locator("[data-toast]")).to_be_visible()
    mine.get_by_label("Job title").fill("Mine")
    mine.get_by_role("button", name="Save contact").click()
    expect(mine.get_by_role("heading", level=1)).to_have_text("Renee Martinez")
    assert saved(renee) == ("Theirs", "Mine")
