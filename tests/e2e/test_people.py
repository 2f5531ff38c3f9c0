"""People, as their account administrator works with them: invite, join, roles, deactivate; with script and without."""

import io
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import expect

from contacts_project.accounts.models import User

from .team import at

BOTH = pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
WORDS = "seven quiet herons"


@pytest.fixture
def administrator(team):
    team.owner.is_account_admin = True
    team.owner.save()
    return team.owner


@BOTH
def test_invite_join_and_be_inside(as_user, new_page, administrator, script):
    email = f"new.{uuid4().hex[:12]}@example.com"
    page = as_user(administrator, java_script_enabled=script)
    page.goto("/people/")
    page.get_by_role("textbox", name="Email addresses").fill(f"{email}\nnot an address")
    page.get_by_role("button", name="Send invitations").click()
    expect(page.locator("[data-outcome=invalid]")).to_contain_text("not an address")
    page.locator("[data-invitation-id] summary").click()
    link = page.get_by_label(f"Link for {email}").input_value()
    theirs = new_page(java_script_enabled=script)
    theirs.goto(link)
    expect(theirs.get_by_role("heading", level=1)).to_have_text("Join Browser tests")
    theirs.get_by_label("Name").fill("Nadia New")
    for field in theirs.locator("input[type=password]").all():
        field.fill(WORDS)
    theirs.get_by_role("button", name="Sign in").click()
    expect(theirs.locator("#main")).to_contain_text("No line or mail address yet")
    theirs.goto(link)
    expect(theirs.locator("input[type=password]")).to_have_count(0)


@BOTH
def test_deactivate_with_a_successor(as_user, administrator, team, script):
    contact = team.contact()
    leaver = as_user(team.manager, java_script_enabled=script)
    leaver.goto("/contacts/")
    leaver.goto("about:blank")  # a page of ours would leave for the sign-in by itself, at any moment
    page = as_user(administrator, java_script_enabled=script)
    page.goto(f"/people/{team.manager.pk}/")
    page.get_by_role("button", name="Deactivate Mona Castell").click()
    expect(page.locator(".invalid-feedback, :invalid").first).to_be_attached()
    page.get_by_label("Successor").select_option(label="Wanda Dufour")
    page.get_by_role("button", name="Deactivate Mona Castell").click()
    expect(page.get_by_role("button", name="Reactivate Mona Castell")).to_be_visible()
    leaver.goto(at(contact))
    expect(leaver.locator("[name=password]")).to_be_visible()
    assert User.objects.get(pk=team.manager.pk).successor == team.writer


@BOTH
def test_roles_are_given(as_user, administrator, team, script):
    page = as_user(administrator, java_script_enabled=script)
    page.goto(f"/people/{team.reader.pk}/")
    page.get_by_role("checkbox", name="Compliance administrator").check()
    page.get_by_role("button", name="Save roles").click()
    expect(page.locator("[data-toast]")).to_be_visible()
    assert User.objects.get(pk=team.reader.pk).is_compliance_admin


@BOTH
def test_ones_own_settings_and_the_accounts(as_user, administrator, script):
    page = as_user(administrator, java_script_enabled=script)
    page.goto("/me/")
    page.get_by_label("Name", exact=True).fill("Olive B.")
    page.get_by_role("button", name="Save my settings").click()
    expect(page.locator(".k-me")).to_contain_text("Olive B.")
    page.goto("/settings/")
    page.get_by_label("Default region for phone numbers").select_option(label="Germany")
    page.get_by_role("button", name="Save settings").click()
    expect(page.locator("[data-toast]")).to_be_visible()
    administrator.account.refresh_from_db()
    assert administrator.account.default_region == "DE"


@BOTH
def test_a_photo_is_set_and_removed(as_user, team, script):
    contact, picture = team.contact(), io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(picture, "PNG")
    page = as_user(team.owner, java_script_enabled=script)
    page.goto(at(contact, "details/"))
    page.locator("#edit-photo").click()
    page.locator("#photo").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": picture.getvalue()})
    page.get_by_role("button", name="Save photo").click()
    expect(page.locator(".k-rec img")).to_be_visible()
    page.locator("#edit-photo").click()
    page.get_by_role("button", name="Remove photo").click()
    expect(page.locator(".k-rec img")).to_have_count(0)
