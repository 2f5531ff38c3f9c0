"""Reading and writing: the composer, threads without script, lines and who uses them, the web chat, hostile mail."""

import datetime
import re

import pytest
from playwright.sync_api import expect

from contacts.models import Block
from conversations.models import Channel, Draft, Interaction
from conversations.services.arriving import MailFacts
from tests.factories_conversations import ChannelFactory, arrive

from .lines import CALLER, PICTURE, SHOWN, line_of, listens, own_line, plays, text_from, thread

OFF = {"java_script_enabled": False}
HOSTILE = """<html><head><meta http-equiv=refresh content="0;url=https://elsewhere.example/away"><base href="https://elsewhere.example/">
<link rel=stylesheet href="https://elsewhere.example/a.css"><style>@import "https://elsewhere.example/b.css";</style>
<script>parent.document.title = "taken"</script></head><body onload="parent.document.title = 'taken'">
<p style="background:url(https://elsewhere.example/c.png)">Dear customer</p>
<img src="https://elsewhere.example/pixel.gif" onerror="parent.document.title = 'taken'">
<svg onload="parent.document.title = 'taken'"><image href="https://elsewhere.example/d.svg"/></svg>
<iframe src="https://elsewhere.example/e"></iframe><object data="https://elsewhere.example/f"></object>
<video poster="https://elsewhere.example/g" src="https://elsewhere.example/h"></video>
<form action="https://elsewhere.example/i"><input name=password><button>Sign in</button></form>
<a href="javascript:parent.document.title = 'taken'">Your parcel</a></body></html>"""


@pytest.fixture
def direct(team):
    return own_line(team.owner)


@pytest.fixture
def text(team, direct):
    """A text of Renee Martinez, a contact of the owner's."""
    team.contact(phone=CALLER)
    return text_from(direct)


def write(page, words):
    page.get_by_label("Message", exact=True).fill(words)


def send(page):
    page.get_by_role("button", name="Send", exact=True).click()


def test_a_draft_survives_a_reload_and_goes_with_its_picture(as_user, team, text):
    page = as_user(team.owner)
    page.goto(thread(text))
    with page.expect_response(re.compile("/draft/$")):
        page.get_by_label("Message", exact=True).press_sequentially("Here it is")
    page.reload()
    expect(page.get_by_label("Message", exact=True)).to_have_value("Here it is")
    page.locator("#att").set_input_files(PICTURE)
    expect(page.locator("[data-attachment-id]")).to_contain_text("oven.png")
    page.reload()
    expect(page.locator("[data-attachment-id]")).to_contain_text("oven.png")
    send(page)
    sent = page.locator("#msgs .k-msg.out")
    expect(sent).to_contain_text("Here it is")
    expect(sent).to_contain_text("MMS")
    expect(sent.locator("img.k-photo")).to_be_visible()
    expect(sent).to_contain_text("Delivered")
    expect(page.get_by_label("Message", exact=True)).to_have_value("")
    assert not Draft.objects.filter(user=team.owner).exists()


def test_a_message_for_later_is_taken_back(as_user, team, text):
    page = as_user(team.owner)
    page.goto(thread(text))
    write(page, "Good morning, Renee")
    page.get_by_role("button", name="Send later").click()
    page.get_by_label("Send at", exact=True).fill(f"{datetime.date.today() + datetime.timedelta(days=3)}T09:00")
    page.get_by_role("button", name="Send at this time").click()
    sent = page.locator("#msgs .k-msg.out")
    expect(sent).to_contain_text("Scheduled for")
    sent.get_by_role("button", name="Cancel").click()
    expect(sent).to_have_count(0)
    expect(page.get_by_label("Message", exact=True)).to_have_value("Good morning, Renee")
    assert not Interaction.objects.filter(account=team.account, status__in=["scheduled", "queued", "sent"]).exists()


def test_who_says_stop_is_not_written_to_until_start(as_user, team, direct, text):
    page = as_user(team.owner)
    page.goto(thread(text))
    expect(page.get_by_label("Message", exact=True)).to_be_visible()
    text_from(direct, CALLER, "STOP")
    page.reload()
    expect(page.locator("#composer[data-reason]")).to_contain_text("They have opted out of texts from your account.")
    expect(page.get_by_label("Message", exact=True)).to_have_count(0)
    text_from(direct, CALLER, "START")
    page.reload()
    expect(page.get_by_label("Message", exact=True)).to_be_visible()


def test_a_block_stands_in_place_of_the_composer(as_user, team, text):
    Block.objects.create(account=team.account, scope="lines", address=CALLER, author=team.owner)
    page = as_user(team.owner)
    page.goto(thread(text))
    expect(page.locator("#composer[data-reason]")).to_contain_text("Blocked. Nothing is sent until it is unblocked.")
    expect(page.get_by_role("button", name="Send", exact=True)).to_have_count(0)


def test_what_cannot_be_delivered_says_why_and_is_tried_again(as_user, team, direct, text):
    page = as_user(team.owner)
    plays(page, direct, "Text", CALLER, "Hello again")
    page.get_by_label("How they take what we send").select_option(label="Fails for good")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-toast]").first).to_contain_text("Saved")
    page.goto(thread(text))
    write(page, "Are you there?")
    send(page)
    sent = page.locator("#msgs .k-msg.out")
    expect(sent).to_contain_text("Failed")
    expect(sent.get_by_role("button", name="Retry")).to_be_visible()


def test_call_and_message_from_the_record(as_user, team, direct):
    contact = team.contact(phone=CALLER)
    page = as_user(team.owner)
    page.goto(f"/contacts/{contact.pk}/")
    page.locator("#record-header [data-action=message]").click()
    write(page, "Good morning")
    send(page)
    expect(page.locator("#contact-msgs")).to_contain_text("Good morning")
    page.locator("#record-header").get_by_role("button", name="Call", exact=True).click()
    expect(page.get_by_role("heading", name="Finish the call")).to_be_visible()
    expect(page.locator("#msgs")).to_contain_text("Calling")


def test_a_thread_without_script(as_user, office):
    text = text_from(line_of(office.sales))
    page = as_user(office.operator, **OFF)
    page.goto("/conversations/")
    expect(page.locator("#threads li.is-unread")).to_have_count(1)
    page.locator("#threads a").click()
    write(page, "We are here.")
    send(page)
    expect(page.locator("#msgs")).to_contain_text("We are here.")
    page.locator(".k-inote summary").click()
    page.get_by_label("Note for colleagues").fill("She rings back on Monday")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator("#msgs .is-note")).to_contain_text("She rings back on Monday")
    page.get_by_role("button", name="Close conversation").click()
    expect(page.locator("[data-toast]").first).to_contain_text("Conversation closed")
    expect(page.locator("#threads")).to_have_count(0)
    page.goto("/conversations/?view=closed")
    page.locator("#threads a").click()
    page.get_by_role("button", name="Open again").click()
    expect(page.get_by_role("button", name="Close conversation")).to_be_visible()
    page.goto(f"/contacts/{text.with_contacts.get().contact_id}/conversations/")
    expect(page.locator("#contact-msgs")).to_contain_text("We are here.")


def test_the_simulator_without_script(as_user, office):
    line = line_of(office.sales)
    page = as_user(office.operator, **OFF)
    plays(page, line, "Text", CALLER, "Do you repair ovens?")
    expect(page.locator("#simulator-thread")).to_contain_text("Do you repair ovens?")
    plays(page, line, "Call")
    page.locator("#simulator-calls").get_by_role("button", name="Hang up").click()
    expect(page.locator("#simulator-calls")).to_contain_text("Nothing rings right now.")
    page.goto("/conversations/")
    expect(page.locator("#threads .who")).to_have_text([SHOWN])
    page.locator("#threads a").click()
    expect(page.locator("#msgs")).to_contain_text("Missed call")


def test_keys_walk_the_list_and_close_a_thread(as_user, office):
    line = line_of(office.sales)
    for number in ("+12025550171", "+12025550172"):
        text_from(line, number)
    page = as_user(office.operator)
    page.goto("/today/")
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url("**/conversations/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#thread h2")).to_contain_text("(202) 555-0171")
    listens(page)
    page.keyboard.press("e")
    expect(page.locator("[data-toast]").first).to_contain_text("Conversation closed")
    expect(page.locator("#threads .who")).to_have_text(["(202) 555-0172"])


def test_a_number_is_added_shared_and_keeps_its_last_admin(as_user, team):
    page = as_user(team.owner)
    page.goto("/channels/")
    page.get_by_role("link", name="Add", exact=True).click()
    page.get_by_label("Number", exact=True).fill("202 555 0181")
    page.get_by_label("Label").fill("Mobile")
    page.get_by_role("button", name="Add line").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mobile")
    own = page.locator(f"tr[data-user-id='{team.owner.pk}']")
    expect(own).to_contain_text("The only Admin. Give somebody else Admin first to change this")
    expect(own.get_by_role("button")).to_have_count(0)
    page.get_by_role("textbox", name="Add a person").fill("Rita Eklund")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(f"tr[data-user-id='{team.reader.pk}']")).to_have_attribute("data-access", "read")
    channel = Channel.objects.get(account=team.account)
    refused = page.request.post(
        f"/channels/{channel.pk}/collaborators/{team.owner.pk}/remove/",
        headers={"X-CSRFToken": page.locator("[name=csrfmiddlewaretoken]").first.input_value(), "Referer": page.url},
    )
    assert refused.status == 403
    assert "A line keeps at least one Admin" in refused.text()
    reader = as_user(team.reader)
    text = text_from(channel)
    reader.goto(thread(text))
    expect(reader.locator("#msgs")).to_contain_text("Is anybody there?")
    expect(reader.locator("#composer[data-reason]")).to_be_visible()
    expect(reader.get_by_role("button", name="Close conversation")).to_have_count(0)


def test_a_caller_id_is_verified_by_the_code_of_a_call(as_user, team):
    page = as_user(team.owner)
    own_line(team.owner)  # the simulator is there for accounts with a line
    page.goto("/channels/new/?kind=caller_id")
    page.get_by_label("Number", exact=True).fill("202 555 0182")
    page.get_by_role("button", name="Add and call it").click()
    expect(page.locator("[data-check]")).to_contain_text("is not verified yet.")
    channel = Channel.objects.get(account=team.account, kind="caller_id")
    page.goto("/simulator/")
    place = page.get_by_role("region", name="What your own addresses receive").locator("b.num")
    expect(place).to_have_text(re.compile(r"^\d{6}$"))
    code = place.inner_text()
    page.goto(f"/channels/{channel.pk}/")
    page.get_by_label("Code").fill("000000" if code != "000000" else "111111")
    page.get_by_role("button", name="Verify").click()
    expect(page.locator("#check-code-error")).to_be_visible()
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Verify").click()
    expect(page.locator("[data-check]")).to_have_count(0)
    expect(page.locator("#channel")).to_contain_text("Verified")


def test_a_visitor_chats_without_signing_in(new_page, as_user, office):
    key = f"website-chat-{office.account.pk}"
    ChannelFactory(
        department=office.sales, kind="chat", address="Acme website", label="Web chat", provider="webchat",
        public_key=key, has_voice=False, has_sms=False, has_mms=False, has_fax=False,
    )  # fmt: skip
    operator, visitor, other = as_user(office.operator), new_page(), new_page(**OFF)
    operator.goto("/conversations/")
    listens(operator)
    visitor.goto(f"/chat/{key}/")
    visitor.get_by_label("Your name, if you like").fill("Ida Holm")
    visitor.get_by_label("Message", exact=True).fill("Do you repair <b>ovens</b>?")
    visitor.get_by_role("button", name="Send").click()
    expect(visitor.locator("#chat-messages")).to_contain_text("Do you repair <b>ovens</b>?")
    operator.get_by_role("link", name="1 new conversation").click()
    operator.locator("#threads a").first.click()
    expect(operator.locator("#thread h2")).to_contain_text("Ida Holm")
    expect(operator.locator("#msgs")).to_contain_text("Do you repair <b>ovens</b>?")
    write(operator, "We do. Where are you?")
    send(operator)
    expect(visitor.locator("#chat-messages")).to_contain_text("We do. Where are you?")
    other.goto(f"/chat/{key}/")
    expect(other.locator("#main")).not_to_contain_text("ovens")
    other.get_by_label("Message", exact=True).fill("Are you open on Sunday?")
    other.get_by_role("button", name="Send").click()
    expect(other.locator("#chat-messages")).to_contain_text("Are you open on Sunday?")
    expect(other.locator("#chat-messages")).not_to_contain_text("ovens")


def test_hostile_mail_runs_nothing_and_asks_nobody(as_user, office):
    mailbox = ChannelFactory(
        department=office.sales, kind="email", address="sales@buyer.example", label="Sales mail",
        has_voice=False, has_sms=False, has_mms=False, has_fax=False,
    )  # fmt: skip
    mail = MailFacts(message_id="<1@elsewhere.example>", from_name="Parcel service", html=HOSTILE)
    found = arrive(mailbox, "parcel@elsewhere.example", "email", subject="Your parcel", body="Dear customer", mail=mail)
    page = as_user(office.operator)
    page.goto(thread(found))
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_text("Show formatted").click()
    frame = page.frame_locator(".k-formatted iframe")
    expect(frame.locator("body")).to_contain_text("Dear customer")
    expect(frame.locator("body")).to_contain_text("Your parcel")
    expect(frame.locator("script, [src], iframe, object, form, svg, link, base, a[href^=javascript]")).to_have_count(0)
    expect(page).not_to_have_title(re.compile("taken"))
    assert [
        url for url in asked if not re.search(r"/(interactions/\d+/mail|conversations/.*|events|ringing)/", url)
    ] == []
    page.goto(f"/interactions/{found.pk}/mail/")
    expect(page.locator("body")).to_contain_text("Dear customer")
    expect(page).not_to_have_title(re.compile("taken"))
