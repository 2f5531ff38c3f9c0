"""Two people side by side: what happens to one of them shows on the other's open page by itself."""

import pytest
from playwright.sync_api import expect

from contacts.models import AccessRequest, Contact
from contacts_project.accounts.models import User
from conversations.models import Channel
from tests.factories_conversations import share_channel

from .lines import badge, line_of, listens, own_line, plays, text_from, thread, unknown_number
from .team import at

ADA, BEA = "+12025550171", "+12025550172"


@pytest.fixture
def acme(database):
    """The demo's lines by their addresses, and Renee Martinez. What an earlier run left is taken back."""
    lines = {one.address: one for one in Channel.objects.filter(account__name="Acme")}
    renee = Contact.objects.get(account__name="Acme", kind="personal", given_name="Renee", family_name="Martinez")
    writer = User.objects.get(email="writer@acme.example")
    share_channel(lines["+12025550103"], writer, None)
    AccessRequest.objects.filter(user=writer).delete()
    return lines, renee


def test_a_stranger_rings_sales_is_answered_and_written_to(as_user, acme):
    """Issue 4, Done when: the call."""
    sales, (number, shown) = acme[0]["+12025550100"], unknown_number()
    one, other, outside = (as_user(f"{who}@acme.example") for who in ("sales.operator", "seller", "sales.admin"))
    one.goto("/conversations/")
    other.goto("/contacts/")
    for page in (one, other):
        listens(page)
    plays(outside, sales, "Call", number)
    for page in (one, other):
        expect(page.get_by_role("alertdialog")).to_contain_text(shown)
    one.get_by_role("alertdialog").get_by_role("button", name="Answer").click()
    expect(one.locator(".k-thread-h [data-department-tag=Sales]")).to_be_visible()
    expect(other.get_by_role("alertdialog")).to_have_count(0)
    contact = Contact.objects.get(phones__number=number)
    assert (contact.kind, contact.name) == ("department", "")
    one.locator("#wrap-up").get_by_label("Name").fill("Mabel Quist")
    one.locator("#wrap-up").get_by_role("button", name="Save").click()
    one.get_by_label("Message", exact=True).fill("Thank you for calling. The price list follows.")
    one.get_by_role("button", name="Send", exact=True).click()
    expect(one.locator("#msgs")).to_contain_text("Delivered")
    expect(outside.locator("#simulator-thread")).to_contain_text("The price list follows")
    other.goto(f"/contacts/{contact.pk}/conversations/")
    expect(other.locator("#contact-msgs")).to_contain_text("The price list follows")
    expect(other.locator(".k-tagrow [data-department-tag=Sales]").first).to_be_visible()


def test_who_has_no_number_sees_the_line_asks_and_reads(as_user, acme):
    """Issue 4, Done when: a collaborator of the contact without the number."""
    _, renee = acme
    writer, owner = as_user("writer@acme.example"), as_user("owner@acme.example")
    writer.goto(at(renee, "conversations/"))
    tab = writer.locator("#contact-conversations")
    expect(tab.locator(".k-only")).to_contain_text("Only conversations on numbers and mail addresses that you can use")
    expect(tab.locator("li[data-conversation-id]")).to_have_count(0)
    expect(tab).not_to_contain_text("contract")
    tab.get_by_role("button", name="Request access").click()
    expect(writer.locator("[data-toast]").first).to_contain_text("Sent if it exists")
    owner.goto("/access-requests/")
    asked = owner.locator("[data-request-id]").filter(has_text="Priya Kulkarni")
    expect(asked).to_contain_text("Dolores, direct")
    expect(asked).not_to_contain_text("Renee")
    asked.get_by_role("button", name="Give Read").click()
    expect(asked).to_have_count(0)
    writer.goto(at(renee, "conversations/"))
    expect(tab).to_contain_text("Did the contract arrive?")
    tab.get_by_role("link", name="Dolores, direct").first.click()
    expect(writer.locator("#contact-stream")).to_contain_text("The new sign.")
    expect(writer.locator("#contact-stream [data-reason]")).to_be_visible()
    writer.goto("/conversations/")
    expect(writer.locator("#threads")).to_contain_text("Renee Martinez")


def test_news_shows_in_open_pages_and_rows_stay_where_they_are(as_user, office):
    line = line_of(office.sales)
    texts = [text_from(line, sender, f"From {sender[-4:]}") for sender in (ADA, BEA)]
    one, other, stranger = (as_user(who) for who in (office.operator, office.lead, office.other_lead))
    for page, address in ((one, thread(texts[0])), (other, "/conversations/"), (stranger, "/conversations/")):
        page.goto(address)
        listens(page)
    rows = other.locator("#threads .who")
    expect(rows).to_have_text(["(202) 555-0172", "(202) 555-0171"])
    expect(badge(other)).to_contain_text("2")
    expect(badge(one)).to_contain_text("1")
    other.evaluate("window.same = true")
    text_from(line, ADA, "And one thing more")
    expect(one.locator("#msgs")).to_contain_text("And one thing more")
    pill = other.get_by_role("link", name="1 new conversation")
    expect(pill).to_be_visible()
    expect(rows).to_have_text(["(202) 555-0172", "(202) 555-0171"])
    text_from(line, "+12025550173")
    expect(badge(other)).to_contain_text("3")
    other.get_by_role("link", name="2 new conversations").click()
    expect(rows).to_have_text(["(202) 555-0173", "(202) 555-0171", "(202) 555-0172"])
    expect(other.locator("#threads li.is-unread")).to_have_count(3)
    assert other.evaluate("window.same")
    expect(stranger.locator("#threads")).to_have_count(0)
    expect(stranger.get_by_text("new conversation")).to_have_count(0)


def test_what_a_colleague_does_in_a_thread_is_seen_by_who_has_it_open(as_user, office):
    text = text_from(line_of(office.sales), ADA)
    one, other = as_user(office.operator), as_user(office.lead)
    for page in (one, other):
        page.goto(thread(text))
        listens(page)
    expect(one.locator("#presence")).to_contain_text("Lena Holm")
    one.get_by_label("Message", exact=True).press_sequentially("We are here.")
    expect(other.locator("#presence")).to_contain_text("Omar Iversen is replying")
    one.get_by_role("button", name="Send", exact=True).click()
    expect(other.locator("#msgs")).to_contain_text("We are here.")
    expect(other.locator("#msgs")).to_contain_text("Delivered")
    one.locator(".k-inote summary").click()
    one.get_by_label("Note for colleagues").fill("She rings back on Monday")
    one.get_by_label("Mention").select_option(label="@Lena Holm")
    one.get_by_role("button", name="Save note").click()
    expect(other.locator("#msgs .is-note")).to_contain_text("She rings back on Monday")


def test_access_that_ends_ends_the_news(as_user, team):
    line = own_line(team.owner, read=team.reader)
    text = text_from(line, ADA, "Good morning")
    page = as_user(team.reader)
    page.goto(thread(text))
    listens(page)
    share_channel(line, team.reader, None)
    text_from(line, ADA, "What only the owner may read")
    other = own_line(team.owner, read=team.reader)
    text_from(other, BEA, "Something else")
    expect(badge(page)).to_contain_text("1")
    expect(page.locator("body")).not_to_contain_text("What only the owner may read")
    page.goto("/conversations/")
    expect(page.locator("#threads .who")).to_have_text(["(202) 555-0172"])
