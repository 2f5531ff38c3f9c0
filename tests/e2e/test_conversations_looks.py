"""axe and widths on the pages of conversations and lines: the demo's full ones, empty ones, errors, what rings."""

import pytest
from playwright.sync_api import expect

from contacts.models import Contact
from contacts_project.accounts.models import User
from conversations.models import Channel, Conversation, Interaction, MessageTemplate

from .lines import CALLER, line_of, own_line, rings, text_from, thread
from .looks import every, examine, look, too_wide

# By the mailbox of who looks ("" for a visitor); what stands in braces is an id, see `ids`.
PAGES = {
    "seller": [
        "/conversations/",
        "/conversations/{renee}/",
        "/conversations/{mail}/",
        "/contacts/{record}/conversations/",
        "/interactions/{call}/edit/",
    ],
    "sales.operator": [
        "/conversations/{chat}/",
        "/conversations/{newcomer}/contact/",
        "/conversations/start/",
        "/message-templates/",
        "/message-templates/new/",
        "/channels/{sales}/",
        "/simulator/?from=%2B12025550142&channel={sales}",
        "/ringing/",
        "/me/phone/",
    ],
    "owner": ["/channels/", "/channels/new/", "/channels/{direct}/", "/conversations/{twins}/who/"],
    "admin": ["/channels/secrets/"],
    "": ["/chat/acme-website-chat/"],
}
AGAIN = {
    "seller": ["/contacts/{record}/conversations/?thread={renee}"],
    "sales.operator": [
        "/conversations/?unread=1",
        "/conversations/?view=closed",
        "/conversations/{unnamed}/",
        "/message-templates/{template}/",
    ],
    "support.operator": ["/conversations/{fax}/", "/conversations/{blocked}/"],
    "owner": [
        "/channels/new/?kind=email",
        "/channels/{direct}/?edit={reader}",
        "/channels/{desk}/",
        "/conversations/{twins}/",
        "/conversations/{failed}/",
    ],
    "admin": ["/channels/?archived=1", "/channels/{direct}/"],
    "reader": ["/conversations/{direct_renee}/"],
    "outsider": ["/conversations/", "/channels/", "/conversations/start/"],
}
RENEE = "+12025550142"


@pytest.fixture(scope="module")
def ids(database):
    """{word: id} of what PAGES names in braces, from the demo."""
    acme = {"account__name": "Acme"}
    line = {one.address: one.pk for one in Channel.objects.filter(**acme)}
    sales, support, direct = line["+12025550100"], line["+12025550101"], line["+12025550103"]

    def with_(channel, address):
        return Conversation.objects.filter(channel=channel, outside_address__startswith=address).order_by("pk")[0].pk

    def of(channel, **facts):
        return Interaction.objects.filter(channel=channel, **facts).order_by("-at")[0]

    return {
        "sales": sales,
        "direct": direct,
        "desk": line["+12025550104"],
        "renee": with_(sales, RENEE),
        "direct_renee": with_(direct, RENEE),
        "mail": with_(line["sales@acme.example"], "renee."),
        "newcomer": with_(line["sales@acme.example"], "morgan."),
        "chat": with_(line["Website"], ""),
        "unnamed": of(sales, body="Do you also repair proofers?").conversation_id,
        "fax": of(support, type="fax").conversation_id,
        "blocked": of(support, status="blocked").conversation_id,
        "twins": of(direct, asks_who=True).conversation_id,
        "failed": of(direct, status="failed").conversation_id,
        "call": of(sales, type="call", outside_address=RENEE).pk,
        "record": Contact.objects.get(kind="personal", given_name="Renee", family_name="Martinez", **acme).pk,
        "template": MessageTemplate.objects.filter(**acme).order_by("pk")[0].pk,
        "reader": User.objects.get(email="reader@acme.example").pk,
    }


@pytest.mark.parametrize(("mailbox", "address", "again"), every(PAGES, AGAIN))
def test_pages(new_page, looks_in, axe, ids, mailbox, address, again):
    page = looks_in(f"{mailbox}@acme.example") if mailbox else new_page()
    assert look(page, axe, address.format(**ids), again=again).status == 200


def test_what_rings_and_what_is_to_finish(as_user, axe, office):
    line = line_of(office.sales)
    contact = office.department_contact(phone=CALLER)
    page = as_user(office.operator)
    page.goto(f"/contacts/{contact.pk}/details/")
    rings(line)
    expect(page.get_by_role("alertdialog")).to_be_visible()
    examine(page, axe)
    assert too_wide(page) == []
    page.get_by_role("alertdialog").get_by_role("button", name="Answer").click()
    expect(page.locator("#wrap-up")).to_be_visible()
    examine(page, axe)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.locator("#wrap-up summary").click()
    examine(page, axe)
    assert too_wide(page) == []


def test_forms_with_errors_and_open_menus(as_user, axe, team):
    line = own_line(team.owner)
    page = as_user(team.owner)
    page.goto("/channels/new/")
    page.get_by_label("Number", exact=True).fill("12")
    page.get_by_role("button", name="Add line").click()
    expect(page.locator("#id_address_error")).to_be_visible()
    examine(page, axe)
    page.goto("/conversations/start/")
    page.get_by_label("To", exact=True).fill("nobody")
    page.get_by_label("Message", exact=True).fill("Hello")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#composer-error")).to_be_visible()
    examine(page, axe, again=True)
    page.goto(thread(text_from(line)))
    for name in ("More for this conversation", "Send later", "Correct this entry"):
        page.set_viewport_size({"width": 1280, "height": 800})
        page.get_by_role("button", name=name).first.click()
        examine(page, axe, again=True)
        page.keyboard.press("Escape")
